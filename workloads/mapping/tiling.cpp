#include "workloads/mapping/tiling.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/region_sizes.hpp"
#include "workloads/mapping/streamed_weights.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace scribeline::workloads {

namespace {

constexpr double no_limit = std::numeric_limits<double>::infinity();

// Columns of regions. The hidden vector can turn east from square regions only (token_forms.hpp).
std::uint32_t usable_columns(configs::Parameters const& p, configs::GridSize region)
{
    return is_square(region) ? p.wafer.columns / region.columns : 1;
}

// What must stand together: all of so many layers where that is asked for, otherwise a layer, or half of one.
std::vector<Unit> units_of(DecodeStep const& step, configs::Parameters const& p, StageMemory const& memory,
                           BlockForms const& forms, bool with_tables)
{
    auto const add = [&](Unit& unit, Block block) {
        unit.bytes += memory.weights(block);
        unit.cache += memory.cache(block);
        unit.cycles += forms.cycles(block.kind, is_half(block.kind) ? step.shape.kind_of(block.layer) : 0);
        ++unit.blocks;
    };
    auto const unit_of = [&](std::vector<Block> const& blocks) {
        auto made   = Unit{};
        made.blocks = 0;
        for (auto const& block : blocks)
            add(made, block);
        return made;
    };

    std::uint32_t const layers = step.shape.layers;
    bool const          halves = p.mapping.split == configs::Split::half && !step.shape.parallel_blocks;
    auto                units  = std::vector<Unit>{};
    if (with_tables)
        units.push_back(unit_of({{BlockKind::embedding}}));
    if (std::uint32_t const together = p.mapping.layers_per_region; together > 0) {
        for (std::uint32_t first = 0; first < layers; first += std::min(together, layers - first)) {
            units.push_back(unit_of({}));
            for (std::uint32_t layer = first; layer < std::min(layers, first + together); ++layer)
                for (auto const half : {BlockKind::attention, BlockKind::feed_forward})
                    add(units.back(), {half, layer});
            units.back().alone = true;
        }
    } else {
        for (std::uint32_t layer = 0; layer < layers; ++layer) {
            Block const attention{BlockKind::attention, layer}, feed_forward{BlockKind::feed_forward, layer};
            if (halves) {
                units.push_back(unit_of({attention}));
                units.push_back(unit_of({feed_forward}));
            } else {
                units.push_back(unit_of({attention, feed_forward}));
            }
        }
    }
    if (with_tables)
        units.push_back(unit_of({{BlockKind::head}}));
    return units;
}

} // namespace

Tiling::Tiling(DecodeStep const& step, configs::Parameters const& p, configs::GridSize region, TablePlace tables)
    : step_{step}, p_{p}, region_{region}, regions_x_{usable_columns(p, region)},
      regions_y_{p.wafer.rows / region.rows}, layouts_{layouts_of(step, region, p)}, tables_{tables},
      memory_{step, layouts_, p}, units_{units_of(step, p, memory_, BlockForms{step, layouts_, p},
                                                  tables == TablePlace::regions)}
{
    SCRIBELINE_EXPECT(regions_x_ > 0 && regions_y_ > 0);
    if (memory_.streams())
        stream();
    if (tables == TablePlace::regions)
        return;
    SCRIBELINE_EXPECT(!memory_.streams());
    SCRIBELINE_EXPECT(region.columns == p.wafer.columns);
    auto const        whole = layouts_of(step, {p.wafer.columns, p.wafer.rows}, p);
    StageMemory const wafer{step, whole, p};
    BlockForms const  forms{step, whole, p};
    double const      embedding = wafer.weights({BlockKind::embedding}), head = wafer.weights({BlockKind::head});
    // Which stages are on the first and on the last wafer is not known before, so all leave room for either.
    memory_.reserve(tables == TablePlace::one_wafer ? embedding + head - wafer.shared_table()
                                                    : std::max(embedding, head));
    table_cycles_ = forms.cycles(BlockKind::embedding) + forms.cycles(BlockKind::head);
}

// Units leave their weights in the buffers only; behind the last one the first comes again.
void Tiling::stream()
{
    double pair = 0;
    for (std::size_t i = 0; i < units_.size(); ++i)
        pair = std::max(pair, units_[i].bytes + units_[(i + 1) % units_.size()].bytes);
    memory_.stream(pair);
    auto const blocks = blocks_of(step_.shape);
    auto       block  = blocks.begin();
    for (auto& unit : units_) {
        double bytes = 0;
        for (std::uint32_t i = 0; i < unit.blocks; ++i)
            bytes += weights_over_edge(step_, *block++);
        unit.bytes = 0;
        unit.load  = bytes / p_.wafer.io_bandwidth.value() * p_.wafer.clock.value();
    }
}

StageLimits Tiling::limits() const
{
    return {memory_.capacity() - memory_.once(), no_limit, 1, wafer_tables() ? 0 : memory_.shared_table()};
}

std::vector<Block> Tiling::misfit() const
{
    auto        blocks = blocks_of(step_.shape);
    std::size_t first  = wafer_tables() ? 1 : 0;
    double      most   = limits().bytes;
    auto        found  = std::vector<Block>{};
    for (auto const& unit : units_) {
        if (unit.bytes + unit.cache > most) {
            auto const at = blocks.begin() + static_cast<std::ptrdiff_t>(first);
            found         = {at, at + unit.blocks};
            most          = unit.bytes + unit.cache;
        }
        first += unit.blocks;
    }
    return found;
}

std::uint64_t Tiling::fewest_stages() const
{
    auto const cuts = cut(units_, limits(), units_.size());
    SCRIBELINE_EXPECT(!cuts.empty());
    return cuts.size();
}

std::uint32_t Tiling::wafers_for(std::uint64_t stages) const
{
    auto const wafers = static_cast<std::uint32_t>((stages + regions(1) - 1) / regions(1));
    return tables_ == TablePlace::two_wafers ? std::max(2u, wafers) : wafers;
}

Cuts Tiling::cuts(std::uint32_t wafers) const
{
    auto const most = regions(wafers);
    if (p_.mapping.objective == configs::Objective::latency)
        return cut_evenly(units_, limits(), most);

    // More stages are each less busy, and have more room for caches. Which of the two is short is not known before: cut
    // for time and see how many requests fit, and cut for requests and see how fast that can be.
    auto by_time = cut_fast(units_, limits(), most);
    if (by_time.empty())
        return by_time;
    auto crowded     = limits();
    crowded.requests = static_cast<std::uint32_t>(std::min<std::uint64_t>(most, units_.size()));
    crowded.requests = std::max(1u, most_requests(units_, crowded, most));
    auto by_room     = cut_fast(units_, crowded, most);
    return speed(by_room).tokens_per_second > speed(by_time).tokens_per_second ? by_room : by_time;
}

Tiling::Speed Tiling::speed(Cuts const& cuts) const
{
    WayForms const ways{step_, layouts_.front(), p_, regions_x_, regions_y_};
    auto           result   = Speed{};
    double         requests = no_limit;
    double&        busiest  = result.busiest;
    auto const     on_wafer = regions(1);
    auto           edges    = std::vector<double>(cuts.size() / on_wafer + 1); // [wafer]: cycles
    for (std::size_t s = 0; s < cuts.size(); ++s) {
        std::size_t const end     = s + 1 < cuts.size() ? cuts[s + 1] : units_.size();
        bool const        reloads = end - cuts[s] > 2; // two units stay in the buffers
        double            cycles = 0, cache = 0;
        double            room = limits().bytes + (cuts.size() == 1 ? limits().shared : 0);
        for (std::size_t i = cuts[s]; i < end; ++i) {
            cycles += reloads ? std::max(units_[i].cycles, units_[i].load) : units_[i].cycles;
            edges[s / on_wafer] += reloads ? units_[i].load : 0;
            room -= units_[i].bytes;
            cache += units_[i].cache;
        }
        if (cache > 0)
            requests = std::min(requests, std::floor(room / cache));
        auto const way = s + 1 < cuts.size() ? ways.to_next(s)
                         : wafer_tables()    ? ways.to_head(cuts.size(), wafers_for(cuts.size()))
                                             : ways.back(cuts.size());
        busiest        = std::max(busiest, cycles + way.occupied + table_cycles_); // tables take the time of all PEs
        result.cycles += cycles + way.total;
    }
    busiest = std::max(busiest, *std::max_element(edges.begin(), edges.end())); // its stages share a wafer's edge
    if (wafer_tables())
        result.cycles += table_cycles_ + ways.back_to_table(wafers_for(cuts.size())).total;
    // One more than keeps the busiest stage busy would only wait.
    result.requests          = static_cast<std::uint32_t>(std::min(requests, std::ceil(result.cycles / busiest)));
    double const per_cycle   = std::min(result.requests / result.cycles, 1 / busiest);
    result.tokens_per_second = per_cycle * p_.workload.batch * p_.wafer.clock.value();
    return result;
}

} // namespace scribeline::workloads
