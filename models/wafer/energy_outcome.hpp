// Where the energy of a wafer's token goes. Energies are whole picojoules, so that parts add up exactly.
#pragma once

#include <array>
#include <cstdint>

namespace scribeline::models {

enum class EnergyPart : std::uint8_t {
    arithmetic,   // multiply-accumulates and additions
    sram_weights, // weights read
    sram_kv,      // KV cache read and written
    sram_vectors, // activations and sums, read and written
    code,         // set-up, control code, scalar loops
    hops,         // wavelets through routers and over links
    scribe,       // over scribe lines, beyond a hop
    off_wafer,    // to another wafer
    idle,         // leakage and clocks of all PEs, for as long as it takes
    system,       // power delivery, cooling, host: around the wafers
};
constexpr std::size_t energy_part_count = 10;
char const*           name_of(EnergyPart);
char const*           meaning_of(EnergyPart);                     // a clause
using EnergyParts = std::array<std::uint64_t, energy_part_count>; // picojoules

std::uint64_t picojoules(EnergyParts const&); // all of them
double        joules(EnergyParts const&);
double        joules(std::uint64_t picojoules);

// Of wafers that do something: what they take themselves, and with the systems around them.
struct WaferPower {
    double chip = 0, system = 0; // W, of all wafers used
};

struct EnergyOutcome {
    EnergyParts   token{};   // of one output token, with nothing else on the machine
    EnergyParts   shared{};  // of one output token, when all requests that fit are in flight; zeros: not known
    WaferPower    alone;     // mean power meanwhile
    WaferPower    in_flight; // with all requests; zeros: not known
    WaferPower    published; // of as many wafers
    WaferPower    peak;      // every PE multiplying and adding in each cycle, operands in SRAM
    std::uint32_t wafers = 1;

    bool knows_shared() const { return in_flight.system > 0; }
};

} // namespace scribeline::models
