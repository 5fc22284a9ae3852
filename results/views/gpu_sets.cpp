#include "results/views/gpu_sets.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using models::CaseKind;

std::string library_of(models::MeasuredCase const& m)
{
    constexpr std::string_view key   = "library=";
    auto const                 begin = m.set.find(key);
    return begin == std::string::npos ? "-" : m.set.substr(begin + key.size(), m.set.find(';') - begin - key.size());
}

// Where launches and latencies decide, and where bytes and arithmetic do.
std::string size_of(models::MeasuredCase const& m)
{
    constexpr double middle = 50e-6;
    if (m.unit.of != models::UnitOf::time)
        return "-";
    return m.value * m.unit.seconds < middle ? "under 50 us" : "50 us and more";
}

GpuSet set_of(models::MeasuredCase const& m)
{
    auto set    = GpuSet{};
    set.kind    = m.kind;
    set.machine = m.machine;
    set.library = library_of(m);
    set.bits    = m.kind == CaseKind::gpu_allreduce ? std::string{"-"} : fmt::format("{}", m.gpu.bits);
    set.size    = size_of(m);
    return set;
}

bool alike(GpuSet const& a, GpuSet const& b)
{
    return a.kind == b.kind && a.machine == b.machine && a.library == b.library && a.bits == b.bits && a.size == b.size;
}

} // namespace

std::vector<GpuSet> gpu_sets(std::vector<models::CaseOutcome> const& outcomes)
{
    auto sets = std::vector<GpuSet>{};
    for (auto const& out : outcomes) {
        if (!is_of_gpus(out.measured.kind) || !out.simulated)
            continue;
        auto const mine  = set_of(out.measured);
        auto       found = std::find_if(sets.begin(), sets.end(), [&](GpuSet const& set) { return alike(set, mine); });
        if (found == sets.end())
            found = sets.insert(sets.end(), mine);
        ++found->rows;
        found->within += out.verdict == models::Verdict::within ? 1 : 0;
        found->magnitudes += std::fabs(out.deviation_percent);
        found->sum += out.deviation_percent;
        if (found->worst_id.empty() || std::fabs(out.deviation_percent) > std::fabs(found->worst)) {
            found->worst    = out.deviation_percent;
            found->worst_id = out.measured.id;
        }
    }
    return sets;
}

} // namespace scribeline::results
