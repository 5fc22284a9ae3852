// mkdtemp gives a name that no other test has, also when many run at once.
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <cstdlib>

namespace scribeline::tests {

TemporaryFolder::TemporaryFolder()
{
    auto pattern = (std::filesystem::temp_directory_path() / "scribeline-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
        throw std::runtime_error{"cannot make a temporary folder like " + pattern};
    }
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder()
{
    auto ignored = std::error_code{};
    std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(std::string_view name, std::string_view content) const
{
    auto const file = *this / name;
    auto       out  = std::ofstream{file, std::ios::binary};
    out << content;
    if (!out.flush()) {
        throw std::runtime_error{"cannot write " + file};
    }
    return file;
}

std::vector<std::string> TemporaryFolder::names() const
{
    auto names = std::vector<std::string>{};
    for (auto const& entry : std::filesystem::directory_iterator{path_}) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string read_file(std::string const& path)
{
    auto in = std::ifstream{path, std::ios::binary};
    if (!in) {
        throw std::runtime_error{"cannot read " + path};
    }
    auto content = std::ostringstream{};
    content << in.rdbuf();
    return content.str();
}

} // namespace scribeline::tests
