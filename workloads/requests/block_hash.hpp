// Hashes of names and of blocks of prompts.
#pragma once

#include <cstdint>
#include <string_view>

namespace scribeline::workloads {

// The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a bijection, every input bit reaches every output bit.
constexpr std::uint64_t mixed(std::uint64_t x)
{
    x ^= x >> 30U;
    x *= 0xbf58476d1ce4e5b9U;
    x ^= x >> 27U;
    x *= 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
}

// Of one thing behind another: the order counts.
constexpr std::uint64_t chained(std::uint64_t before, std::uint64_t next)
{
    return mixed(mixed(before + 0x9e3779b97f4a7c15U) + next);
}

// FNV-1a (Fowler, Noll, Vo), mixed. Of a million names two are alike with a probability of 3e-8.
constexpr std::uint64_t hash_of(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (char const c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return mixed(hash);
}

} // namespace scribeline::workloads
