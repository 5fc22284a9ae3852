#include "models/published/cases_file.hpp"

#include "configs/failure.hpp"
#include "configs/schema/whole_file.hpp"
#include "configs/share.hpp"
#include "models/published/case_reader.hpp"
#include "models/published/comma_table.hpp"
#include "models/published/gpu_case_reader.hpp"
#include "models/published/served_case_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::Exit;
using configs::UserError;

constexpr auto most_told = configs::limits::mistakes_of_cases;

struct Findings {
    std::vector<MeasuredCase> cases;
    std::vector<std::string>  mistakes;
};

std::string place(std::string const& file, std::size_t line)
{
    return fmt::format("{}:{}: error: ", configs::printable(file), line);
}

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

// The columns that a file may have, and must have.
struct ColumnSet {
    std::vector<std::string> known, needed;
};

ColumnSet const& of_wafers()
{
    static auto const columns = std::vector<std::string>{case_columns.begin(), case_columns.end()};
    static auto const set     = ColumnSet{columns, columns};
    return set;
}

ColumnSet const& of_gpus()
{
    static auto const set = ColumnSet{{gpu_case_columns.begin(), gpu_case_columns.end()},
                                      {"case_id", "kind", "machine", "value", "unit", "tolerance_percent", "source"}};
    return set;
}

ColumnSet const& of_serving()
{
    static auto const set =
        ColumnSet{{served_case_columns.begin(), served_case_columns.end()},
                  {"case_id", "kind", "machine", "model", "metric", "value", "unit", "tolerance_percent", "source"}};
    return set;
}

// Files about GPUs have no region, and say what a kernel works on.
bool has_column(CommaRow const& header, std::string const& column)
{
    return std::any_of(header.cells.begin(), header.cells.end(),
                       [&](std::string const& cell) { return lower(cell) == column; });
}
bool is_about_gpus(CommaRow const& header)
{
    return !has_column(header, "region") && !has_column(header, "metric") &&
           (has_column(header, "bits") || has_column(header, "bytes"));
}
// What was served says how many requests there were at a time, or which.
bool is_about_serving(CommaRow const& header)
{
    return !has_column(header, "region") && (has_column(header, "concurrency") || has_column(header, "trace"));
}

// Index of each cell's column in `set.known`; nothing for cells behind the last name. Empty when the header is wrong.
std::vector<std::size_t> read_header(CommaRow const& header, std::string const& file, ColumnSet const& set,
                                     std::vector<std::string>& mistakes)
{
    auto const& known    = set.known;
    auto const  before   = mistakes.size();
    auto const  complain = [&](std::string const& what) { mistakes.push_back(place(file, header.line) + what); };
    auto        names    = header.cells;
    while (!names.empty() && names.back().empty()) // a spreadsheet's empty columns
        names.pop_back();
    if (names.size() == 1 && names.front().find_first_of(";\t") != std::string::npos) {
        complain("expected cells between commas, not semicolons or tabs");
        return {};
    }
    std::vector<std::size_t> columns;
    for (auto const& name : names) {
        auto const found = std::find(known.begin(), known.end(), lower(name));
        auto const index = static_cast<std::size_t>(found - known.begin());
        if (found == known.end())
            complain(
                fmt::format("column {}: unknown{}", configs::shown(name), configs::did_you_mean(lower(name), known)));
        else if (std::find(columns.begin(), columns.end(), index) != columns.end())
            complain(fmt::format("column '{}': stands twice in the header", known[index]));
        columns.push_back(index);
    }
    for (std::size_t i = 0; i < known.size(); ++i)
        if (std::find(columns.begin(), columns.end(), i) == columns.end() &&
            std::find(set.needed.begin(), set.needed.end(), known[i]) != set.needed.end())
            complain(
                fmt::format("column '{}': missing in the header; the columns are {}", known[i], fmt::join(known, ",")));
    return mistakes.size() == before ? columns : std::vector<std::size_t>{};
}

template <class Array> Array as_array(std::vector<std::string> const& cells)
{
    Array array;
    SCRIBELINE_EXPECT(cells.size() == array.size());
    std::copy(cells.begin(), cells.end(), array.begin());
    return array;
}

void read_table(std::string_view text, std::string const& file, Findings& found)
{
    std::vector<CommaRow> rows;
    try {
        rows = read_comma_table(text);
    } catch (CommaTableError const& error) {
        found.mistakes.push_back(place(file, error.line()) + error.what());
        return;
    }
    if (rows.empty()) {
        found.mistakes.push_back(fmt::format("{}: error: no header; expected the columns {}", configs::printable(file),
                                             fmt::join(case_columns, ",")));
        return;
    }
    auto const  serving = is_about_serving(rows.front());
    auto const  gpus    = !serving && is_about_gpus(rows.front());
    auto const& set     = serving ? of_serving() : gpus ? of_gpus() : of_wafers();
    auto const  columns = read_header(rows.front(), file, set, found.mistakes);
    if (columns.empty())
        return;
    if (rows.size() == 1)
        found.mistakes.push_back(place(file, rows.front().line) + "no rows below the header");
    for (auto row = rows.begin() + 1; row != rows.end(); ++row) {
        auto cells = std::vector<std::string>(set.known.size());
        for (std::size_t i = 0; i < std::min(columns.size(), row->cells.size()); ++i)
            cells[columns[i]] = row->cells[i];
        auto const who      = cells[0].empty() ? std::string{"row without case_id"} : "row " + configs::shown(cells[0]);
        auto const complain = [&](std::string const& what) {
            found.mistakes.push_back(fmt::format("{}{}, {}", place(file, row->line), who, what));
        };
        if (row->cells.size() < columns.size()) {
            complain(fmt::format("column '{}': missing: {} cells under {} columns",
                                 set.known[columns[row->cells.size()]], row->cells.size(), columns.size()));
            continue;
        }
        auto const extra = std::find_if(row->cells.begin() + static_cast<std::ptrdiff_t>(columns.size()),
                                        row->cells.end(), [](auto const& cell) { return !cell.empty(); });
        if (extra != row->cells.end()) {
            complain(fmt::format("column {}: {} stands behind the last column; put a cell that holds commas in quotes",
                                 extra - row->cells.begin() + 1, configs::shown(*extra)));
            continue;
        }
        std::vector<CellError> errors;
        auto const             folder = std::filesystem::path{file}.parent_path().string();
        auto                   read   = serving ? read_served_case(as_array<ServedCaseCells>(cells), folder, errors)
                                        : gpus  ? read_gpu_case(as_array<GpuCaseCells>(cells), folder, errors)
                                                : read_case(as_array<CaseCells>(cells), folder, errors);
        for (auto const& error : errors)
            complain(fmt::format("column '{}': {}", error.column, error.what));
        if (errors.empty()) {
            read.file = file;
            read.line = row->line;
            if (read.id.empty())
                read.id = fmt::format("line {}", row->line);
            found.cases.push_back(std::move(read));
        }
    }
}

std::vector<MeasuredCase> require_sound(Findings found)
{
    if (found.mistakes.empty())
        return std::move(found.cases);
    auto const count = found.mistakes.size();
    if (count > most_told) {
        found.mistakes.resize(most_told);
        found.mistakes.push_back(fmt::format("... and {} more", count - most_told));
    }
    throw UserError{Exit::bad_config, fmt::format("{}", fmt::join(found.mistakes, "\n"))};
}

} // namespace

std::vector<std::string> shipped_cases()
{
    auto files = std::vector<std::string>{};
    for (auto const* name : {"results/published/wafer.csv", "results/published/gpu.csv", "results/published/power.csv",
                             "results/published/served.csv"}) {
        auto const found = configs::find_shared(name);
        if (!found)
            throw UserError{Exit::no_input,
                            fmt::format("the share folder has no {}; name a file of your own with --cases", name)};
        files.push_back(found->string());
    }
    return files;
}

std::vector<MeasuredCase> read_cases(std::vector<std::string> const& files)
{
    Findings found;
    for (auto const& file : files)
        read_table(configs::read_whole_file(file, configs::limits::cases), file, found);
    return require_sound(std::move(found));
}

std::vector<MeasuredCase> parse_cases(std::string_view text, std::string const& file)
{
    Findings found;
    read_table(text, file, found);
    return require_sound(std::move(found));
}

} // namespace scribeline::models
