#include "workloads/requests/trace_source.hpp"

#include "configs/failure.hpp"
#include "configs/schema/limits.hpp"
#include "configs/units/whole.hpp"
#include "workloads/requests/block_hash.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace scribeline::workloads {

using configs::Exit;
using configs::UserError;

namespace {

constexpr auto   never            = std::numeric_limits<std::int64_t>::max();
constexpr double nanoseconds      = 1e9;
constexpr double most_picoseconds = 1.8e19; // 208 days: what 64 bits hold
constexpr double most_factor      = 1e6;

[[noreturn]] void refuse_option(std::string const& why) { throw UserError{Exit::usage, why}; }

std::int64_t in_nanoseconds(configs::Seconds time, char const* option)
{
    auto const value = time.value() * nanoseconds;
    if (!(value >= 0 && value < 9e18))
        refuse_option(fmt::format("{} = {} s: expected a time from 0 s to 285 years", option, time.value()));
    return std::llround(value);
}

void check_factor(double factor, char const* option)
{
    if (!(factor >= 1 / most_factor && factor <= most_factor))
        refuse_option(fmt::format("{} = {}: expected a factor from 0.000001 to 1,000,000", option, factor));
}

} // namespace

TraceSource::TraceSource(std::unique_ptr<RowReader> rows, std::string format, TraceOptions const& options)
    : rows_{std::move(rows)}, format_{std::move(format)}, options_{options}, names_{rows_->names()},
      block_tokens_{rows_->block_tokens()}, window_start_{in_nanoseconds(options.start, "start")},
      window_end_{options.end ? in_nanoseconds(*options.end, "end") : never}, origin_{rows_->origin()}
{
    check_factor(options.scale_rate, "scale-rate");
    if (!(options.scale_tools >= 0 && options.scale_tools <= most_factor))
        refuse_option(fmt::format("scale-tools = {}: expected a factor from 0 to 1,000,000", options.scale_tools));
    if (window_end_ <= window_start_)
        refuse_option(fmt::format("the window from {} s to {} s is empty: let it end behind its start",
                                  options.start.value(), options.end->value()));
    if (options.limit && *options.limit == 0)
        refuse_option("limit = 0: expected at least one request");
    if (options.block_tokens == 0 || block_tokens_ == 0)
        return;
    if (options.block_tokens % block_tokens_ != 0)
        refuse_option(fmt::format("blocks of {} tokens: {} hashes {} tokens at a time; expected a multiple of that",
                                  options.block_tokens, rows_->file(), block_tokens_));
    block_tokens_ = options.block_tokens;
}

void TraceSource::refuse(std::string const& field, std::string const& value, std::string const& why) const
{
    refuse_row(rows_->file(), row_.line, field, value, why);
}

bool TraceSource::next(Request& request)
{
    if (options_.limit && given_ == *options_.limit)
        return false;
    for (;;) {
        row_.clear();
        if (!rows_->next(row_))
            return false;
        ++rows_read_;
        if (take(request))
            return true;
        // Later turns of sessions that began in the window may follow, of whatever session.
        if (!has_sessions_ && last_time_ && since_origin(*last_time_) >= window_end_)
            return false;
    }
}

// False: beside the window.
bool TraceSource::take(Request& request)
{
    take_lengths(request);
    take_blocks(request);
    request.waits_for.clear();
    request.tool_time        = 0;
    request.person_time      = 0;
    request.turn             = 0;
    request.recorded_service = std::nullopt;

    auto const in_session = !row_.session.empty();
    has_sessions_         = has_sessions_ || in_session || !row_.waits_for.empty();
    auto const key        = in_session ? hash_of(row_.session) : 0;
    auto const found      = in_session ? session_of_.find(key) : session_of_.end();
    auto*      session    = found == session_of_.end() ? nullptr : &found->second;
    auto const name       = row_.name.empty() ? 0 : hash_of(row_.name);
    if (!row_.name.empty() && id_of_.count(name) != 0)
        refuse("request_id", row_.name, "an earlier row has the same name. Give each request one of its own");

    auto const waits = take_waits(request, session);
    auto       kept  = !waits || request.waits_for.empty() || request.waits_for.front() != left_out;
    auto       start = std::optional<std::uint64_t>{};
    if (!waits) {
        check_order();
        start = row_.time ? arrival_in_window(*row_.time) : std::optional{std::uint64_t{0}};
        if (!row_.time && (window_start_ > 0 || window_end_ != never))
            refuse(names_.time, "", "missing, and a window by time was asked for. Leave out start and end");
        kept = start.has_value();
    } else if (kept) {
        // What waits has a time of its own only where it is replayed as recorded, or where nothing else is known of it.
        auto const own        = row_.time && (options_.replay == Replay::original || row_.tool_time == 0);
        auto const of_session = session != nullptr ? session->arrival : 0;
        start =
            own ? std::max(of_session,
                           picoseconds(names_.time, std::max<std::int64_t>(since_origin(*row_.time) - window_start_, 0),
                                       options_.scale_rate))
                : of_session;
        if (!row_.time && options_.replay == Replay::original && row_.recorded_start)
            start = of_session + picoseconds(names_.time, *row_.recorded_start, options_.scale_rate);
        request.tool_time =
            options_.replay == Replay::original && (own || row_.recorded_start)
                ? 0
                : picoseconds(names_.tool_time, row_.tool_time, 1 / std::max(options_.scale_tools, 1e-300));
        request.person_time = std::min(request.tool_time, picoseconds(names_.tool_time, row_.person_time,
                                                                      1 / std::max(options_.scale_tools, 1e-300)));
    }

    auto const id = kept ? given_ : left_out;
    if (!row_.name.empty())
        id_of_.emplace(name, id);
    if (in_session && session == nullptr)
        session =
            &session_of_.emplace(key, Session{kept ? sessions_++ : 0, 0, left_out, start.value_or(0)}).first->second;
    if (session != nullptr)
        session->last = id;
    if (!kept)
        return false;
    request.id      = given_++;
    request.arrival = *start;
    request.session = session != nullptr ? session->number : sessions_++;
    request.turn    = session != nullptr ? session->turns++ : 0;
    if (row_.recorded_start)
        request.recorded_start = picoseconds(names_.time, *row_.recorded_start, 1);
    else if (row_.time && !in_session)
        request.recorded_start = request.arrival;
    else
        request.recorded_start = std::nullopt;
    if (row_.recorded_service)
        request.recorded_service = picoseconds(names_.service, *row_.recorded_service, 1);
    return true;
}

void TraceSource::take_lengths(Request& request)
{
    auto const length = [&](char const* field, std::int64_t tokens) {
        if (tokens < 1)
            refuse(field, fmt::format("{}", tokens), "expected at least one token. Remove the row or correct it");
        if (static_cast<std::uint64_t>(tokens) > configs::limits::request_tokens)
            refuse(field, fmt::format("{}", tokens),
                   fmt::format("more than {} tokens, which no request has", configs::limits::request_tokens));
        return static_cast<std::uint64_t>(tokens);
    };
    request.input = length(names_.input, row_.input);
    // Of a session all later turns would go with it: the prompt was there, and its reply broken off.
    if (row_.output == 0 && (!row_.session.empty() || !row_.name.empty())) {
        row_.output = 1;
        ++empty_replies_;
    }
    request.output = length(names_.output, row_.output);
}

// A hash stands for all before it too, so that the last one of a longer block is the longer block's.
void TraceSource::take_blocks(Request& request)
{
    request.blocks.clear();
    if (!row_.has_blocks)
        return;
    auto const own   = rows_->block_tokens();
    auto const count = row_.blocks.size();
    if (auto const most = configs::ceil_divide(request.input, own); count != most && count != request.input / own)
        refuse(names_.blocks, fmt::format("{} hashes", count),
               fmt::format("{} = {} takes {} blocks of {} tokens. Correct one of them, or say how many tokens a hash "
                           "stands for",
                           names_.input, request.input, most, own));
    auto const group = block_tokens_ / own;
    if (group == 1) {
        request.blocks.swap(row_.blocks);
        return;
    }
    for (std::size_t i = 0; i < count; i += group)
        request.blocks.push_back(row_.blocks[std::min(i + group, count) - 1]);
}

// Whether it waits for anything. Where that is beside the window, `left_out` is all that it waits for.
bool TraceSource::take_waits(Request& request, Session const* session)
{
    bool beside = false;
    for (auto const& each : row_.waits_for) {
        if (each == row_.name)
            refuse(names_.waits_for, each, "the request waits for itself. Name those that must end before it");
        auto const found = id_of_.find(hash_of(each));
        if (found == id_of_.end())
            refuse(names_.waits_for, each,
                   "no row before this one has that name. A request stands behind those that it waits for");
        beside = beside || found->second == left_out;
        request.waits_for.push_back(found->second);
    }
    if (row_.after_previous && session != nullptr) {
        beside = beside || session->last == left_out;
        request.waits_for.push_back(session->last);
    }
    if (beside)
        request.waits_for.assign(1, left_out);
    std::sort(request.waits_for.begin(), request.waits_for.end());
    request.waits_for.erase(std::unique(request.waits_for.begin(), request.waits_for.end()), request.waits_for.end());
    return !request.waits_for.empty();
}

void TraceSource::check_order()
{
    if (!row_.time)
        return;
    if (!origin_)
        origin_ = *row_.time;
    if (last_time_ && *row_.time < *last_time_)
        refuse(names_.time,
               fmt::format("{} s behind the first row", static_cast<double>(since_origin(*row_.time)) / 1e9),
               fmt::format("before the row that stands above it, of {} s. Sort the file by this field",
                           static_cast<double>(since_origin(*last_time_)) / 1e9));
    last_time_ = *row_.time;
}

std::int64_t TraceSource::since_origin(std::int64_t time)
{
    if (!origin_)
        origin_ = time;
    auto const apart = static_cast<double>(time) - static_cast<double>(*origin_);
    if (apart < -9e18 || apart > 9e18)
        refuse(names_.time, "", "centuries apart from the first row. Correct it");
    return time - *origin_;
}

std::optional<std::uint64_t> TraceSource::arrival_in_window(std::int64_t time)
{
    auto const since = since_origin(time);
    if (since < window_start_ || since >= window_end_)
        return std::nullopt;
    return picoseconds(names_.time, since - window_start_, options_.scale_rate);
}

std::uint64_t TraceSource::picoseconds(char const* field, std::int64_t time, double scale) const
{
    auto const exact = static_cast<double>(time) / scale * 1000;
    if (time < 0 || exact > most_picoseconds)
        refuse(field, fmt::format("{} s", static_cast<double>(time) / 1e9),
               "expected a time from 0 to 208 days. Correct it, or take a part of the trace by start and end");
    return scale == 1 ? static_cast<std::uint64_t>(time) * 1000 : static_cast<std::uint64_t>(exact + 0.5);
}

std::string TraceSource::description() const
{
    return given_ == 0 ? fmt::format("requests of {}", rows_->file())
                       : fmt::format("{} request{} of {}", given_, given_ == 1 ? "" : "s", rows_->file());
}

std::vector<std::string> TraceSource::notes() const
{
    auto all = rows_->notes();
    if (empty_replies_ > 0)
        all.push_back(fmt::format("{} replies of no token, in sessions, count as replies of one", empty_replies_));
    return all;
}

} // namespace scribeline::workloads
