// The folded fidelity: a regular region as one line along each axis.
//
// All PEs of a region do the same steps, and vectors lie along one axis of it (u) and are copied along the other (v).
// Where the PEs start together, the PE at (u, v) stays at a time a(u) + b(v): local work adds to all alike; a
// collective along u turns a into the ends of one line that starts at a, whatever b is; one along v does so with b. So
// lines suffice, and each is run by the wavelet engine.
//
// That is exact as long as no collective meets another in a router. The fold watches it: no wavelet may come to a PE
// before the PE has finished the collective before, and none may use a link before the last wavelet of the former
// collective of that axis has left it, with its credits. Where that is not so it throws NotFoldable, never a number.
#pragma once

#include "configs/parameters.hpp"
#include "fabric/line_run.hpp"
#include "workloads/mapping/collectives.hpp"
#include "workloads/mapping/steps.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::fabric {

// Why a region cannot be folded. Nothing is wrong with it: the wavelet fidelity runs it.
class NotFoldable : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Lines that were run before, by what was run and from which starts: layers that begin alike take no time twice.
class LineCache {
  public:
    using Key = std::vector<std::uint64_t>;
    template <class Run> std::shared_ptr<LineEnd const> find_or_run(Key key, Run run)
    {
        auto& entry = known_[std::move(key)];
        if (!entry)
            entry = std::make_shared<LineEnd const>(run());
        return entry;
    }

  private:
    std::map<Key, std::shared_ptr<LineEnd const>> known_;
};

using CauseCycles = std::array<std::uint64_t, cause_count>;

// One operator: when the last PE had finished it, and its share of the critical path of the whole.
struct OperatorPath {
    std::uint64_t start = 0, end = 0; // start: the end of the operator before
    CauseCycles   cycles{};           // over all operators their sums are the length of the run, exactly
};

// Where the PEs of one region spent their time, and what the links carried: of a PE, the sum of the two axes' entries.
struct RegionUse {
    std::uint64_t                             work = 0; // cycles of local work, of every PE
    std::vector<PeAccount>                    u, v;
    std::vector<std::array<std::uint32_t, 4>> sent_u, sent_v; // wavelets by direction: N, E, S, W
};

// Wavelets of all PEs.
struct FoldTotals {
    std::uint64_t injected = 0, forked = 0, delivered = 0, hops = 0, crossings = 0;
    std::uint64_t crossed = 0; // of those delivered, that had crossed a scribe line
};

enum class Side : std::uint8_t { north, east, south, west };

class Fold {
  public:
    // Regions of `columns` x `rows` PEs, the first of them at `origin`, vectors along x. All PEs start in cycle 0.
    // `longer`: links of the wafer that take longer than a hop; null: none.
    Fold(configs::GridSize region, configs::Parameters const& parameters, Origin origin,
         std::shared_ptr<LineCache> cache = std::make_shared<LineCache>(), LongerHops const* longer = nullptr);

    // The operators of `steps` follow those run so far. `lines` are those of a region whose vectors lie along x; where
    // they lie along y at the moment (see move()), a square region's lines are turned with them.
    void run(workloads::Steps const& steps, workloads::RegionLines const& lines);

    // `wavelets` of a PE's part of the hidden vector travel to the next region, all of whose PEs wait for them; an
    // operator. Across the axis of the vector, the PEs at the border send, each to its line of the next region. Along
    // it, the PEs of the diagonal send, and the vector lies along the other axis from there on: square regions only.
    void move(Side to, std::uint32_t wavelets, workloads::Operation const& control);

    // The region becomes `rows` of its own rows, from `first` on: what it holds stays where it is, and no time passes.
    void shrink(std::uint32_t first, std::uint32_t rows);

    // The region becomes one of `rows` rows, of which its own are those from `first` on: its first row and its last one
    // send their parts of the vector to the new rows on their side; an operator.
    void spread(std::uint32_t first, std::uint32_t rows, std::uint32_t wavelets, workloads::Operation const& control);

    // All PEs of the next region, with vectors along x, begin `cycles` after the last PE was done; an operator. The
    // region is on a wafer with these longer links.
    void wait(CauseCycles const& cycles, Origin next, configs::GridSize region, LongerHops const* longer = nullptr);

    std::uint64_t                     now() const;
    std::uint64_t                     hash() const { return hash_; }
    std::vector<OperatorPath>         path() const; // of the operators, in order
    std::vector<RegionUse> const&     regions() const { return regions_; }
    FoldTotals const&                 totals() const { return totals_; }
    std::vector<std::uint64_t> const& a() const { return a_; }           // by position along the vector
    std::vector<std::uint64_t> const& b() const { return b_; }           // and across it
    bool                              turned() const { return turned_; } // vectors lie along y

  private:
    enum class Along : std::uint8_t { u, v };
    // What a step did, kept for the way back along the critical path.
    struct Record {
        enum class Kind : std::uint8_t { work, line, fan, diagonal, shrink, spread, wait } kind = Kind::work;
        Along                          along                                                    = Along::u;
        std::uint32_t                  op                                                       = 0;
        CauseCycles                    parts{};
        std::shared_ptr<LineEnd const> line;
        std::uint32_t                  shift = 0; // position on the line of position 0 of the region that receives
        std::uint32_t from = 0, from_v = 0;       // where the path goes on: of a fan along v, of a wait on both
        // Of a diagonal: lines run, with the first receiver's position and the sender's distance from the farthest; and
        // of each line of the region, which of them is its own, and by how many hops it is nearer.
        struct Fan {
            std::shared_ptr<LineEnd const> line;
            std::uint32_t                  first, distance;
        };
        std::vector<Fan>                                     fans;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> sender;
        std::shared_ptr<LineEnd const>                       north; // of a spread: `line` is the fan to the south
    };
    struct LastUse {                      // of the links along one axis
        std::vector<std::uint64_t> at;    // by position, with this axis' part of the time
        std::vector<std::uint64_t> other; // the other axis' parts then
    };

    std::vector<std::uint64_t>& times(Along along) { return along == Along::u ? a_ : b_; }
    bool                        horizontal(Along along) const { return (along == Along::u) != turned_; }
    void                        work(workloads::Operation const& op, std::uint32_t number);
    void collective(workloads::Step const& step, workloads::LineCollective const& line, std::uint8_t line_number,
                    std::uint32_t number);
    void require_apart(Along along, LineEnd const& line, std::uint64_t zero);
    void book(Along along, LineEnd const& line, std::int64_t shift, std::uint64_t lines);
    void end_operator();
    void enter(Origin origin);

    std::shared_ptr<LineEnd const> fan(Side to, std::uint32_t side, std::uint32_t own, Origin begin,
                                       std::uint32_t wavelets, std::uint32_t lines);
    LineEnd run(workloads::Program program, bool x, Origin begin, std::vector<std::uint16_t> const& longer) const;
    std::vector<std::uint16_t> longer_links(bool x, Origin begin, std::uint32_t length, std::uint32_t lines) const;

    configs::GridSize            region_;
    configs::Parameters const    p_;
    workloads::StreamCosts const costs_;
    std::uint32_t const          hop_, extra_, clearance_;
    bool const                   cuts_matter_;    // scribe lines are slower than other links
    bool const                   streams_freely_; // no link waits for credits
    Geometry const               wafer_;
    std::shared_ptr<LineCache>   cache_;
    LongerHops const*            longer_;
    Origin                       origin_;
    bool                         turned_ = false; // vectors lie along y
    std::vector<std::uint64_t>   a_, b_;          // a_ holds all local work
    std::uint64_t                since_ = 0;      // local work after the last collective
    std::array<LastUse, 2>       last_;           // u, v
    std::vector<Record>          records_;
    std::vector<std::uint64_t>   ends_; // of operators
    std::vector<RegionUse>       regions_;
    FoldTotals                   totals_;
    std::uint64_t                hash_ = 0;
};

} // namespace scribeline::fabric
