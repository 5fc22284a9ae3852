#include "results/page/packing.hpp"

#include "configs/failure.hpp"

#include <stdexcept>

#include <zlib.h>

namespace scribeline::results::page {

namespace {

void put_big_endian(std::string& to, std::uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        to += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xffU);
}

// Length, name and content, and the check sum over the last two (PNG, section 5.3).
void put_chunk(std::string& to, std::string_view name, std::string_view content)
{
    put_big_endian(to, static_cast<std::uint32_t>(content.size()));
    auto const chunk = std::string{name} + std::string{content};
    to += chunk;
    put_big_endian(to, static_cast<std::uint32_t>(
                           ::crc32(0, reinterpret_cast<Bytef const*>(chunk.data()), static_cast<uInt>(chunk.size()))));
}

} // namespace

std::string deflated(std::string_view bytes)
{
    // 9 takes five times as long for an eighth less: maps are packed at 6.
    auto const level = bytes.size() < 300'000 ? 9 : 6;
    auto       size  = ::compressBound(static_cast<uLong>(bytes.size()));
    auto       out   = std::string(size, '\0');
    auto const done =
        ::compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<Bytef const*>(bytes.data()),
                    static_cast<uLong>(bytes.size()), level);
    SCRIBELINE_EXPECT(done == Z_OK);
    out.resize(size);
    return out;
}

std::string inflated(std::string_view packed, std::size_t size)
{
    auto out  = std::string(size, '\0');
    auto made = static_cast<uLongf>(size);
    if (::uncompress(reinterpret_cast<Bytef*>(out.data()), &made, reinterpret_cast<Bytef const*>(packed.data()),
                     static_cast<uLong>(packed.size())) != Z_OK ||
        made != size)
        throw std::runtime_error{"these bytes do not inflate to that size"};
    return out;
}

std::string base64(std::string_view bytes)
{
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    auto                       text   = std::string{};
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        auto const at = [&](std::size_t k) -> std::uint32_t {
            return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U;
        };
        auto const three = at(0) << 16U | at(1) << 8U | at(2);
        text += digits[three >> 18U];
        text += digits[three >> 12U & 63U];
        text += i + 1 < bytes.size() ? digits[three >> 6U & 63U] : '=';
        text += i + 2 < bytes.size() ? digits[three & 63U] : '=';
    }
    return text;
}

std::string packed(std::string_view bytes) { return base64(deflated(bytes)); }

std::string png(std::uint32_t width, std::uint32_t height, std::vector<std::uint8_t> const& cells,
                std::array<Rgb, 256> const& colours)
{
    SCRIBELINE_EXPECT(cells.size() == std::size_t{width} * height);
    auto header = std::string{};
    put_big_endian(header, width);
    put_big_endian(header, height);
    header += std::string{"\x08\x03\x00\x00\x00", 5}; // 8 bits, by a palette, nothing else
    auto palette = std::string{};
    for (auto const& colour : colours)
        for (auto const byte : colour)
            palette += static_cast<char>(byte);
    auto lines = std::string{};
    lines.reserve(cells.size() + height);
    for (std::uint32_t y = 0; y < height; ++y) {
        lines += '\0'; // no filter
        lines.append(reinterpret_cast<char const*>(cells.data()) + std::size_t{y} * width, width);
    }
    auto file = std::string{"\x89PNG\r\n\x1a\n"};
    put_chunk(file, "IHDR", header);
    put_chunk(file, "PLTE", palette);
    put_chunk(file, "IDAT", deflated(lines));
    put_chunk(file, "IEND", "");
    return file;
}

} // namespace scribeline::results::page
