#include "models/wafer/edge/parked_kv.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::models {

std::vector<std::uint64_t> kv_of_wafers(workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                                        std::uint64_t tokens)
{
    auto bytes = std::vector<double>(plan.wafers);
    for (auto const& stage : plan.stages)
        for (auto const& block : stage.blocks) {
            if (block.kind != workloads::BlockKind::attention)
                continue;
            auto const& layer = step.of_layer(block.layer);
            auto const  kept  = layer.kind.window == 0 ? tokens : std::min<std::uint64_t>(tokens, layer.kind.window);
            auto const  own   = step.shape.kept_by(layer.kind);
            bytes[stage.wafer] += (static_cast<double>(own.of_token * kept) * step.kv_bits +
                                   static_cast<double>(own.state) * step.shape.recurrence.state_bits +
                                   static_cast<double>(own.recent) * step.activation_bits) /
                                  8;
        }
    auto whole = std::vector<std::uint64_t>{};
    for (auto const each : bytes)
        whole.push_back(static_cast<std::uint64_t>(std::ceil(each)));
    return whole;
}

KvMove move_kv(std::vector<std::uint64_t> const& bytes_of_wafers, bool out, std::vector<BulkServer*> const& edges,
               Picoseconds at)
{
    SCRIBELINE_EXPECT(edges.size() >= bytes_of_wafers.size());
    auto          move    = KvMove{};
    auto          last    = at;
    std::uint64_t crossed = 0;
    for (std::size_t wafer = 0; wafer < bytes_of_wafers.size(); ++wafer) {
        move.bytes += bytes_of_wafers[wafer];
        if (bytes_of_wafers[wafer] == 0)
            continue;
        last = std::max(last, edges[wafer]->serve(at, {bytes_of_wafers[wafer], Traffic::kv, 0, out}).finished);
        crossed += bytes_of_wafers[wafer];
    }
    move.time = configs::Seconds{static_cast<double>(last - at) * 1e-12};
    move.books.entries.push_back(
        {"edge kv", "bytes of the cache on all wafers", "bytes that crossed", move.bytes, crossed});
    return move;
}

} // namespace scribeline::models
