#include "models/host/offloaded_step.hpp"

#include <algorithm>

namespace scribeline::models {

StepTimes run_step(OffloadedStep const& step, Picoseconds start)
{
    StepTimes                  times;
    std::vector<Picoseconds>   arrived(step.layers, start);
    std::vector<std::uint32_t> asked(step.fetches.size(), 0); // layers, of each
    auto const                 fetch = [&](TierFetch const& f, std::uint32_t layer, Picoseconds when) {
        BulkRequest const request{f.bytes_per_layer, f.traffic, layer, false};
        auto const        served = f.tier->serve(when, request);
        arrived[layer]           = std::max(arrived[layer], served.finished);
        if (f.link)
            arrived[layer] = std::max(arrived[layer], f.link->serve(served.started, request).finished);
        times.bytes += f.bytes_per_layer;
    };
    // Of the layers that have buffers at `layer`, those not yet asked for, in their order.
    auto const fetch_up_to = [&](std::uint32_t layer, Picoseconds when) {
        for (auto next = layer; next < step.layers; ++next)
            for (std::size_t i = 0; i < step.fetches.size(); ++i) {
                auto const ahead = step.fetches[i].prefetch_layers.value_or(step.prefetch_layers);
                if (asked[i] == next && next <= layer + ahead) {
                    fetch(step.fetches[i], next, when);
                    ++asked[i];
                }
            }
    };
    auto now = start;
    for (std::uint32_t layer = 0; layer < step.layers; ++layer) {
        fetch_up_to(layer, now); // the layer whose buffer this one takes has just finished
        auto const begin = std::max(now, arrived[layer]);
        times.exposed += begin - now;
        now = begin + step.compute_per_layer;
    }
    times.finished = now;
    return times;
}

} // namespace scribeline::models
