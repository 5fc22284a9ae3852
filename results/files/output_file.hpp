// A file that appears complete or not at all.
//
//     NAME.part  --write, sync-->  NAME.part  --rename-->  NAME
//
// A file that was at NAME stays as it is until the rename; an interrupted program removes the .part file, a killed one
// leaves it at worst, and the next run reuses it.
#pragma once

#include "results/files/interruption.hpp"

#include <string>
#include <vector>

namespace scribeline::results {

class OutputFile {
  public:
    // Opens and locks the .part file: what cannot be written is refused here, before any work is done.
    // Throws configs::UserError: cannot_create for a missing directory, a directory, a device or a lack of
    // permission; try_again when another run is writing the same file.
    explicit OutputFile(std::string const& path);
    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile(); // removes the .part file unless commit() succeeded

    // Puts something into the .part file for the case that this process is killed. Throws as commit() does.
    void keep(std::vector<char> const& bytes);

    // Throws configs::UserError cannot_write, and leaves what was at the path before.
    void commit(std::vector<char> const& bytes);

  private:
    [[noreturn]] void fail_to_write(std::size_t size, int error) const;
    void              put(std::vector<char> const& bytes) const; // as the content of the .part file

    std::string path_; // as the user named it
    std::string target_;
    std::string part_;
    int         fd_ = -1;

    RemovedWhenInterrupted guard_; // of part_
};

} // namespace scribeline::results
