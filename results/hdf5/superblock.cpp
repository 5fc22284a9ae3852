// "HDF5 File Format Specification 3.0", II.A.
#include "results/hdf5/superblock.hpp"

namespace scribeline::results::hdf5 {

std::optional<Superblock> read_superblock(std::string_view bytes)
{
    constexpr auto signature    = std::string_view{"\x89HDF\r\n\x1a\n", 8};
    constexpr auto address_size = std::uint64_t{8};
    if (bytes.size() < superblock_bytes || bytes.substr(0, signature.size()) != signature)
        return std::nullopt;
    auto const byte    = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(bytes[at])}; };
    auto const version = static_cast<unsigned>(byte(8));
    if (version > 3 || byte(version < 2 ? 13 : 9) != address_size)
        return std::nullopt;
    // Base address and one other, then the end of the file; version 1 has four bytes more before them.
    auto const at  = version == 0 ? 40U : version == 1 ? 44U : 28U;
    auto       end = std::uint64_t{0};
    for (unsigned i = 0; i < address_size; ++i)
        end |= byte(at + i) << (8 * i);
    return Superblock{version, end};
}

} // namespace scribeline::results::hdf5
