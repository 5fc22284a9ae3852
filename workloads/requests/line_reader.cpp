#include "workloads/requests/line_reader.hpp"

#include "configs/failure.hpp"
#include "configs/schema/limits.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;

namespace {

constexpr std::size_t piece = std::size_t{1} << 16U;

[[noreturn]] void refuse(std::string const& name, std::size_t line, std::string const& why)
{
    throw UserError{Exit::bad_config, fmt::format("{}:{}: error: {}", name, line, why)};
}

} // namespace

LineReader::LineReader(std::unique_ptr<std::istream> stream, std::string name)
    : stream_{std::move(stream)}, name_{std::move(name)}, buffer_(piece)
{
}

bool LineReader::fill()
{
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ > configs::limits::trace_line)
        refuse(name_, number_ + 1,
               fmt::format("a line of more than {} MiB: no request takes so much. Is this a trace of requests?",
                           configs::limits::trace_line >> 20U));
    if (end_ + piece > buffer_.size())
        buffer_.resize(std::max(end_ + piece, 2 * buffer_.size()));
    stream_->read(buffer_.data() + end_, static_cast<std::streamsize>(buffer_.size() - end_));
    auto const read = static_cast<std::size_t>(stream_->gcount());
    if (stream_->bad())
        throw UserError{Exit::no_input, fmt::format("{}: error: cannot be read to its end", name_)};
    end_ += read;
    return read > 0;
}

bool LineReader::next(std::string_view& line)
{
    if (std::exchange(again_, false)) {
        line = last_;
        return true;
    }
    for (;;) {
        auto  seen = std::size_t{0}; // of what stands there without a line's end
        void* stop = nullptr;
        while ((stop = end_ > begin_ + seen ? std::memchr(buffer_.data() + begin_ + seen, '\n', end_ - begin_ - seen)
                                            : nullptr) == nullptr) {
            seen = end_ - begin_;
            if (!fill())
                break;
        }
        if (stop == nullptr && begin_ == end_)
            return false;
        auto const length = stop == nullptr
                                ? end_ - begin_
                                : static_cast<std::size_t>(static_cast<char*>(stop) - buffer_.data()) - begin_;
        last_             = {buffer_.data() + begin_, length};
        begin_ += std::min(length + 1, end_ - begin_);
        ++number_;
        constexpr std::string_view mark = "\xef\xbb\xbf";
        if (number_ == 1 && last_.substr(0, mark.size()) == mark)
            last_.remove_prefix(mark.size());
        if (last_.find('\0') != std::string_view::npos)
            refuse(name_, number_, "a zero byte, which no text has: is the file packed? Unpack it");
        while (!last_.empty() && (last_.back() == '\r' || last_.back() == ' ' || last_.back() == '\t'))
            last_.remove_suffix(1);
        if (last_.find_first_not_of(" \t") == std::string_view::npos)
            continue;
        line = last_;
        return true;
    }
}

} // namespace scribeline::workloads
