#include "fabric/traffic/study.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace scribeline::fabric {

namespace {

double known(std::optional<double> const& value) { return value.value_or(std::numeric_limits<double>::quiet_NaN()); }

} // namespace

TrafficStudy study_traffic(std::string mesh, TrafficParams const& params, std::vector<double> rates, bool saturation)
{
    require_possible(params.pattern, params.mesh.columns, params.mesh.rows);
    auto study   = TrafficStudy{};
    study.mesh   = std::move(mesh);
    study.params = params;
    study.bound  = bound_of_xy(params);
    if (rates.empty()) {
        constexpr int parts = 10;
        for (int i = 1; i <= parts; ++i)
            rates.push_back(study.bound * i / parts);
        saturation = true;
    }
    std::sort(rates.begin(), rates.end());
    for (auto const rate : rates) {
        study.points.push_back(measure(params, rate));
        study.points.back().books.require_balanced();
    }
    if (saturation)
        study.saturation = saturation_rate(params);
    return study;
}

std::vector<TrafficColumn> const& traffic_columns()
{
    using Point           = TrafficPoint;
    static auto const all = std::vector<TrafficColumn>{
        {"offered", "flit/(node cycle)", "load that the sources offer", [](Point const& p) { return p.offered; }},
        {"accepted", "flit/(node cycle)", "load that arrived while it was measured",
         [](Point const& p) { return p.accepted; }},
        {"latency", "cycle", "mean from the making of a packet to the arrival of its tail",
         [](Point const& p) { return known(p.mean); }},
        {"confidence", "cycle", "half the interval of 95 % around the mean",
         [](Point const& p) { return known(p.confidence); }},
        {"latency_p50", "cycle", "half of the packets take no longer", [](Point const& p) { return known(p.p50); }},
        {"latency_p99", "cycle", "99 of 100 packets take no longer", [](Point const& p) { return known(p.p99); }},
        {"latency_most", "cycle", "the longest", [](Point const& p) { return known(p.most); }},
        {"zero_load", "cycle", "mean latency without any other packet", [](Point const& p) { return p.zero_load; }},
        {"busiest_link", "flit/cycle", "load of the busiest link", [](Point const& p) { return p.busiest_link; }},
        {"mean_link", "flit/cycle", "mean load of all links", [](Point const& p) { return p.mean_link_load; }},
        {"saturated", "1", "1: the mean is more than three times zero load, or grows for as long as one waits",
         [](Point const& p) { return p.saturated ? 1.0 : 0.0; }},
        {"packets", "1", "packets that were followed", [](Point const& p) { return static_cast<double>(p.packets); }},
        {"link_hops", "1", "flits over links, all cycles together",
         [](Point const& p) { return static_cast<double>(p.counters.link_hops); }},
        {"cycles", "cycle", "simulated", [](Point const& p) { return static_cast<double>(p.cycles); }}};
    return all;
}

} // namespace scribeline::fabric
