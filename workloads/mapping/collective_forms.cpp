#include "workloads/mapping/collective_forms.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/collectives.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

LineTimes LineTimes::of(configs::Parameters const& p)
{
    auto const costs = StreamCosts::of(p);
    LineTimes  times = prepared(p);
    times.interval   = costs.interval / 8.0;
    times.setup      = costs.setup;
    times.activation = costs.activation;
    return times;
}

LineTimes LineTimes::prepared(configs::Parameters const& p)
{
    LineTimes times;
    times.hop           = static_cast<double>(p.fabric.hop_latency.count());
    times.ramp          = static_cast<double>(p.fabric.ramp_latency.count());
    times.serialisation = static_cast<double>(p.fabric.link_serialisation.count()) / 8;
    times.scribe        = static_cast<double>(p.scribe.extra_latency.count());
    times.crossing      = static_cast<double>(configs::scribe_serialisation(p).count()) / 8;
    times.queue         = p.fabric.input_queue_depth;
    return times;
}

double LineTimes::behind_a_cut(double wavelets) const
{
    if ((scribe == 0 && crossing == serialisation) || wavelets <= 0)
        return 0;
    double const rate    = std::max(crossing, interval);
    double const rounds  = std::floor((wavelets - 1) / queue);
    double const credits = rounds * (2 * (hop + scribe) + 1) + (wavelets - rounds * queue) * rate;
    return std::max(wavelets * rate, credits) - wavelets * std::max(serialisation, interval);
}

double mean_cuts(std::uint32_t tiles, std::uint32_t usable, std::uint32_t reticles)
{
    return std::min((tiles - 1.0) * reticles / usable, reticles - 1.0);
}

LineLoad chain_load(double pes, double wavelets) { return {wavelets, wavelets * (pes - 1), pes - 1, pes - 1, pes - 1}; }

LineLoad star_load(double pes, double wavelets)
{
    return {wavelets * (pes - 1), wavelets * pes * (pes - 1) / 2, pes - 1, pes - 1, 1};
}

LineLoad tree_load(double pes, double wavelets)
{
    double const levels = std::log2(pes);
    return {wavelets * levels, wavelets * levels * pes / 2, pes - 1, pes - 1, levels};
}

LineLoad two_phase_load(double pes, double wavelets)
{
    double const group = std::sqrt(pes);
    return {2 * wavelets, 2 * wavelets * (pes - group), pes - 1, pes - 1, 2 * (group - 1)};
}

LineLoad broadcast_load(double pes, double wavelets) { return {wavelets, wavelets * (pes - 1), pes - 1, pes - 1, 1}; }

double spatial_model(LineLoad const& load, LineTimes const& times)
{
    return std::max(load.contention * times.serialisation,
                    load.energy / load.links * times.serialisation + load.distance * times.hop) +
           times.turn() * load.depth;
}

double chain_form(double pes, double wavelets, LineTimes const& times)
{
    return spatial_model(chain_load(pes, wavelets), times);
}

// Energy does not bound a star: while far wavelets travel, near ones are received. Only where a hop takes longer than
// the wavelets of one PE do they arrive with gaps, and the distance of the last PE decides.
double star_form(double pes, double wavelets, LineTimes const& times)
{
    double const burst = wavelets * times.serialisation;
    return burst + (pes - 2) * std::max(burst, times.hop) + times.turn();
}

double broadcast_form(double pes, double wavelets, LineTimes const& times)
{
    return spatial_model(broadcast_load(pes, wavelets), times);
}

double two_level_form(std::uint32_t pes, std::uint32_t groups, double wavelets, LineTimes const& times)
{
    SCRIBELINE_EXPECT(groups >= 1 && groups <= pes);
    double const depth   = pes / groups - 1.0 + groups - 1.0;
    double const streams = groups == 1 || groups == pes ? 1 : 2;
    return streams * wavelets * times.serialisation + (pes - 1.0) * times.hop + times.turn() * depth;
}

double published_all_reduce_form(double pes, double groups, double wavelets, LineTimes const& times)
{
    double const group = pes / groups;
    double const stage = times.turn() + times.setup + times.activation;
    return stage * (group / 2 + groups / 2) + times.hop * (group / 2 + pes) + 3 * wavelets * times.serialisation;
}

double centred_reduce_form(std::uint32_t pes, std::uint32_t groups, double wavelets, LineTimes const& times,
                           double cuts)
{
    SCRIBELINE_EXPECT(groups >= 1 && groups <= pes);
    std::uint32_t const group  = (pes + groups - 1) / groups;
    std::uint32_t const near   = group / 2;  // PEs on the longer side of a group's leader
    std::uint32_t const middle = groups / 2; // leaders on the longer side of the root
    std::uint32_t const beyond = groups - 1 - middle;
    double const        stream = wavelets * std::max(times.serialisation, times.interval);
    double const        task   = times.setup + times.activation;
    double const        stage  = times.turn() + task;

    // First wavelet from the longer side, and after that side the other; a leader sends on while it receives that.
    double first = times.setup + near * (stage + times.hop);
    if (group > 2)
        first += stream + times.setup;
    double const to_leader = times.turn() + times.hop * group;
    double const occupied  = group == 1 ? 0 : std::max(0.0, stream - to_leader); // the next leader is not done yet
    double       last      = first;
    if (middle > 0)
        last = first + occupied + middle * (to_leader + task);
    if (beyond > 0)
        last = std::max(last, first + occupied + beyond * (to_leader + task) + stream + times.setup +
                                  (middle == beyond ? 0 : times.activation));
    return last + stream + cuts / 2 * times.scribe + std::min(cuts, 1.0) * times.behind_a_cut(wavelets);
}

double centred_all_reduce_form(std::uint32_t pes, std::uint32_t groups, double wavelets, LineTimes const& times,
                               double cuts)
{
    double const        reduce = centred_reduce_form(pes, groups, wavelets, times, cuts);
    std::uint32_t const group  = (pes + groups - 1) / groups;
    double const        root   = groups / 2 * group + group / 2;
    double const        stream = wavelets * std::max(times.serialisation, times.interval);
    return reduce + times.setup + times.turn() + times.hop * std::max(root, pes - 1 - root) + stream +
           cuts / 2 * times.scribe + std::min(cuts, 1.0) * times.behind_a_cut(wavelets);
}

} // namespace scribeline::workloads
