// What is common to all formats of traces: lengths and orders are checked, windows and rates applied, names of
// requests and sessions become numbers.
#pragma once

#include "workloads/requests/trace.hpp"
#include "workloads/requests/trace_row.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace scribeline::workloads {

class TraceSource final : public RequestSource {
  public:
    // Throws configs::UserError (usage) for options that contradict each other or the rows.
    TraceSource(std::unique_ptr<RowReader> rows, std::string format, TraceOptions const& options);

    bool                     next(Request& request) override;
    std::string              format() const override { return format_; }
    std::uint64_t            block_tokens() const override { return block_tokens_; }
    std::string              description() const override;
    std::vector<std::string> notes() const override;

  private:
    static constexpr std::uint64_t left_out = ~std::uint64_t{0}; // the id of a request beside the window

    struct Session {
        std::uint64_t number, turns, last, arrival;
    };

    bool                         take(Request& request);
    void                         take_lengths(Request& request);
    void                         take_blocks(Request& request);
    bool                         take_waits(Request& request, Session const* session);
    std::optional<std::uint64_t> arrival_in_window(std::int64_t time);
    std::int64_t                 since_origin(std::int64_t time);
    std::uint64_t                picoseconds(char const* field, std::int64_t nanoseconds, double scale) const;
    void                         check_order();
    [[noreturn]] void refuse(std::string const& field, std::string const& value, std::string const& why) const;

    std::unique_ptr<RowReader>  rows_;
    std::string                 format_;
    TraceOptions                options_;
    RowNames                    names_;
    std::uint64_t               block_tokens_;
    std::int64_t                window_start_, window_end_; // nanoseconds
    TraceRow                    row_;
    std::optional<std::int64_t> origin_, last_time_;
    std::uint64_t               given_ = 0, rows_read_ = 0, sessions_ = 0, empty_replies_ = 0;
    bool                        has_sessions_ = false;

    // By a hash of the name.
    std::unordered_map<std::uint64_t, Session>       session_of_;
    std::unordered_map<std::uint64_t, std::uint64_t> id_of_;
};

} // namespace scribeline::workloads
