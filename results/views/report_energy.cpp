#include "results/views/report_energy.hpp"

#include "results/views/metrics.hpp"
#include "results/views/report_text.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

std::string scaled(double value, std::array<char const*, 5> const& units)
{
    double scale = 1e3;
    for (auto const* unit : units) {
        if (value >= scale) {
            return fmt::format("{:.3g} {}", value / scale, unit);
        }
        scale /= 1e3;
    }
    return fmt::format("{:.3g} {}", value / scale / 1e3, units.back());
}

} // namespace

std::string energy_text(double joules) { return scaled(joules, {"kJ", "J", "mJ", "uJ", "nJ"}); }
std::string power_text(double watts) { return scaled(watts, {"kW", "W", "mW", "uW", "nW"}); }

void add_energy(Page& text, models::Outcome const& o)
{
    auto const& energy = o.energy;
    auto const  all    = models::picojoules(energy.token);
    if (all == 0) {
        return;
    }
    bool const several   = energy.knows_shared() && o.token.requests > 1;
    auto const bar_width = std::min(text.bar_beside(several ? 54 : 44), 24);
    text += "\nWhat the energy of an output token went into\n";
    if (several) {
        text += fmt::format("  {:<22}{:>10}{:>{}}\n", "", "alone",
                            fmt::format("with {} at once", grouped(o.token.requests)), bar_width + 20);
    }
    for (std::size_t i = 0; i < models::energy_part_count; ++i) {
        if (energy.token[i] == 0) {
            continue;
        }
        auto const share = share_of(energy.token[i], all);
        auto       line =
            fmt::format("  {:<22}{:>10}{:>8}  {:<{}}", name_of(static_cast<models::EnergyPart>(i)),
                        energy_text(models::joules(energy.token[i])), percent(share), bar(share, bar_width), bar_width);
        if (several) {
            line += fmt::format("{:>10}", energy_text(models::joules(energy.shared[i])));
        }
        text += trimmed(line) + "\n";
    }
    auto sum = fmt::format("  {:<22}{:>10}", "sum", energy_text(models::joules(energy.token)));
    if (several) {
        sum += fmt::format("{:>{}}", energy_text(models::joules(energy.shared)), bar_width + 20);
    }
    text += sum + "\n";

    text += fmt::format("\nPower of {} wafer{}: chip, and with the system around it\n", grouped(energy.wafers),
                        energy.wafers == 1 ? "" : "s");
    auto const line = [&](std::string const& name, models::WaferPower const& power, char const* note) {
        text += trimmed(fmt::format("  {:<22}{:>10}{:>10}  {}", name, power_text(power.chip), power_text(power.system),
                                    note)) +
                "\n";
    };
    line("one token at a time", energy.alone, "");
    if (several) {
        line(fmt::format("{} requests at once", grouped(o.token.requests)), energy.in_flight, "");
    }
    line("every PE busy", energy.peak, "multiplies and adds in each cycle, operands from SRAM");
    line("published", energy.published, "energy.chip_power, energy.system_power");
}

} // namespace scribeline::results
