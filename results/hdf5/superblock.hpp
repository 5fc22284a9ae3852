// The first bytes of an HDF5 file, read without the library: how long the file says it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace scribeline::results::hdf5 {

struct Superblock {
    unsigned      version     = 0;
    std::uint64_t end_of_file = 0; // address behind the last byte that is in use
};

// As many bytes as read_superblock() wants to see; a file has more.
constexpr std::size_t superblock_bytes = 52;

// Nothing when these are not the first bytes of an HDF5 file with addresses of 8 bytes.
std::optional<Superblock> read_superblock(std::string_view bytes);

} // namespace scribeline::results::hdf5
