#include "configs/schema/whole_file.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace scribeline::configs {

namespace {

// One byte more than the limit allows where there are so many.
std::string read_up_to(std::string const& path, FileLimit const& limit)
{
    auto const refuse = [&](std::string const& why) {
        throw UserError{Exit::no_input, fmt::format("{}: error: {}", printable(path), why)};
    };
    auto failed = std::error_code{};
    if (std::filesystem::is_directory(path, failed))
        refuse(fmt::format("is a folder, expected {}", limit.expected));
    auto stream = std::ifstream{path, std::ios::binary};
    if (!stream)
        refuse(std::string{"cannot be read: "} + std::strerror(errno));
    // Piece by piece: most files are far smaller than the largest, and to clear that much takes longer than to read
    // them.
    constexpr std::size_t piece   = 16384;
    auto                  content = std::string{};
    while (stream && content.size() <= limit.most) {
        auto const before = content.size();
        content.resize(std::min(before + piece, limit.most + 1));
        stream.read(content.data() + before, static_cast<std::streamsize>(content.size() - before));
        content.resize(before + static_cast<std::size_t>(stream.gcount()));
    }
    if (stream.bad())
        refuse("cannot be read to its end");
    return content;
}

} // namespace

std::string read_whole_file(std::string const& path, FileLimit const& limit)
{
    auto content = read_up_to(path, limit);
    if (content.size() > limit.most)
        throw UserError{Exit::bad_config, fmt::format("{}: error: larger than {} MiB, which {} is", printable(path),
                                                      limit.most >> 20U, limit.no_such)};
    return content;
}

std::string read_beginning(std::string const& path, FileLimit const& limit)
{
    auto content = read_up_to(path, limit);
    content.resize(std::min(content.size(), limit.most));
    return content;
}

} // namespace scribeline::configs
