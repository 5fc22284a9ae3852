#include "models/published/comma_table.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

constexpr std::string_view blanks          = " \t";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

class Reader {
  public:
    explicit Reader(std::string_view text) : rest_{text} {}

    std::vector<CommaRow> rows()
    {
        std::vector<CommaRow> list;
        while (!rest_.empty()) {
            skip_blanks();
            if (!rest_.empty() && rest_.front() == '#') {
                rest_.remove_prefix(std::min(rest_.find_first_of("\r\n"), rest_.size()));
                take_line_end();
                continue;
            }
            auto row = this->row();
            if (std::any_of(row.cells.begin(), row.cells.end(), [](auto const& cell) { return !cell.empty(); }))
                list.push_back(std::move(row));
        }
        return list;
    }

  private:
    CommaRow row()
    {
        CommaRow row{line_, {}};
        for (;;) {
            skip_blanks();
            bool const quoted = !rest_.empty() && rest_.front() == '"';
            row.cells.push_back(quoted ? quoted_cell() : plain_cell());
            if (rest_.empty())
                return row;
            if (rest_.front() != ',') {
                take_line_end();
                return row;
            }
            rest_.remove_prefix(1);
        }
    }

    std::string plain_cell()
    {
        auto const cell = rest_.substr(0, rest_.find_first_of(",\r\n"));
        rest_.remove_prefix(cell.size());
        return std::string{trimmed_cell(cell)};
    }

    std::string quoted_cell()
    {
        auto const  begin = line_;
        std::string cell;
        rest_.remove_prefix(1);
        for (;;) {
            if (rest_.empty())
                throw CommaTableError{begin, "a quoted cell begins here and never ends; write a quote inside it twice"};
            if (rest_.front() == '"') {
                rest_.remove_prefix(1);
                if (rest_.empty() || rest_.front() != '"')
                    break;
                cell += '"';
                rest_.remove_prefix(1);
            } else if (rest_.front() == '\r' || rest_.front() == '\n') {
                take_line_end();
                cell += ' ';
            } else {
                cell += rest_.front();
                rest_.remove_prefix(1);
            }
        }
        skip_blanks();
        if (!rest_.empty() && rest_.find_first_of(",\r\n") != 0)
            throw CommaTableError{line_, "text behind the quote that ends a cell; write a quote inside a cell twice"};
        return std::string{trimmed_cell(cell)};
    }

    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

    // \n, \r\n or \r.
    void take_line_end()
    {
        if (rest_.empty())
            return;
        rest_.remove_prefix(rest_.substr(0, 2) == "\r\n" ? 2 : 1);
        ++line_;
    }

    std::string_view rest_;
    std::size_t      line_ = 1;
};

} // namespace

std::string_view trimmed_cell(std::string_view text)
{
    auto const first = text.find_first_not_of(blanks);
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<CommaRow> read_comma_table(std::string_view text)
{
    if (text.substr(0, byte_order_mark.size()) == byte_order_mark)
        text.remove_prefix(byte_order_mark.size());
    if (auto const zero = text.find('\0'); zero != text.npos)
        throw CommaTableError{1 + static_cast<std::size_t>(
                                      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(zero), '\n')),
                              "a byte that no text has: save the table as comma-separated UTF-8"};
    return Reader{text}.rows();
}

} // namespace scribeline::models
