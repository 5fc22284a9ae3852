// Wafers cut into regions of one size: what of the model a region holds, in which stages the model can be cut, and how
// fast it is then.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/partition.hpp"
#include "workloads/mapping/stage_memory.hpp"
#include "workloads/mapping/token_forms.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

// Where embedding and head lie: as blocks in regions; over a wafer, both over the same one; or over two.
enum class TablePlace : std::uint8_t { regions, one_wafer, two_wafers };

// Square regions stand side by side on the wafer; others in one column. Tables over wafers need regions as wide as a
// wafer: then the vector comes from a table in its place, and fans to the north and the south bring it to the head.
//
// Keeps references to what it is made of.
class Tiling {
  public:
    Tiling(DecodeStep const& step, configs::Parameters const& parameters, configs::GridSize region, TablePlace tables);

    configs::GridSize region() const { return region_; }
    // Of a wafer, in use.
    std::uint32_t      regions_x() const { return regions_x_; }
    std::uint32_t      regions_y() const { return regions_y_; }
    std::uint64_t      regions(std::uint32_t wafers) const { return std::uint64_t{wafers} * regions_x_ * regions_y_; }
    DecodeStep const&  step() const { return step_; }
    TablePlace         tables() const { return tables_; }
    bool               wafer_tables() const { return tables_ != TablePlace::regions; }
    StageMemory const& memory() const { return memory_; }
    std::vector<Unit> const& units() const { return units_; }

    // Of the blocks that together are too large for a region the largest; empty when there are none.
    std::vector<Block> misfit() const;
    // On any number of wafers; nothing may misfit.
    std::uint64_t fewest_stages() const;

    // That hold so many stages, and the tables.
    std::uint32_t wafers_for(std::uint64_t stages) const;

    // What mapping.objective asks for, on so many wafers; empty when they are too few.
    Cuts cuts(std::uint32_t wafers) const;

    struct Speed {
        double        cycles = 0, tokens_per_second = 0; // of a token; of all requests in flight
        std::uint32_t requests = 1;                      // in flight
        double        busiest  = 0;                      // cycles of the busiest stage, for one token
    };
    Speed speed(Cuts const&) const;

  private:
    StageLimits limits() const;
    void        stream();

    DecodeStep const&          step_;
    configs::Parameters const& p_;
    configs::GridSize          region_;
    std::uint32_t              regions_x_, regions_y_;
    Layouts                    layouts_;
    TablePlace                 tables_;
    StageMemory                memory_;
    std::vector<Unit>          units_;
    double                     table_cycles_ = 0; // of embedding and head, where they are no units
};

} // namespace scribeline::workloads
