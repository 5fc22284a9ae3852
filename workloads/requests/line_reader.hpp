// Lines of a text of any length, in memory for one of them.
#pragma once

#include <cstddef>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

class LineReader {
  public:
    // Messages call the text `name`, which is fit to be printed.
    LineReader(std::unique_ptr<std::istream> stream, std::string name);

    // The next line that has more than blanks, without its end (\n or \r\n), valid until the next call; false behind
    // the last one. A byte order mark is passed over. Throws configs::UserError: a line longer than
    // configs::limits::trace_line, a zero byte, a read that fails.
    bool next(std::string_view& line);

    // The same line again on the next call.
    void put_back() { again_ = true; }

    std::size_t        line_number() const { return number_; } // of the line that next() gave, from 1
    std::string const& name() const { return name_; }

  private:
    bool fill(); // more bytes behind those that are left; false: there are none

    std::unique_ptr<std::istream> stream_;
    std::string                   name_;
    std::vector<char>             buffer_;
    std::size_t                   begin_ = 0, end_ = 0; // of what was read and not yet given
    std::size_t                   number_ = 0;
    std::string_view              last_;
    bool                          again_ = false;
};

} // namespace scribeline::workloads
