// The GPUs of a stage, which share every layer: where they meet, and which layers need not be run.
//
// A layer that begins when nothing is under way anywhere, with all GPUs of its stage at the same time and no other one
// at work, takes to the picosecond what a layer of the same kind took that began so: modules keep no state but what
// they have reserved. Such layers are skipped: their time, bytes and waits are added as often as they stand for.
#pragma once

#include "models/gpu/gpu_totals.hpp"
#include "models/tlm/meeting.hpp"

#include <functional>
#include <map>
#include <vector>

namespace scribeline::models {

class StageRun {
  public:
    // What it must know of its modules.
    struct View {
        std::function<bool(Picoseconds)>        quiet;  // nothing is under way after that; nobody else is at work
        std::function<GpuTotals()>              totals; // of the stage's modules, as they ran
        std::function<std::vector<PartTimes>()> parts;  // of each GPU
        std::function<void(std::size_t, PartTimes const&)> add; // to a GPU's
    };
    explicit StageRun(std::uint32_t gpus) : meeting{gpus}, gpus_{gpus} {}

    Meeting meeting;

    void connect(View view) { view_ = std::move(view); }
    // A new run. `last`: one behind the last layer.
    void begin(std::vector<std::uint32_t> const& kind_of, std::uint32_t last, bool skips);

    // Called by every GPU of the stage before each layer. The layer to run next: `layer`, or one behind those that are
    // skipped; then `time` stands at its beginning.
    std::uint32_t next_layer(LocalTime& time, std::uint32_t layer);

    GpuTotals const& repeated() const { return repeated_; } // of skipped layers
    std::uint64_t    skipped() const { return skipped_; }   // layers

  private:
    struct Record {
        Picoseconds            time = 0;
        GpuTotals              totals;
        std::vector<PartTimes> parts;
    };
    void decide(std::uint32_t layer, Picoseconds now, bool together);

    View                              view_;
    std::uint32_t                     gpus_, here_ = 0;
    std::vector<std::uint32_t> const* kind_of_ = nullptr;
    std::uint32_t                     last_    = 0;
    bool                              skips_   = false;
    Picoseconds                       first_ = 0, latest_ = 0; // of those that have come
    sc_core::sc_event                 decided_;
    std::uint32_t                     next_ = 0;
    Picoseconds                       at_   = 0;

    bool                            quiet_ = false; // the layer that is run began so
    Record                          before_;        // at its beginning
    std::map<std::uint32_t, Record> known_;         // by kind
    GpuTotals                       repeated_;
    std::uint64_t                   skipped_ = 0;
};

} // namespace scribeline::models
