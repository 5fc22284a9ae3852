#include "models/hbm/access_stream.hpp"

#include "configs/failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

constexpr std::uint64_t stride = 2048; // bursts between snapshots
// Refresh intervals before the rhythm is taken, and those it is taken over.
constexpr std::uint64_t settling_intervals = 4, window_intervals = 16;

HbmOrganisation one_lane(HbmOrganisation g)
{
    g.channels        = 1;
    g.pseudo_channels = 1;
    return g;
}

} // namespace

BurstSource::BurstSource(HbmDevice const& device, AccessPattern const& pattern)
    : map_{one_lane(device.organisation), default_digits(one_lane(device.organisation))}, pattern_{pattern},
      burst_bytes_{device.organisation.burst_bytes}
{
    auto const refuse = [](std::string const& what) {
        throw configs::UserError{configs::Exit::bad_config, "HBM access pattern: " + what};
    };
    if (!(pattern.write_share >= 0 && pattern.write_share <= 1))
        refuse(fmt::format("a write share of {} is outside 0 .. 1", pattern.write_share));
    if (pattern.streams < 1 || pattern.streams > 4096)
        refuse(fmt::format("{} streams are outside 1 .. 4096", pattern.streams));
    if (pattern.piece % burst_bytes_ != 0 || pattern.piece > map_.bytes())
        refuse(fmt::format("pieces of {} bytes are not whole bursts of {} bytes", pattern.piece, burst_bytes_));
    turn_ = pattern.piece != 0 ? pattern.piece / burst_bytes_ : 8; // default_digits: 256 bytes
    // Each stream somewhere else, and none at the beginning of a row set where another is.
    for (std::uint32_t s = 0; s < pattern.streams; ++s)
        position_.push_back(map_.bytes() / burst_bytes_ / pattern.streams * s + s * 37 * turn_);
    advance();
    next_.id = 0;
    count_   = 1;
}

void BurstSource::advance()
{
    if (count_ % turn_ == 0) {
        write_debt_ += pattern_.write_share;
        next_.write = write_debt_ >= 1;
        write_debt_ -= next_.write ? 1 : 0;
        if (pattern_.piece != 0)
            burst_ = random_() % (map_.bytes() / pattern_.piece) * turn_;
    }
    if (pattern_.piece == 0)
        burst_ = position_[count_ / turn_ % pattern_.streams]++;
    auto const place = map_.place(burst_ * burst_bytes_ % map_.bytes());
    if (pattern_.piece != 0)
        ++burst_;
    next_.id     = count_++;
    next_.bank   = place.bank;
    next_.row    = place.row;
    next_.column = place.column;
}

void AccessStream::Run::fill(std::uint64_t limit)
{
    while (accepted < limit && channel.has_room(source.next().write)) {
        auto burst    = source.next();
        burst.arrival = channel.now();
        channel.accept(burst);
        source.advance();
        ++accepted;
    }
}

bool AccessStream::Run::step(std::vector<HbmDone>& scratch)
{
    if (!channel.step(scratch))
        return false;
    for (auto const& d : scratch) {
        ++done;
        last = std::max(last, d.cycle);
    }
    scratch.clear();
    return true;
}

AccessStream::AccessStream(HbmDevice const& device, AccessPattern const& pattern)
    : device_{device}, longest_{PseudoChannel{device}, BurstSource{device, pattern}}, snapshots_{longest_}
{
}

// The stream that ends is the stream that never ends, until it would take the first burst that is not there.
AccessStream::Run AccessStream::run_to(std::uint64_t bursts)
{
    std::vector<HbmDone> scratch;
    while (longest_.accepted + stride < bursts) {
        auto const next = longest_.accepted / stride * stride + stride;
        longest_.fill(next);
        if (longest_.accepted == next)
            snapshots_.push_back(longest_);
        else
            longest_.step(scratch);
    }
    auto const after = std::upper_bound(snapshots_.begin(), snapshots_.end(), bursts,
                                        [](std::uint64_t n, Run const& run) { return n < run.accepted; });
    auto       run   = *(after - 1);
    do
        run.fill(bursts);
    while (run.step(scratch));
    return run;
}

HbmCycles AccessStream::finish_by_command(std::uint64_t bursts)
{
    auto const found = known_.find(bursts);
    if (found != known_.end())
        return HbmCycles{found->second};
    auto const cycle = run_to(bursts).last;
    known_[bursts]   = cycle;
    return HbmCycles{cycle};
}

void AccessStream::learn_rhythm()
{
    if (window_bursts_ != 0)
        return;
    auto const           interval = std::uint64_t{device_.timings.refi};
    std::vector<HbmDone> scratch;
    Run                  run = snapshots_.front();
    auto const           to  = [&](std::uint64_t cycle) {
        while (run.channel.now() < cycle) {
            run.fill(~std::uint64_t{0});
            run.step(scratch);
        }
        return run.done;
    };
    begin_         = to(settling_intervals * interval);
    window_bursts_ = to((settling_intervals + window_intervals) * interval) - begin_;
    window_cycles_ = window_intervals * interval;
}

HbmCycles AccessStream::finish(std::uint64_t bursts)
{
    if (bursts == 0)
        return HbmCycles{0};
    if (bursts <= stride) // too short for a refresh to have come around
        return finish_by_command(bursts);
    learn_rhythm();
    if (bursts < begin_ + window_bursts_)
        return finish_by_command(bursts);
    auto const windows = (bursts - begin_) / window_bursts_;
    return finish_by_command(bursts - windows * window_bursts_) + HbmCycles{windows * window_cycles_};
}

double AccessStream::share_of_peak()
{
    learn_rhythm();
    return static_cast<double>(window_bursts_ * device_.timings.bl) / static_cast<double>(window_cycles_);
}

std::uint64_t AccessStream::exact_bursts()
{
    learn_rhythm();
    return begin_ + window_bursts_ - 1;
}

HbmCounters AccessStream::counters(std::uint64_t bursts) { return run_to(bursts).channel.counters(); }

} // namespace scribeline::models
