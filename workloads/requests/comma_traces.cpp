#include "workloads/requests/comma_traces.hpp"

#include "configs/failure.hpp"
#include "workloads/requests/comma_rows.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

constexpr std::int64_t second = 1'000'000'000;

class AzureRows final : public CommaRows {
  public:
    explicit AzureRows(LineReader lines)
        : CommaRows{std::move(lines)}, time_{column("TIMESTAMP")}, input_{column("ContextTokens")},
          output_{column("GeneratedTokens")}
    {
    }
    bool next(TraceRow& row) override
    {
        if (!next_cells(row))
            return false;
        row.time   = date(row, time_);
        row.input  = whole(row, input_);
        row.output = whole(row, output_);
        return true;
    }
    RowNames names() const override { return {"TIMESTAMP", "ContextTokens", "GeneratedTokens"}; }

  private:
    Column time_, input_, output_;
};

class BurstGptRows final : public CommaRows {
  public:
    explicit BurstGptRows(LineReader lines)
        : CommaRows{std::move(lines)}, time_{column("Timestamp")}, input_{column("Request tokens")},
          output_{column("Response tokens")}
    {
    }
    bool next(TraceRow& row) override
    {
        while (next_cells(row)) {
            row.time   = time(row, time_, second);
            row.input  = whole(row, input_);
            row.output = whole(row, output_);
            if (row.output != 0)
                return true;
            ++failed_;
        }
        return false;
    }
    RowNames                 names() const override { return {"Timestamp", "Request tokens", "Response tokens"}; }
    std::vector<std::string> notes() const override
    {
        if (failed_ == 0)
            return {};
        return {
            fmt::format("{} rows of no response token, which failed when they were recorded, are left out", failed_)};
    }

  private:
    Column        time_, input_, output_;
    std::uint64_t failed_ = 0;
};

class ColumnRows final : public CommaRows {
  public:
    ColumnRows(LineReader lines, TraceColumns const& columns)
        : CommaRows{std::move(lines)}, columns_{columns}, unit_{std::llround(columns.unit.value() * 1e9)},
          input_{column(columns.input)}, output_{column(columns.output)}
    {
        if (!columns.arrival.empty())
            time_ = column(columns.arrival);
        if (!columns.session.empty())
            session_ = column(columns.session);
        if (!columns.tool_time.empty())
            tool_time_ = column(columns.tool_time);
        if (!(columns.unit.value() >= 1e-9 && columns.unit.value() <= 86400))
            throw configs::UserError{
                configs::Exit::usage,
                fmt::format("{}: a unit of times of {} s; expected 1 ns to a day", file(), columns.unit.value())};
    }
    bool next(TraceRow& row) override
    {
        if (!next_cells(row))
            return false;
        if (time_)
            row.time = time(row, *time_, unit_);
        row.input  = whole(row, input_);
        row.output = whole(row, output_);
        if (session_) {
            row.session        = cell(row, *session_);
            row.after_previous = true;
        }
        if (tool_time_)
            row.tool_time = time(row, *tool_time_, unit_);
        return true;
    }
    RowNames names() const override
    {
        return {columns_.arrival.c_str(),  columns_.input.c_str(),
                columns_.output.c_str(),   "",
                columns_.session.c_str(),  "",
                columns_.tool_time.c_str()};
    }

  private:
    TraceColumns          columns_;
    std::int64_t          unit_;
    Column                input_, output_;
    std::optional<Column> time_, session_, tool_time_;
};

} // namespace

std::unique_ptr<RowReader> azure_rows(LineReader lines) { return std::make_unique<AzureRows>(std::move(lines)); }

std::unique_ptr<RowReader> burstgpt_rows(LineReader lines) { return std::make_unique<BurstGptRows>(std::move(lines)); }

std::unique_ptr<RowReader> column_rows(LineReader lines, TraceColumns const& columns)
{
    return std::make_unique<ColumnRows>(std::move(lines), columns);
}

} // namespace scribeline::workloads
