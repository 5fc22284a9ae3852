#include "models/gpu/gpu_system_modules.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::models {

namespace {

Picoseconds in_picoseconds(configs::Seconds s) { return static_cast<Picoseconds>(std::llround(s.value() * 1e12)); }

} // namespace

void Meeting::wait(LocalTime& time)
{
    time.synchronise();
    if (++here_ == size_) {
        here_ = 0;
        all_here_.notify(sc_core::SC_ZERO_TIME);
        return;
    }
    sc_core::wait(all_here_);
    time.synchronise(); // the local time starts anew from here
}

ServiceTime LinkServer::service(BulkRequest const& request)
{
    auto const bytes = configs::Bytes{static_cast<double>(request.bytes)};
    if (request.traffic != Traffic::collectives)
        return {in_picoseconds(send(nvlink_, bytes, within_domain_)), 0};
    auto const time = all_reduce(nvlink_, nvlink_.all_reduce, gpus_, bytes);
    return {in_picoseconds(time.transfer), in_picoseconds(time.start + time.latency)};
}

GpuModule::GpuModule(sc_core::sc_module_name name, GpuStage const& stage, std::vector<HostFetch> const& fetches,
                     Meeting& peers, Meeting* begin, Meeting* end)
    : sc_core::sc_module{name}, hbm{"hbm"}, link{"link"}, stage_{stage}, fetches_{fetches}, peers_{peers},
      begin_{begin}, end_{end}, asked_(fetches.size(), 0), arrived_(stage.layers, 0)
{
    for (auto const& each : fetches)
        host.push_back(std::make_unique<BulkInitiator>(each.traffic == Traffic::kv ? "host_kv" : "host_weights"));
    SC_HAS_PROCESS(GpuModule);
    SC_THREAD(run);
}

void GpuModule::run()
{
    LocalTime time;
    time_ = &time;
    if (begin_ != nullptr)
        begin_->wait(time);
    for (auto const& kernel : stage_.before)
        run(kernel, 0);
    for (std::uint32_t layer = 0; layer < stage_.layers; ++layer) {
        fetch(layer);
        time.wait_until(arrived_[layer]);
        for (auto const& kernel : stage_.layer)
            run(kernel, layer);
    }
    for (auto const& kernel : stage_.after)
        run(kernel, stage_.layers);
    if (stage_.transfer > 0)
        link.transfer(time, {stage_.transfer, Traffic::activations, stage_.layers, true});
    finished_ = time.now();
    if (end_ != nullptr)
        end_->wait(time);
    time.synchronise();
}

void GpuModule::fetch(std::uint32_t layer)
{
    for (auto next = layer; next < stage_.layers; ++next)
        for (std::size_t i = 0; i < fetches_.size(); ++i) {
            auto const& each = fetches_[i];
            if (asked_[i] != next || next > layer + each.prefetch_layers)
                continue;
            auto const there = host[i]->issue(*time_, {each.bytes_per_layer, each.traffic, next, false});
            arrived_[next]   = std::max(arrived_[next], there);
            ++asked_[i];
        }
}

void GpuModule::run(GpuKernel const& kernel, std::uint32_t layer)
{
    auto&      time = *time_;
    auto       last = time.now();
    auto const move = [&](std::uint64_t bytes, Traffic traffic, bool write) {
        if (bytes > 0)
            last = std::max(last, hbm.issue(time, {bytes, traffic, layer, write}));
    };
    move(kernel.weights, Traffic::weights, false);
    move(kernel.kv - kernel.kv_written, Traffic::kv, false);
    move(kernel.vectors - kernel.vectors_written, Traffic::activations, false);
    move(kernel.kv_written, Traffic::kv, true); // tiles go out while others are computed
    move(kernel.vectors_written, Traffic::activations, true);
    time.advance(kernel.time);
    time.wait_until(last);
    if (kernel.reduce > 0) {
        peers_.wait(time);
        link.transfer(time, {kernel.reduce, Traffic::collectives, layer, true});
    }
}

} // namespace scribeline::models
