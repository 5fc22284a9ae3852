#include "models/hbm/hbm_stack.hpp"

#include <algorithm>
#include <numeric>

namespace scribeline::models {

HbmStack::HbmStack(HbmDevice const& device) : HbmStack{device, default_digits(device.organisation)} {}

HbmStack::HbmStack(HbmDevice const& device, std::vector<AddressDigit> digits)
    : device_{device}, map_{device.organisation, std::move(digits)},
      lanes_(device.organisation.lanes(), PseudoChannel{device})
{
}

std::vector<HbmCycles> HbmStack::serve(std::vector<HbmAccess> const& accesses)
{
    std::vector<std::size_t> order(accesses.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return accesses[a].arrival < accesses[b].arrival; });

    std::uint64_t const                burst = device_.organisation.burst_bytes;
    std::vector<std::vector<HbmBurst>> wanted(lanes_.size());
    std::vector<std::uint64_t>         missing(accesses.size());
    for (auto const i : order) {
        auto const& access = accesses[i];
        books_.ask(access.traffic, access.bytes);
        if (access.bytes == 0)
            continue;
        auto const last = (access.address + access.bytes - 1) / burst;
        for (auto b = access.address / burst; b <= last; ++b) {
            auto const place = map_.place(b * burst);
            wanted[place.pseudo_channel].push_back(
                {i, access.arrival.count(), place.bank, place.row, place.column, access.write});
            ++missing[i];
        }
    }

    std::vector<HbmCycles> finished(accesses.size());
    for (std::size_t i = 0; i < accesses.size(); ++i)
        finished[i] = accesses[i].arrival;
    std::vector<HbmDone> done;
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
        auto&       channel = lanes_[lane];
        auto const& bursts  = wanted[lane];
        std::size_t next    = 0;
        do {
            // A burst that has not arrived yet may enter an empty queue only.
            while (next < bursts.size() && channel.has_room(bursts[next].write) &&
                   (channel.waiting() == 0 || bursts[next].arrival <= channel.now()))
                channel.accept(bursts[next++]);
        } while (channel.step(done) || next < bursts.size());
        for (auto const& d : done) {
            finished[d.id] = std::max(finished[d.id], HbmCycles{d.cycle});
            if (--missing[d.id] == 0)
                books_.serve(accesses[d.id].traffic, accesses[d.id].bytes);
        }
        done.clear();
    }
    return finished;
}

std::uint64_t HbmStack::bytes_moved() const
{
    auto const c = counters();
    return (c.reads + c.writes) * device_.organisation.burst_bytes;
}

HbmCounters HbmStack::counters() const
{
    HbmCounters sum;
    for (auto const& lane : lanes_)
        sum += lane.counters();
    return sum;
}

} // namespace scribeline::models
