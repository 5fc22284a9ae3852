// One collective on one line of PEs, by the wavelet engine: what the folded fidelity is made of.
//
// On a regular region all rows do the same, and all columns. A collective along x that the PE at column x begins at
// a(x) + b(y) is the same in each row but for the shift b(y); so one row says when all end.
#pragma once

#include "configs/parameters.hpp"
#include "fabric/blame.hpp"
#include "fabric/geometry.hpp"
#include "fabric/longer_hops.hpp"
#include "fabric/reticle_state.hpp"
#include "workloads/mapping/program.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace scribeline::fabric {

// By position on the line. Cycles count from the same zero as the starts.
struct LineEnd {
    std::vector<std::uint64_t> end;      // first cycle after the PE's last operation
    std::vector<std::uint32_t> origin;   // position whose start decided it
    std::vector<Blame>         parts;    // of end[p] - start[origin[p]]
    std::vector<PeAccount>     accounts; // between its start and its end
    std::vector<std::uint64_t>
        first_use;                       // cycle at which the first wavelet moves towards the tile or at it, or `never`
    std::vector<std::uint64_t> last_use; // of the last one; 0 when there was none

    std::vector<std::array<std::uint32_t, 4>> sent; // wavelets by direction: N, E, S, W

    struct Stream {
        std::uint32_t from, to, wavelets;
    };
    std::vector<Stream> streams; // those that PEs receive

    std::uint64_t injected = 0, forked = 0, delivered = 0, hops = 0; // wavelets, of one line
    // Least of first_use[p] - start[p]: negative when wavelets come to PEs that have not begun. Large without wavelets.
    std::int64_t lead = 0;
};

// `program` is one row or one column; its `start` says when each PE begins; `longer` are its links, where some are.
// Throws configs::SimulationFault on a deadlock or on books that do not balance.
LineEnd run_line(workloads::Program const& program, configs::Parameters const& parameters, Origin origin,
                 LongerHops const* longer = nullptr);

} // namespace scribeline::fabric
