// Which point is next, and what its end means.
#include "models/program/sweep/run.hpp"

#include "results/hdf5/handle.hpp"

#include <charconv>
#include <deque>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

namespace scribeline::program {

using namespace results;

using configs::Exit;
using configs::UserError;

namespace {

constexpr int signal_offset = 128;

// Someone ended the process from outside: the point is as it was.
bool was_interrupted(ProcessEnd const& end)
{
    return !end.timed_out && (end.exit_code == signal_offset + SIGINT || end.exit_code == signal_offset + SIGTERM ||
                              end.exit_code == signal_offset + SIGHUP);
}

// Without the program's name in front, which every message has.
std::string without_name(std::string const& text)
{
    constexpr std::string_view prefix = "scribeline: error: ";
    return text.compare(0, prefix.size(), prefix) == 0 ? text.substr(prefix.size()) : text;
}

class PointRunner {
  public:
    PointRunner(SweepFolder const& folder, SweepRunOptions const& options, std::ostream& messages)
        : folder_{folder}, options_{options}, states_{read_states(folder, options.processes)},
          before_{count_points(states_, options.shard)}, progress_{messages, options.progress,
                                                                   before_[PointStatus::ok] +
                                                                       before_[PointStatus::infeasible],
                                                                   options.processes}
    {
        state_.total = before_.total();
        state_.done  = state_.total - before_.remaining();
    }

    SweepRunResult run()
    {
        hdf5::silence(); // wakes the library here, once for all processes
        auto       pool         = Pool{{options_.processes, options_.timeout, options_.program}};
        auto const interruption = pool.run([&](Job& job) { return next(job); },
                                           [&](Job const& job, ProcessEnd const& end) { ended(job, end); },
                                           [&](std::vector<Running> const& running) {
                                               state_.running = running;
                                               progress_.show(state_);
                                           });
        progress_.finish();
        states_.refresh(folder_);
        auto const counts = count_points(states_, options_.shard);
        return {std::move(states_), counts, ran_, interruption};
    }

  private:
    // Not what is done, what somebody else has, nor in place of a file that is no result of this sweep.
    bool is_to_run(std::size_t point) const
    {
        return !folder_.is_done(point) && states_.faults.count(point) == 0 && !folder_.is_held(point);
    }

    bool next(Job& job)
    {
        if (stopped_)
            return false;
        for (; at_ < folder_.plan().points.size(); ++at_) {
            if (options_.shard.has(at_) && is_to_run(at_)) {
                job = job_of(at_++);
                return true;
            }
        }
        while (!again_.empty()) {
            auto const point = again_.front();
            again_.pop_front();
            if (is_to_run(point)) {
                --state_.failed;
                job = job_of(point);
                return true;
            }
        }
        return false;
    }

    Job job_of(std::size_t point) const
    {
        auto command = std::vector<std::string>{"scribeline", name_of(folder_.plan().command)};
        for (auto& argument : folder_.plan().arguments(folder_.plan().points[point]))
            command.push_back(std::move(argument));
        for (auto const* argument : {"--quiet", "--output"})
            command.emplace_back(argument);
        command.push_back(folder_.run_file(point));
        return {point, std::move(command)};
    }

    // That no wafer can be repaired is a point of a curve like any other.
    bool is_a_figure(int exit_code) const
    {
        return folder_.plan().command == configs::SweepCommand::yield &&
               exit_code == static_cast<int>(Exit::answer_is_no);
    }

    void ended(Job const& job, ProcessEnd const& end)
    {
        if (was_interrupted(end))
            return;
        // Somebody else took the point between the look at it and the start, and has it or is done with it by now.
        auto const is_refused = end.exit_code == static_cast<int>(Exit::try_again) ||
                                end.exit_code == static_cast<int>(Exit::cannot_create);
        if (is_refused && (folder_.is_held(job.key) || folder_.is_done(job.key)))
            return;
        ++ran_;
        progress_.point_took(end.wall_seconds);
        auto const is_there = is_complete_hdf5(folder_.run_file(job.key));
        if (is_there && (end.exit_code == 0 || is_a_figure(end.exit_code))) {
            ++state_.done;
            return;
        }
        auto const before  = folder_.error(job.key);
        auto       error   = PointError{};
        error.exit_code    = end.exit_code;
        error.wall_seconds = end.wall_seconds;
        error.peak_rss     = end.peak_rss;
        error.attempts     = (before ? before->attempts : 0) + 1;
        error.error        = without_name(end.error);
        if (end.timed_out) {
            error.status = PointStatus::timed_out;
            error.error  = fmt::format("took longer than {}", short_duration(options_.timeout));
        } else if (says_infeasible(end.exit_code)) {
            error.status = PointStatus::infeasible;
        } else if (error.error.empty()) {
            error.error = end.exit_code == 0 ? std::string{"ended well but left no result file"}
                          : end.exit_code > signal_offset
                              ? fmt::format("ended by signal {}", end.exit_code - signal_offset)
                              : fmt::format("ended with exit code {}", end.exit_code);
        }
        folder_.write_error(job.key, error);
        // A comparison of nothing writes a file as well. Killed before it is gone, its row says the same.
        if (is_there && error.status == PointStatus::infeasible)
            ::unlink(folder_.run_file(job.key).c_str());
        if (error.status == PointStatus::infeasible) {
            ++state_.done;
            return;
        }
        ++state_.failed;
        stopped_ = stopped_ || options_.stop_on_failure;
        if (++tries_[job.key] <= options_.retries)
            again_.push_back(job.key);
    }

    SweepFolder const&              folder_;
    SweepRunOptions const&          options_;
    PointStates                     states_; // of before it began
    SweepCounts                     before_;
    Progress                        progress_;
    ProgressState                   state_;
    std::size_t                     at_ = 0;
    std::deque<std::size_t>         again_;
    std::map<std::size_t, unsigned> tries_; // of points that failed
    std::size_t                     ran_     = 0;
    bool                            stopped_ = false;
};

} // namespace

bool says_infeasible(int exit_code)
{
    return exit_code == static_cast<int>(Exit::answer_is_no) || exit_code == static_cast<int>(Exit::bad_config);
}

Shard parse_shard(std::string const& text)
{
    auto        shard = Shard{};
    auto const  slash = text.find('/');
    auto const* end   = text.data() + text.size();
    auto const* cut   = slash == std::string::npos ? end : text.data() + slash;
    auto const  first = std::from_chars(text.data(), cut, shard.index);
    auto const  last  = cut == end ? first : std::from_chars(cut + 1, end, shard.count);
    if (slash == std::string::npos || first.ptr != cut || last.ptr != end || first.ec != std::errc{} ||
        last.ec != std::errc{} || shard.index < 1 || shard.index > shard.count)
        throw UserError{Exit::usage,
                        fmt::format("--shard {}: expected K/N with K from 1 to N, such as 1/4", configs::shown(text))};
    --shard.index;
    return shard;
}

std::size_t SweepCounts::total() const { return std::accumulate(of.begin(), of.end(), std::size_t{0}); }

std::size_t SweepCounts::remaining() const
{
    return (*this)[PointStatus::pending] + (*this)[PointStatus::failed] + (*this)[PointStatus::timed_out];
}

SweepCounts count_points(PointStates const& states, Shard shard)
{
    auto counts = SweepCounts{};
    for (auto point = shard.index; point < states.status.size(); point += shard.count)
        ++counts.of[static_cast<std::size_t>(states.status[point])];
    return counts;
}

SweepRunResult run_points(SweepFolder const& folder, SweepRunOptions const& options, std::ostream& messages)
{
    return PointRunner{folder, options, messages}.run();
}

std::string describe(SweepFolder const& folder, PointStates const& states, Shard shard)
{
    auto const counts = count_points(states, shard);
    auto       text   = fmt::format("{} points: {} ok", counts.total(), counts[PointStatus::ok]);
    for (auto const status :
         {PointStatus::infeasible, PointStatus::failed, PointStatus::timed_out, PointStatus::pending})
        if (counts[status] > 0)
            text += fmt::format(", {} {}", counts[status], name_of(status));
    text += '\n';
    constexpr int most_shown = 5;
    auto          shown      = 0;
    for (auto point = shard.index; counts.remaining() > 0 && point < states.status.size(); point += shard.count) {
        auto const status = states.status[point];
        auto const held   = status == PointStatus::pending ? folder.held(point) : std::string{};
        if (held.empty() && status != PointStatus::failed && status != PointStatus::timed_out)
            continue;
        if (shown++ == most_shown) {
            text += "  ...\n";
            break;
        }
        if (!held.empty()) {
            text += fmt::format("  point {} pending: {}\n", point, held);
            continue;
        }
        if (auto const fault = states.faults.find(point); fault != states.faults.end()) {
            text += fmt::format("  point {} {}: {}\n", point, name_of(status), configs::printable(fault->second));
            continue;
        }
        auto const error = folder.error(point);
        text += fmt::format("  point {} {} after {} attempt{}: {}\n", point, name_of(status),
                            error ? error->attempts : 0, error && error->attempts == 1 ? "" : "s",
                            error ? configs::printable(error->error.substr(0, error->error.find('\n'))) : "");
    }
    return text;
}

} // namespace scribeline::program
