// SHA-256 as FIPS 180-4 describes it; names and section numbers are the standard's.
#include "configs/sha256.hpp"

#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

// 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> k{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr std::uint32_t rotr(std::uint32_t x, unsigned n) { return (x >> n) | (x << (32U - n)); }

using Hash = std::array<std::uint32_t, 8>;

// 6.2.2, one block of 64 bytes.
void digest(Hash& hash, std::string_view block)
{
    auto w = std::array<std::uint32_t, 64>{};
    for (std::size_t t = 0; t < 16; ++t)
        for (std::size_t byte = 0; byte < 4; ++byte)
            w[t] = (w[t] << 8U) | static_cast<unsigned char>(block[4 * t + byte]);
    for (std::size_t t = 16; t < 64; ++t) {
        auto const sigma0 = rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ (w[t - 15] >> 3U);
        auto const sigma1 = rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ (w[t - 2] >> 10U);
        w[t]              = sigma1 + w[t - 7] + sigma0 + w[t - 16];
    }

    auto [a, b, c, d, e, f, g, h] = hash;
    for (std::size_t t = 0; t < 64; ++t) {
        auto const sum1     = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
        auto const choose   = (e & f) ^ (~e & g);
        auto const t1       = h + sum1 + choose + k[t] + w[t];
        auto const sum0     = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
        auto const majority = (a & b) ^ (a & c) ^ (b & c);
        h                   = g;
        g                   = f;
        f                   = e;
        e                   = d + t1;
        d                   = c;
        c                   = b;
        b                   = a;
        a                   = t1 + sum0 + majority;
    }
    auto const worked = Hash{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < hash.size(); ++i)
        hash[i] += worked[i];
}

} // namespace

std::string sha256(std::string_view bytes)
{
    constexpr std::size_t block = 64;

    // 5.3.3
    auto hash = Hash{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    auto rest = bytes;
    for (; rest.size() >= block; rest.remove_prefix(block))
        digest(hash, rest.substr(0, block));

    // 5.1.1: a one bit, zeros, the length in bits.
    auto tail = std::string{rest} + '\x80';
    while (tail.size() % block != block - 8)
        tail += '\0';
    auto const bits = std::uint64_t{bytes.size()} * 8;
    for (int shift = 56; shift >= 0; shift -= 8)
        tail += static_cast<char>((bits >> static_cast<unsigned>(shift)) & 0xffU);
    for (std::size_t at = 0; at < tail.size(); at += block)
        digest(hash, std::string_view{tail}.substr(at, block));

    auto text = std::string{};
    for (auto const word : hash)
        text += fmt::format("{:08x}", word);
    return text;
}

} // namespace scribeline::configs
