// Numbers and words as the report shows them.
#pragma once

#include "models/wafer/outcome.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::results {

// Not so: unknown, or a figure that no run has. It is said in a word then.
bool        is_figure(double number);
std::string grouped(std::uint64_t number); // 12,732
std::string percent(double share);         // 3.1 %
std::string duration(double seconds);      // 375 us: three digits, as the models are no more exact
std::string three_digits(double value);    // 2.00, 31.4, 567; less than 1: 0.0123
std::string rate_text(double per_second);  // 1,646; below 100 three digits
std::string kibibytes(double bytes);       // 31.2 KiB
std::string bar(double share, int width);  // ######
std::string shortened(std::string const& text, std::size_t length);
std::string trimmed(std::string text);           // without blanks at the end
std::string quoted(std::string const& argument); // for a shell, where that is needed
// `first` and then `text`, broken at blanks into lines of at most 100 columns that begin below one another.
std::string hanging(std::string const& first, std::string const& text, std::size_t width = 100);
std::string in_columns(std::vector<std::string> const& items, std::size_t width);

// A clause about what such time is spent on, for "31 % of the layer is ...".
char const* explained(models::Part part);

// Lines of at most so many columns: a longer one is broken at blanks, and goes on below its last column of words.
std::string within(std::string const& lines, std::size_t width);

// What is printed, and how wide its lines may be.
struct Page {
    std::size_t width = 100; // at least 80
    std::string text  = {};

    Page& operator+=(std::string const& more)
    {
        text += within(more, width);
        return *this;
    }
    // To be copied to a shell: a line as it is, however long.
    void command(std::string const& line) { text += line + "\n"; }
    // What is left of a line beside so many columns: room for a bar, or for words that are cut short.
    std::size_t beside(std::size_t columns) const { return width > columns ? width - columns : 0; }
    int         bar_beside(std::size_t columns) const { return static_cast<int>(beside(columns)); }
};

} // namespace scribeline::results
