// The line, its rate and the time left.
#include "models/program/sweep/progress.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::program {

namespace {

constexpr std::size_t remembered  = 100;
constexpr double      of_terminal = 0.25, of_lines = 60; // seconds between two lines

} // namespace

std::string short_duration(double seconds)
{
    if (seconds < 1.5 * 60)
        return fmt::format("{:.0f} s", seconds);
    if (seconds < 1.5 * 3600)
        return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.1f} h", seconds / 3600);
}

Progress::Progress(std::ostream& stream, Style style, std::size_t done_before, unsigned processes)
    : stream_{stream}, style_{style}, done_before_{done_before}, processes_{processes}
{
}

void Progress::point_took(double seconds)
{
    if (recent_.size() < remembered)
        recent_.push_back(seconds);
    else
        recent_[taken_ % remembered] = seconds;
    ++taken_;
}

double Progress::typical() const
{
    if (recent_.empty())
        return 0;
    auto sorted = recent_;
    auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
}

std::string Progress::line(ProgressState const& state, double elapsed) const
{
    auto text = fmt::format("{}/{} points", state.done, state.total);
    if (state.failed > 0)
        text += fmt::format(", {} failed", state.failed);
    auto const finished = state.done + state.failed - std::min(state.done + state.failed, done_before_);
    if (finished > 0 && elapsed > 0) {
        auto const left = static_cast<double>(state.total - std::min(state.total, state.done + state.failed));
        text += fmt::format(", {:.3g} points/s, {} left", static_cast<double>(finished) / elapsed,
                            short_duration(left * typical() / processes_));
    }
    auto const       slowest       = std::max_element(state.running.begin(), state.running.end(),
                                                      [](Running const& a, Running const& b) { return a.seconds < b.seconds; });
    constexpr double worth_telling = 2; // seconds
    if (slowest != state.running.end() && slowest->seconds > worth_telling)
        text += fmt::format("; point {} runs for {}", slowest->key, short_duration(slowest->seconds));
    return text;
}

void Progress::show(ProgressState const& state)
{
    auto const elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    auto const pause   = style_ == Style::terminal ? of_terminal : of_lines;
    if (style_ == Style::silent || elapsed - shown_ < pause)
        return;
    shown_ = elapsed;
    if (style_ == Style::terminal) {
        stream_ << '\r' << line(state, elapsed) << "\x1b[K" << std::flush; // ECMA-48: erase to the end of the line
        open_ = true;
    } else {
        stream_ << "scribeline: " << line(state, elapsed) << '\n' << std::flush;
    }
}

void Progress::finish()
{
    if (open_)
        stream_ << "\r\x1b[K" << std::flush;
    open_ = false;
}

} // namespace scribeline::program
