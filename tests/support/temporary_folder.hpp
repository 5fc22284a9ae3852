// A folder of a test's own, gone when the test ends.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::tests {

class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(TemporaryFolder const&)            = delete;
    TemporaryFolder& operator=(TemporaryFolder const&) = delete;

    std::filesystem::path const& path() const { return path_; }
    std::string                  operator/(std::string_view name) const { return (path_ / name).string(); }

    // Writes a file into the folder and returns its path.
    std::string write(std::string_view name, std::string_view content) const;
    // Names of what is in the folder, sorted.
    std::vector<std::string> names() const;

  private:
    std::filesystem::path path_;
};

// Throws when the file cannot be read.
std::string read_file(std::string const& path);

} // namespace scribeline::tests
