#include "workloads/mapping/mesh_forms.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/mesh_ring.hpp"
#include "workloads/mapping/reduction_tree.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace scribeline::workloads {

MeshTime& MeshTime::operator+=(MeshTime const& more)
{
    arithmetic += more.arithmetic;
    dispatch += more.dispatch;
    sram += more.sram;
    hops += more.hops;
    serialisation += more.serialisation;
    reduce_stage += more.reduce_stage;
    return *this;
}

MeshTime MeshTime::operator*(double times) const
{
    return {arithmetic * times, dispatch * times,      sram * times,
            hops * times,       serialisation * times, reduce_stage * times};
}

MeshTime operator+(MeshTime a, MeshTime const& b) { return a += b; }

// The latency of a scribe line counts once in the way round a ring, and is left out. What it does to each step: where
// it is longer than a queue holds wavelets for, credits set the pace.
MeshForms::MeshForms(configs::Parameters const& p)
    : p_{p}, costs_{p}, times_{LineTimes::of(p)},
      pace_{2 * (times_.hop + static_cast<double>(p.scribe.extra_latency.count())) / p.fabric.input_queue_depth}
{
}

// A step whose shift of so many wavelets crosses a scribe line.
void MeshForms::keep_pace(MeshTime& step, std::uint32_t wavelets) const
{
    step.serialisation += std::max(0.0, wavelets * pace_ - step.total());
}

MeshTime MeshForms::of(Operation const& op)
{
    MeshTime time;
    time.arithmetic = op.arithmetic;
    time.dispatch   = op.dispatch;
    time.sram       = op.sram;
    return time;
}

// A PE sends a wavelet a cycle at most, and its streams take turns; on the links each has its own.
double MeshForms::way(std::uint32_t first, std::uint32_t second, std::uint32_t streams_before_second) const
{
    double const setup = times_.setup, later = setup * (streams_before_second + 1);
    double       sent = setup + first * times_.serialisation;
    if (second > 0) {
        sent = std::max(sent, later + second * times_.serialisation);
        if (setup + first > later)
            sent = std::max(sent, setup + first + second);
    }
    return sent + 2 * times_.hop + times_.turn();
}

MeshTime MeshForms::product(MeshTile tile, std::uint32_t times, std::uint32_t left, std::uint32_t right,
                            std::uint32_t steps, bool hidden) const
{
    double const   setup = times_.setup;
    MeshTime const work =
        of(costs_.tile_product(tile.m, tile.k, tile.n)) * times + of(costs_.moves(2ull * (left + right)));
    MeshTime step = of(costs_.step()) + work;
    step.dispatch += 4 * setup + costs_.join(tasks_of_a_step).dispatch;
    if (hidden) {
        step.serialisation = std::max(0.0, way(left, right, 2) - 4 * setup - work.total());
    } else {
        // The left block as before; of the right one a row at a time, which is then copied to its place.
        std::uint32_t const row   = (right + tile.k - 1) / tile.k;
        MeshTime            piece = of(costs_.copy(1, tile.n));
        piece.dispatch += 2 * setup + costs_.join(tasks_of_an_alignment).dispatch;
        piece.serialisation = std::max(0.0, way(row, 0, 0) - 2 * setup);
        step += piece * tile.k;
    }
    keep_pace(step, std::max(left, right));
    return step * steps;
}

MeshTime MeshForms::alignment(std::uint32_t left, std::uint32_t right, std::uint32_t steps) const
{
    bool const   both  = right > 0;
    double const setup = (both ? 4 : 2) * times_.setup;
    MeshTime     step;
    step.dispatch       = setup + costs_.join(both ? tasks_of_one_axis : tasks_of_an_alignment).dispatch;
    double const beyond = std::max(0.0, way(left, right, 2) - setup); // the set-ups are over
    step.hops           = std::min(beyond, 2 * times_.hop + times_.turn());
    step.serialisation  = beyond - step.hops;
    keep_pace(step, std::max(left, right));
    return step * (steps / 2);
}

// PEs send sums on as they come; the one that the sums belong to changes with every step, and whoever has once waited
// for a chain stays behind. So step by step, along one row: when each PE is ready for the next one. Returns what the
// last of them takes beyond `ready` and one stream in every step.
double MeshForms::chains(double ready, double stream, std::uint32_t segment, std::uint32_t steps) const
{
    if (segment < 2)
        return 0;
    MeshRing const      ring{Axis::x, segment, 0, true};
    double const        stage = times_.turn() + times_.hop, setup = times_.setup;
    std::vector<double> at(segment, 0.0);
    for (std::uint32_t i = 0; i < steps; ++i) {
        std::uint32_t const root = ring.position((segment - i % segment) % segment);
        // When the first word leaves each PE of a chain.
        double first = -1;
        auto   pass  = [&](std::uint32_t p, bool begins) {
            double const own = at[p] + ready + setup;
            first            = begins ? own : std::max(own, first + stage);
            at[p]            = first + stream;
        };
        double root_ready = at[root] + ready;
        auto   into_root  = [&] { root_ready = std::max(root_ready + setup, first + stage) + stream; };
        for (std::uint32_t p = 0; p < root; ++p)
            pass(p, p == 0);
        if (root > 0)
            into_root();
        for (std::uint32_t p = segment; --p > root;)
            pass(p, p + 1 == segment);
        if (root + 1 < segment)
            into_root();
        at[root] = root_ready;
    }
    return *std::max_element(at.begin(), at.end()) - steps * (ready + setup + stream);
}

MeshTime MeshForms::scores(MeshTile tile, std::uint32_t times, std::uint32_t right, std::uint32_t segment,
                           std::uint32_t steps) const
{
    double const        setup  = times_.setup;
    std::uint32_t const sums   = costs_.wavelets(std::uint64_t{tile.m} * tile.n * times, costs_.activation_bits());
    double const        stream = sums * std::max(times_.serialisation, times_.interval);
    MeshTime const      work = of(costs_.tile_product(tile.m, tile.k, tile.n)) * times + of(costs_.moves(2ull * right));
    MeshTime            step = of(costs_.step()) + work + of(costs_.copy(1, tile.m * tile.n * times));
    step.dispatch += 2 * setup + costs_.join(tasks_of_one_axis).dispatch;
    double const own = step.total();
    if (segment > 1) {
        step.reduce_stage += setup;
        step.serialisation += stream;
    }
    double const all = step.total();
    step.serialisation += std::max(0.0, way(right, 0, 0) - all + of(costs_.step()).total());
    keep_pace(step, right);
    MeshTime time = step * steps;
    time.reduce_stage += std::max(0.0, chains(own, stream, segment, steps));
    return time;
}

MeshTime MeshForms::all_reduce(std::uint32_t pes, double elements) const
{
    MeshTime time;
    if (pes < 2)
        return time;
    double const        wavelets = std::ceil(elements * costs_.activation_bits() / 32);
    std::uint32_t const asked    = p_.mapping.groups;
    std::uint32_t const groups   = asked == 0 || asked > pes ? default_groups(pes) : asked;
    double const        all      = centred_all_reduce_form(pes, groups, wavelets, times_);
    time.serialisation           = 3 * wavelets * std::max(times_.serialisation, times_.interval);
    time.hops                    = times_.hop * pes;
    time.reduce_stage            = all - time.serialisation - time.hops;
    if (time.reduce_stage < 0) {
        time.serialisation = std::max(0.0, all - time.hops);
        time.hops          = all - time.serialisation;
        time.reduce_stage  = 0;
    }
    return time;
}

} // namespace scribeline::workloads
