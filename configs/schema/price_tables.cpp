// What things cost, one row each. Where nobody publishes a price, the default is none, or a band.
#include "configs/schema/price_tables.hpp"

namespace scribeline::configs {

namespace {

namespace src {
auto const epoch =
    "Epoch AI, model of 1 GW of GB200 (CC-BY, 2026-05)"; // 38e9 USD to build, 0.9e9 a year of which energy 0.6e9
auto const power_model = "SemiAnalysisAI/InferenceX-app, power model, 2026";
auto const none        = "no price published: machines that have one say it";
} // namespace src

} // namespace

Group price_group()
{
    using P = PriceParams;
    return table<&Parameters::price>("What devices cost, and what is around them (docs/costs.md)")
        .row<&P::hour>(
            "none", "0 USD/h 2000", "1000000 USD/h 2100",
            "of a device, whatever it does: all but electricity; with it nothing below is paid but electricity",
            src::none, Origin::assumed)
        .row<&P::device>("none", "0 USD 2000", "1000000000 USD 2100",
                         "to buy a device with its share of server and network", src::none, Origin::assumed)
        .row<&P::wafer>(
            "none", "0 USD 2000", "10000000 USD 2100",
            "of a wafer machine beside price.device: one wafer from the fab; with group yield, each that is "
            "sold pays for those that cannot be repaired",
            src::none, Origin::assumed)
        .row<&P::memory>("11 .. 18.8 USD/GB 2026", "0 USD/GB 2000", "1000000 USD/GB 2100",
                         "of memory that is bought beside a device",
                         "DDR5 RDIMM of 64 and 128 GB, retail and press, 2025 to 2026", Origin::published)
        .row<&P::memory_size>("0 B", "0 B", "1 PB", "that is bought beside a device", "machines that need it say so",
                              Origin::assumed)
        .row<&P::site>("8000 .. 11500 USD/kW 2026-05", "0 USD/kW 2000", "10000000 USD/kW 2100",
                       "of full power of devices that are bought: building, cooling, supply",
                       std::string{src::epoch} + ": 38,000 USD/kW, less a rack of 132 kW at 3.5 to 4.0 million USD "
                                                 "(press, 2025)",
                       Origin::derived)
        .row<&P::upkeep>("300 USD/kW 2026-05", "0 USD/kW 2000", "1000000 USD/kW 2100",
                         "of full power of devices that are bought, a year: people and repairs, no electricity",
                         std::string{src::epoch} + ": 0.9 less 0.6 of energy, 1e9 USD a year", Origin::derived)
        .row<&P::electricity>("0.065 .. 0.09 USD/kWh 2026", "0 USD/kWh 2000", "1000 USD/kWh 2100",
                              "at the site's meter", "US industrial, InferenceX and Epoch AI, 2026", Origin::published)
        .row<&P::pue>("130 %", "100 %", "1000 %", "of a site's servers, what the site draws: cooling and losses",
                      std::string{src::power_model} + ": air 1.3, liquid 1.1", Origin::published)
        .row<&P::supply>("96.4 %", "10 %", "100 %", "of what a server draws, what reaches its parts",
                         std::string{src::power_model} + ": at half of its load", Origin::published)
        .row<&P::life>("5", "1", "50", "of devices and memory, until they are written off", src::epoch,
                       Origin::published)
        .counts("year")
        .row<&P::site_life>("14", "1", "100", "of the site", src::epoch, Origin::published)
        .counts("year")
        .row<&P::utilisation>("100 %", "1 %", "100 %",
                              "of all hours, those that are worked: they pay for the others, and electricity is of "
                              "them alone",
                              "a question to ask: as if there were always work", Origin::choice);
}

} // namespace scribeline::configs
