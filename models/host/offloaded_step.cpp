#include "models/host/offloaded_step.hpp"

#include <algorithm>

namespace scribeline::models {

StepTimes run_step(OffloadedStep const& step, Picoseconds start)
{
    StepTimes                times;
    std::vector<Picoseconds> arrived(step.layers, start);
    std::uint32_t            asked = 0;
    auto const               fetch = [&](std::uint32_t layer, Picoseconds when) {
        for (auto const& f : step.fetches) {
            BulkRequest const request{f.bytes_per_layer, f.traffic, layer, false};
            auto const        served = f.tier->serve(when, request);
            arrived[layer]           = std::max(arrived[layer], served.finished);
            if (f.link)
                arrived[layer] = std::max(arrived[layer], f.link->serve(served.started, request).finished);
            times.bytes += f.bytes_per_layer;
        }
    };
    auto now = start;
    for (std::uint32_t layer = 0; layer < step.layers; ++layer) {
        for (; asked < step.layers && asked <= layer + step.prefetch_layers; ++asked)
            fetch(asked, now); // the layer whose buffer this one takes has just finished
        auto const begin = std::max(now, arrived[layer]);
        times.exposed += begin - now;
        now = begin + step.compute_per_layer;
    }
    times.finished = now;
    return times;
}

} // namespace scribeline::models
