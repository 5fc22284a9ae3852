#include "models/wafer/energy.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/planner.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

constexpr double picojoule = 1e-12;

double bytes(double bits) { return bits / 8.0; }

// All parts of a token must fit into 64 bits of picojoules.
constexpr double most_joules = 1.8e6;

void require_countable(double joules)
{
    if (!(joules < most_joules))
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format("energy: one part of a token takes {:.3g} J, and at most {:.3g} are counted. Choose values of "
                        "energy.static_power, energy.system_power and wafer.clock that are nearer to a machine's",
                        joules, most_joules)};
}

std::uint64_t rounded(double joules)
{
    require_countable(joules);
    return static_cast<std::uint64_t>(std::llround(joules / picojoule));
}

EnergyParts difference(EnergyParts to, EnergyParts const& from)
{
    for (std::size_t i = 0; i < energy_part_count; ++i)
        to[i] -= from[i];
    return to;
}

WaferPower power_of(EnergyParts const& parts, double seconds)
{
    double const all    = joules(parts);
    double const system = joules(parts[static_cast<std::size_t>(EnergyPart::system)]);
    return {(all - system) / seconds, all / seconds};
}

} // namespace

char const* name_of(EnergyPart part)
{
    constexpr std::array<char const*, energy_part_count> names{"arithmetic", "sram_weights", "sram_kv", "sram_vectors",
                                                               "code",       "hops",         "scribe",  "off_wafer",
                                                               "idle",       "system"};
    return names.at(static_cast<std::size_t>(part));
}

char const* meaning_of(EnergyPart part)
{
    constexpr std::array<char const*, energy_part_count> meanings{"multiply-accumulates and additions",
                                                                  "weights read from SRAM",
                                                                  "KV cache read and written",
                                                                  "activations and sums, read and written",
                                                                  "set-up, control code and scalar loops",
                                                                  "wavelets through routers and over links",
                                                                  "wavelets over scribe lines, beyond a hop",
                                                                  "to another wafer",
                                                                  "leakage and clocks of all PEs",
                                                                  "around the wafers: power delivery, cooling, host"};
    return meanings.at(static_cast<std::size_t>(part));
}

std::uint64_t picojoules(EnergyParts const& parts)
{
    std::uint64_t sum = 0;
    for (auto const part : parts)
        sum += part;
    return sum;
}

double joules(std::uint64_t picojoules) { return static_cast<double>(picojoules) * picojoule; }
double joules(EnergyParts const& parts) { return joules(picojoules(parts)); }

void EnergyTally::add(OperatorOutcome const& op)
{
    work += op.work;
    if (op.bytes_kv > 0)
        (op.work.multiplies > 0 ? kv_multiplies : kv_written) +=
            op.work.multiplies > 0 ? op.work.multiplies : op.work.written;
}

EnergyMeter::EnergyMeter(configs::Parameters const& p, std::uint32_t wafers)
    : e_{p.energy}, w_{p.workload}, pe_{p.pe}, clock_{p.wafer.clock.value()},
      wavelet_bytes_{p.fabric.wavelet_size.value()}, pes_{double{1} * p.wafer.columns * p.wafer.rows * wafers},
      idle_power_{pes_ * p.energy.static_power.value()},
      system_power_{wafers * (p.energy.system_power - p.energy.chip_power).value()}
{
}

EnergyParts EnergyMeter::of(EnergyTally const& tally) const
{
    auto const&  work   = tally.work;
    auto const   count  = [](std::uint64_t n) { return static_cast<double>(n); };
    bool const   half   = w_.activation_bits == 16;
    double const vector = bytes(w_.activation_bits), read = e_.sram_read.value(), write = e_.sram_write.value();
    double const mac = (half ? e_.mac_fp16 : e_.mac_fp32).value(), add = (half ? e_.add_fp16 : e_.add_fp32).value();
    double const seconds = count(tally.cycles) / clock_;
    EnergyParts  parts{};
    auto const   set = [&](EnergyPart part, double joules) { parts[static_cast<std::size_t>(part)] = rounded(joules); };
    set(EnergyPart::arithmetic, count(work.multiplies) * mac + count(work.additions) * add);
    set(EnergyPart::sram_weights, count(work.multiplies - tally.kv_multiplies) * bytes(w_.weight_bits) * read);
    set(EnergyPart::sram_kv, bytes(w_.kv_bits) * (count(tally.kv_multiplies) * read + count(tally.kv_written) * write));
    set(EnergyPart::sram_vectors, vector * (count(work.read) * read + count(work.written - tally.kv_written) * write));
    set(EnergyPart::code, count(work.code_cycles) * e_.code_cycle.value());
    set(EnergyPart::hops,
        wavelet_bytes_ * (count(work.hops + work.injected) * e_.router.value() + count(work.hops) * e_.link.value()));
    set(EnergyPart::scribe, wavelet_bytes_ * count(work.crossings) * e_.scribe_crossing.value());
    set(EnergyPart::off_wafer, count(work.off_wafer) * e_.off_wafer.value());
    set(EnergyPart::idle, idle_power_ * seconds);
    set(EnergyPart::system, system_power_ * seconds);
    return parts;
}

double EnergyMeter::busy_pe() const
{
    // As PeCosts: a weight and the sum are read, the sum is written.
    bool const   half = w_.activation_bits == 16;
    double const size = bytes(w_.activation_bits);
    double const rate = std::min({(half ? pe_.mac_rate_fp16 : pe_.mac_rate_fp32).hundredths / 100.0,
                                  pe_.sram_read_bytes / (2 * size), pe_.sram_write_bytes / size});
    double const each = (half ? e_.mac_fp16 : e_.mac_fp32).value() +
                        (bytes(w_.weight_bits) + size) * e_.sram_read.value() + size * e_.sram_write.value();
    return rate * clock_ * each + e_.static_power.value();
}

EnergyParts at_rate(EnergyOutcome const& energy, configs::Parameters const& p, double tokens_per_second)
{
    EnergyMeter const meter{p, energy.wafers};
    auto              parts = energy.token;
    auto const        set   = [&](EnergyPart part, double power) {
        parts[static_cast<std::size_t>(part)] = rounded(power / tokens_per_second);
    };
    set(EnergyPart::idle, meter.idle_power());
    set(EnergyPart::system, meter.system_power());
    return parts;
}

void add_energy(Outcome& o, configs::Parameters const& p, std::uint32_t wafers,
                std::vector<OperatorOutcome> const& counted)
{
    EnergyMeter const meter{p, wafers};
    EnergyTally       tally;
    EnergyParts       before{};
    bool const        own = !o.operators.empty();
    SCRIBELINE_EXPECT(!own || counted.empty() || counted.size() == o.operators.size());
    if (own && !counted.empty())
        for (std::size_t i = 0; i < counted.size(); ++i)
            o.operators[i].work = counted[i].work;
    for (auto& op : o.operators) {
        tally.add(op);
        tally.cycles     = op.end;
        auto const after = meter.of(tally);
        op.energy        = difference(after, before);
        before           = after;
    }
    if (!own)
        for (auto const& op : counted)
            tally.add(op);
    bool const   token = workloads::schedule_of(p) == configs::Schedule::pipeline;
    double const times = token ? 1 : o.layers_alike > 0 ? o.layers_alike : static_cast<double>(o.layers);

    auto& energy  = o.energy;
    energy.wafers = wafers;
    if (own) {
        // The same from the counters of the run: what the fabric moved, and how long it took.
        EnergyTally run           = tally;
        run.work.hops             = o.wavelet_hops;
        run.work.injected         = o.wavelets_injected;
        run.work.crossings        = o.scribe_crossings;
        run.cycles                = token ? o.cycles_per_token : o.cycles_per_layer;
        std::uint64_t by_operator = 0;
        for (auto const& op : o.operators)
            by_operator += picojoules(op.energy);
        o.books.entries.push_back(
            {"hops", "as simulated", "by the operators' routes", o.wavelet_hops, tally.work.hops});
        o.books.entries.push_back(
            {"energy", "pJ, by the run's counters", "of the operators", picojoules(meter.of(run)), by_operator});
        energy.token = before;
    } else {
        tally.cycles = static_cast<std::uint64_t>(static_cast<double>(o.cycles_per_token) / times);
        energy.token = meter.of(tally);
    }
    for (auto& part : energy.token) {
        require_countable(joules(part) * times);
        part = static_cast<std::uint64_t>(std::llround(static_cast<double>(part) * times));
    }

    energy.alone = power_of(energy.token, o.time_per_output_token.value());
    for (auto& part : energy.token) // a step gives a token to each of its sequences
        part /= o.batch;
    if (o.token.tokens_per_second > 0) {
        energy.shared    = at_rate(energy, p, o.token.tokens_per_second);
        energy.in_flight = power_of(energy.shared, 1 / o.token.tokens_per_second);
    }
    energy.published   = {wafers * p.energy.chip_power.value(), wafers * p.energy.system_power.value()};
    energy.peak.chip   = meter.busy_pe() * meter.pes();
    energy.peak.system = energy.peak.chip + meter.system_power();
}

} // namespace scribeline::models
