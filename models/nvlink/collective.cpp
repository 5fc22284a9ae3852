#include "models/nvlink/collective.hpp"

#include "configs/failure.hpp"
#include "models/tlm/picoseconds.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::models {

namespace {

using configs::AllReduce;
using configs::Bytes;

std::uint64_t whole(double bytes) { return static_cast<std::uint64_t>(std::ceil(bytes)); }

} // namespace

Collective collective_of(configs::NvlinkParams const& p, AllReduceTime const& form, std::uint32_t first,
                         std::uint32_t gpus, std::uint32_t own, Bytes bytes, std::uint32_t layer)
{
    auto const n        = static_cast<double>(gpus);
    auto const exchange = in_picoseconds(flags_among(p, gpus));

    auto       result = Collective{in_picoseconds(form.start), {}};
    auto const round  = [&](double moved, Route route, bool write, double share, Picoseconds wait,
                           std::uint32_t peer) -> CollectiveRound& {
        auto request           = BulkRequest{whole(moved), Traffic::collectives, layer, write, {}};
        request.way.route      = route;
        request.way.peer       = peer;
        request.way.group      = gpus;
        request.way.wire_bytes = whole(moved / share);
        result.rounds.push_back({request, 0, true, wait});
        return result.rounds.back();
    };
    auto const flags = [&](Picoseconds wait) { result.rounds.push_back({{}, 0, true, wait}); };
    auto const b     = bytes.value();
    auto const store = p.store_share.value;
    // Threads that read have only so much on its way: the wires, or they, whichever are slower.
    auto const read = [&](double vectors, Picoseconds wait) {
        round(b * vectors, Route::all_others, false, store, wait, first).least =
            in_picoseconds(time_to_read(p, gpus, bytes * vectors));
    };
    switch (form.algorithm) {
    case AllReduce::one_shot:
        round(b * (n - 1), Route::all_others, true, store, exchange, first).least =
            in_picoseconds(time_to_store(p, gpus, bytes));
        break;
    case AllReduce::one_shot_pull:
        flags(exchange);
        read(n - 1, exchange);
        break;
    case AllReduce::two_shot:
        flags(exchange);
        read((n - 1) / n, exchange + in_picoseconds(p.fence));
        read((n - 1) / n, exchange);
        break;
    case AllReduce::ring: {
        auto const steps = 2 * (gpus - 1);
        auto const share = form.bulk ? p.copy_share.value : store * (form.lines ? lines_payload : flagged_payload);
        auto const step  = p.ring_step * (form.lines ? lines_step : 1);
        auto const next  = first + (own - first + 1) % gpus;
        for (std::uint32_t i = 0; i < steps; ++i)
            round(b / n, Route::direct, true, share, in_picoseconds(step), next);
        break;
    }
    case AllReduce::in_switch:
        flags(exchange);
        // The share is that of the vector alone: what it waits for its sums is part of it.
        round(b * (1 + 1 / n), Route::added_up, true, p.switch_share.value * (1 + 1 / n), exchange, first);
        break;
    case AllReduce::fastest:
        SCRIBELINE_EXPECT(!"the form says which one is the fastest");
    }
    return result;
}

} // namespace scribeline::models
