#include "workloads/mapping/token_plan.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

namespace scribeline::workloads {

std::vector<Block> blocks_of(ModelShape const& shape)
{
    auto blocks = std::vector<Block>{{BlockKind::embedding}};
    for (std::uint32_t layer = 0; layer < shape.layers; ++layer) {
        blocks.push_back({BlockKind::attention, layer});
        blocks.push_back({BlockKind::feed_forward, layer});
    }
    blocks.push_back({BlockKind::head});
    return blocks;
}

std::string describe(Block block)
{
    switch (block.kind) {
    case BlockKind::embedding:
        return "embedding";
    case BlockKind::attention:
        return fmt::format("attention of layer {}", block.layer);
    case BlockKind::feed_forward:
        return fmt::format("feed-forward of layer {}", block.layer);
    case BlockKind::head:
        return "LM head";
    }
    SCRIBELINE_EXPECT(!"a kind of block without a name");
    return {};
}

std::string describe(std::vector<Block> const& blocks)
{
    SCRIBELINE_EXPECT(!blocks.empty());
    auto const first = blocks.front(), last = blocks.back();
    bool const whole = first.kind == BlockKind::attention && last.kind == BlockKind::feed_forward;
    if (blocks.size() == 1)
        return describe(first);
    if (whole)
        return first.layer == last.layer ? fmt::format("layer {}", first.layer)
                                         : fmt::format("layers {} to {}", first.layer, last.layer);
    return fmt::format("{} to {}", describe(first), describe(last));
}

StagePlace place_of(std::size_t stage, std::uint32_t regions_x, std::uint32_t regions_y)
{
    SCRIBELINE_EXPECT(regions_x > 0 && regions_y > 0);
    auto const on_wafer = std::size_t{regions_x} * regions_y;
    auto const at       = static_cast<std::uint32_t>(stage % on_wafer);
    auto const x        = at / regions_y;
    auto const y        = at % regions_y;
    return {static_cast<std::uint32_t>(stage / on_wafer), x, x % 2 == 0 ? y : regions_y - 1 - y};
}

} // namespace scribeline::workloads
