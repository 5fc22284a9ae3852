// What readers of CSV traces share: the columns of a header, and cells that are numbers.
#pragma once

#include "workloads/requests/line_reader.hpp"
#include "workloads/requests/trace_row.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::workloads {

class CommaRows : public RowReader {
  public:
    // Reads the header.
    explicit CommaRows(LineReader lines);
    std::string const& file() const override { return lines_.name(); }

  protected:
    struct Column {
        std::string name;
        std::size_t at = 0;
    };
    // Throws configs::UserError, with the names that there are, where there is none of this one.
    Column                column(std::string const& name) const;
    std::optional<Column> column_if(std::string const& name) const;

    bool             next_cells(TraceRow& row);            // false behind the last row
    bool             has_cell(Column const& column) const; // with anything in it
    std::string_view cell(TraceRow const& row, Column const& column) const;
    std::int64_t     whole(TraceRow const& row, Column const& column) const;
    std::int64_t     time(TraceRow const& row, Column const& column, std::int64_t unit) const;
    std::int64_t     date(TraceRow const& row, Column const& column) const;

  private:
    LineReader                    lines_;
    std::vector<std::string>      header_;
    std::vector<std::string_view> cells_;
};

} // namespace scribeline::workloads
