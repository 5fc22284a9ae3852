// A file that may be cut short or was never closed, opened as a copy, so that the file itself stays as it is.
//
// What is missing at its end reads as bytes of ones, which no structure of the library is made of: a header that lies
// there is an error, where zeros could pass for an empty one. A file that its writer did not close has more bytes than
// its superblock says, or a mark of being open; both are put right in the copy (what `h5clear -s --increment=0` does to
// a file itself).
#pragma once

#include "results/files/interruption.hpp"
#include "results/hdf5/handle.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::results {

class DamagedFile {
  public:
    // Throws configs::UserError: no_input when there is no such file or nothing in it, bad_config when it is no HDF5
    // file, try_again while the run that writes it lives.
    explicit DamagedFile(std::string const& path);
    ~DamagedFile();
    DamagedFile(DamagedFile const&)            = delete;
    DamagedFile& operator=(DamagedFile const&) = delete;

    std::string const& path() const { return path_; }
    std::uint64_t      bytes() const { return size_; }                                   // that are there
    std::uint64_t      missing() const { return stated_ > size_ ? stated_ - size_ : 0; } // at the end
    bool               was_left_open() const { return stated_ < size_; } // bytes that the superblock does not know

    // Whether the file really has these bytes.
    bool has(std::uint64_t address, std::uint64_t length) const
    {
        return address <= size_ && length <= size_ - address;
    }

    // Throws hdf5::Failure when the library cannot even find the root.
    hdf5::Handle open() const;

  private:
    std::string       path_;
    std::uint64_t     size_   = 0;
    std::uint64_t     stated_ = 0; // by the superblock
    std::vector<char> image_;      // of at least both lengths

    // The copy that the library opens, in the folder for temporary files. It has a name as long as this lives: the
    // library looks for the real path of what it opens.
    std::string            copy_;
    RemovedWhenInterrupted guard_;
};

} // namespace scribeline::results
