// What work takes, one row each. The defaults of `energy` are a WSE-2, those of `device_energy` an H100;
// machines/*.toml hold complete machines. Two values of `device_energy` were fitted to watts of a
// whole device (operand, clocks), none of `energy`.
#include "configs/schema/energy_tables.hpp"

namespace scribeline::configs {

namespace {

namespace src {
auto const operations = "Jouppi et al., ISCA 2021, table 2 (recalled): operations in 7 nm";
auto const distances  = "WaferLLM, OSDI 2025, table 1: the order of such links";
auto const node =
    "7 nm (Jouppi et al., ISCA 2021, table 2 (recalled)), times 0.7: the foundry's figure for its next process";
} // namespace src

} // namespace

Group energy_group()
{
    using P = EnergyParams;
    return table<&Parameters::energy>("What work on a wafer takes (docs/model.md)")
        .row<&P::mac_fp16>("0.5 pJ", "0 J", "1 uJ", "one multiply-accumulate of 16 bits, its operands at hand",
                           std::string{src::operations} + ": 0.34 multiplication, 0.16 addition", Origin::published)
        .row<&P::mac_fp32>("1.69 pJ", "0 J", "1 uJ", "one multiply-accumulate of 32 bits, its operands at hand",
                           std::string{src::operations} + ": 1.31 multiplication, 0.38 addition", Origin::published)
        .row<&P::add_fp16>("0.16 pJ", "0 J", "1 uJ", "one addition of 16 bits", src::operations, Origin::published)
        .row<&P::add_fp32>("0.38 pJ", "0 J", "1 uJ", "one addition of 32 bits", src::operations, Origin::published)
        .row<&P::sram_read>("0.9375 pJ/B", "0 pJ/bit", "1 nJ/B", "of what a PE reads from its SRAM",
                            std::string{src::operations} + ": 7.5 pJ for 8 bytes of an SRAM of 8 KB; the SRAM of a PE "
                                                           "has 8 banks of 6 KB",
                            Origin::derived)
        .row<&P::sram_write>("0.9375 pJ/B", "0 pJ/bit", "1 nJ/B", "of what a PE writes to its SRAM",
                             "as sram_read: the source has one figure for an access", Origin::assumed)
        .row<&P::code_cycle>(
            "27 pJ", "0 J", "1 uJ", "a cycle of control code, set-up or scalar loops: fetch, decode, registers",
            "70 pJ an instruction of a simple core in 45 nm (Horowitz, ISSCC 2014, recalled), over 2.6, the mean "
            "gain of 7 nm (Jouppi et al., ISCA 2021); one instruction a cycle",
            Origin::derived)
        .row<&P::router>("0.056 pJ/bit", "0 pJ/bit", "1 nJ/B", "of a wavelet, for each router that it passes",
                         "3.58 pJ a hop and flit of 64 bits where no bit switches, measured on Piton (McKeown et al., "
                         "HPCA 2018, recalled); in 32 nm, not scaled",
                         Origin::derived)
        .row<&P::link>("0.024 pJ/bit", "0 pJ/bit", "1 nJ/B", "of a wavelet, for the wires of each hop",
                       "7.58 pJ more a flit of 64 bits where half of them switch, over 1.1 mm (Piton: McKeown et al., "
                       "HPCA 2018, recalled); of it 0.218 mm, the side of a PE of 0.0477 mm2",
                       Origin::derived)
        .row<&P::scribe_crossing>("0.1 pJ/bit", "0 pJ/bit", "1 nJ/B", "of a wavelet over a scribe line, beyond a hop",
                                  src::distances, Origin::published)
        .row<&P::off_wafer>("10 pJ/bit", "0 pJ/bit", "1 nJ/B", "of what goes from a wafer to another", src::distances,
                            Origin::published)
        .row<&P::static_power>(
            "6 mW", "0 W", "100 W", "of one PE, whether or not it works: leakage and clocks",
            "no figure published; a fifth of the 30 mW that the vendor states for a core at its "
            "peak (Hot Chips 34), as a GPU of that process takes with its clocks up and nothing to do",
            Origin::assumed)
        .row<&P::chip_power>("15 kW", "1 W", "1000 kW", "of one wafer, as published: a report's reference",
                             "vendor's figure of the chip", Origin::published)
        .row<&P::system_power>("23 kW", "1 W", "1000 kW",
                               "of the system around one wafer, as published; what it is beyond chip_power is counted "
                               "for all of the time",
                               "IEEE Spectrum of the CS-3; others have 25 kW (SemiAnalysis)", Origin::published);
}

Group device_energy_group()
{
    using P = DeviceEnergyParams;
    return table<&Parameters::device_energy>("What work on a GPU or another device takes (docs/gpu.md)")
        .row<&P::mac_16>("0.35 pJ", "0 J", "1 uJ", "one multiply-accumulate of 16 bits, its operands at hand",
                         std::string{"0.5 pJ in "} + src::node, Origin::derived)
        .row<&P::mac_8>("0.054 pJ", "0 J", "1 uJ", "one multiply-accumulate of 8 bits or fewer",
                        std::string{"0.077 pJ of integers in "} + src::node, Origin::derived)
        .row<&P::on_chip>("2 pJ/bit", "0 pJ/bit", "10 nJ/B",
                          "from the memory's edge, or the chip's own SRAM, to the arithmetic: caches and wires",
                          "20 mm, half the way round the die, at 0.08 pJ/bit/mm (Dally, recalled), and two accesses of "
                          "a 1 MB SRAM at 14 pJ for 8 bytes (Jouppi et al., ISCA 2021, table 2 (recalled))",
                          Origin::derived)
        .row<&P::memory>("3.9 pJ/bit", "0 pJ/bit", "10 nJ/B", "of memory beside the chip: array, stack, interface",
                         "HBM2: 3.92 pJ/bit (O'Connor et al., MICRO 2017), 250 to 450 pJ for 8 bytes (Jouppi et al., "
                         "ISCA 2021, table 2); later generations as that",
                         Origin::published)
        .row<&P::link>("10 pJ/bit", "0 pJ/bit", "10 nJ/B", "of what leaves a device for another or its host",
                       std::string{src::distances} + ", off the chip", Origin::published)
        .row<&P::operand>(
            "3.4 pJ", "0 J", "1 uJ",
            "to bring a multiply-accumulate of 16 bits its operands: instructions, registers, tiles that "
            "are not full; of fewer bits, in proportion",
            "watts of four MI355X at 8, 32 and 128 users (SemiAnalysisAI/InferenceX, 2026), least squares "
            "with device_energy.clocks; B200 held out: docs/costs.md",
            Origin::derived)
        .row<&P::move>("1.7 pJ/bit", "0 pJ/bit", "10 nJ/B",
                       "of what memory gives or takes, beyond the wires: first level, registers, what regulators lose",
                       "10 pJ for 8 bytes of 128 KB and twice that of registers, read and written (Jouppi et al., ISCA "
                       "2021, table 2 (recalled)): 0.55 pJ/bit; and 15 % of 7.6 pJ/bit in regulators (assumed)",
                       Origin::derived)
        .row<&P::clocks>("11 %", "0 %", "100 %",
                         "of full power, while a step is under way and on top of idle_power: clocks and leakage of "
                         "units that wait",
                         "watts of four MI355X at 8, 32 and 128 users (SemiAnalysisAI/InferenceX, 2026), least squares "
                         "with device_energy.operand; B200 held out: docs/costs.md",
                         Origin::derived)
        .row<&P::idle_power>("140 W", "0 W", "100 kW", "of one device, whether or not it works: leakage, clocks",
                             "a fifth of its full power, as assumed of a wafer's PE", Origin::assumed)
        .row<&P::host_power>("262 W", "0 W", "100 kW", "of a device's share of the server around it",
                             "a server of eight: 1,271.6 W, 405 W of network, and half of fans of 835 W (InferenceX "
                             "power model, 2026), over eight",
                             Origin::derived);
}

} // namespace scribeline::configs
