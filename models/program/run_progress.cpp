#include "models/program/run_progress.hpp"

#include "models/program/sweep/progress.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::program {

using namespace results;

namespace {

constexpr double of_terminal = 0.25, of_lines = 60; // seconds between two lines

} // namespace

std::string progress_line(std::uint64_t cycle, double expected, double elapsed)
{
    // The closed forms may be a few per cent short: a run beyond what they expect is nearly done.
    auto const share = expected > 0 ? std::min(0.99, static_cast<double>(cycle) / expected) : 0.0;
    auto       text  = fmt::format("cycle {} of about {} ({:.0f} %)", grouped(cycle),
                                   grouped(static_cast<std::uint64_t>(std::llround(expected))), 100 * share);
    if (share > 0.01)
        text += fmt::format(", {} left", short_duration(elapsed * (1 - share) / share));
    return text;
}

std::string dry_run_note(bool by_wavelet, models::RunEstimate const& estimate)
{
    if (!by_wavelet)
        return "It takes about a second: lines are simulated, or formulas asked. Every wavelet (--fidelity wavelet) "
               "would "
               "take about " +
               short_duration(estimate.seconds) + ".\n";
    return fmt::format("It takes about {} of one core and {:.2g} GB of memory: every wavelet of {} PEs for some {} "
                       "cycles.\n",
                       short_duration(std::max(1.0, estimate.seconds)), estimate.bytes / 1e9,
                       grouped(static_cast<std::uint64_t>(estimate.pes)),
                       grouped(static_cast<std::uint64_t>(std::llround(estimate.cycles))));
}

RunProgress::~RunProgress()
{
    if (open_)
        stream_ << "\r\x1b[K" << std::flush; // ECMA-48: erase to the end of the line
}

void RunProgress::reached(std::uint64_t cycle, double expected)
{
    auto const elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    if (style_ == Style::silent || elapsed - shown_ < (style_ == Style::terminal ? of_terminal : of_lines))
        return;
    shown_ = elapsed;
    if (style_ == Style::terminal) {
        stream_ << '\r' << progress_line(cycle, expected, elapsed) << "\x1b[K" << std::flush;
        open_ = true;
    } else {
        stream_ << "scribeline: " << progress_line(cycle, expected, elapsed) << '\n' << std::flush;
    }
}

} // namespace scribeline::program
