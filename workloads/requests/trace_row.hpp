// A row of a trace as its format has it, before windows, rates and sessions are looked at.
#pragma once

#include "workloads/requests/request.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::workloads {

// Times are nanoseconds. They may count from any origin, such as 1970.
struct TraceRow {
    std::size_t                 line = 0;   // of the file
    std::optional<std::int64_t> time;       // of its arrival
    std::int64_t                input  = 0; // tokens, as the file has them
    std::int64_t                output = 0;
    std::vector<PromptBlock>    blocks;
    bool                        has_blocks = false;

    std::string              name;                   // that others wait for; empty: none does
    std::string              session;                // empty: of none
    std::vector<std::string> waits_for;              // names
    bool                     after_previous = false; // waits for the request of its session before it
    std::int64_t             tool_time      = 0;     // before it, behind the end of what it waits for
    std::int64_t             person_time    = 0;     // of that, what is no tool's

    std::optional<std::int64_t> recorded_start;   // since its session started
    std::optional<std::int64_t> recorded_service; // up to the end of its reply

    void clear(); // keeps the memory
};

// What the format calls things, for messages.
struct RowNames {
    char const* time;
    char const* input;
    char const* output;
    char const* blocks    = "";
    char const* session   = "";
    char const* waits_for = "";
    char const* tool_time = "";
    char const* service   = "";
};

// The rows of one file in one format.
class RowReader {
  public:
    RowReader()                            = default;
    RowReader(RowReader const&)            = delete;
    RowReader& operator=(RowReader const&) = delete;
    virtual ~RowReader()                   = default;

    // Fills a cleared row; false behind the last one. Throws configs::UserError for what is no row.
    virtual bool next(TraceRow& row) = 0;

    virtual RowNames                 names() const = 0;
    virtual std::string const&       file() const  = 0;                 // as messages name it
    virtual std::uint64_t            block_tokens() const { return 0; } // of TraceRow::blocks
    virtual std::vector<std::string> notes() const { return {}; }

    // Nothing: time counts from the first row. Else a row at this time arrives at the start.
    virtual std::optional<std::int64_t> origin() const { return std::nullopt; }
};

// "FILE:LINE: error: FIELD = VALUE: WHY".
[[noreturn]] void refuse_row(std::string const& file, std::size_t line, std::string const& field,
                             std::string const& value, std::string const& why);

} // namespace scribeline::workloads
