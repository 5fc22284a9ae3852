// Programs for tests of the fabric: written by hand PE by PE, or drawn at random; and what a test wants to see of a
// run.
#pragma once

#include "configs/parameters.hpp"
#include "fabric/mesh.hpp"
#include "fabric/probe.hpp"
#include "workloads/mapping/program.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace scribeline::tests {

using workloads::Color;
using workloads::Direction;
using workloads::Operation;
using workloads::Program;

// The parameters of a shipped machine, read once per process.
configs::Parameters const& machine(std::string const& name);

// A WSE-2 whose usable grid is `columns` x `rows`, in `reticles_x` x `reticles_y` reticles.
configs::Parameters small_wafer(std::uint32_t columns, std::uint32_t rows, std::uint32_t reticles_x = 1,
                                std::uint32_t reticles_y = 1);

std::uint8_t ports(std::initializer_list<Direction> directions);

// Streams that are set up beforehand and move a wavelet a cycle; `address` is their operand or result.
Operation send(Color color, std::uint32_t wavelets, std::uint32_t address = 0);
Operation receive(Color color, std::uint32_t wavelets, std::int32_t source = 0, bool vertical = false,
                  std::uint32_t address = 0);
// So many cycles of arithmetic.
Operation work(std::uint32_t cycles);

// Every PE a role and routes of its own.
class ProgramBuilder {
  public:
    ProgramBuilder(std::uint32_t columns, std::uint32_t rows);

    ProgramBuilder& route(std::uint32_t x, std::uint32_t y, Color color, Direction in, std::uint8_t outs,
                          std::uint8_t position = 0);
    ProgramBuilder& run(std::uint32_t x, std::uint32_t y, Operation operation);
    // From the PE at (x0, y0) along its row and then along the column of (x1, y1), which is another PE.
    ProgramBuilder& way(Color color, std::uint32_t x0, std::uint32_t y0, std::uint32_t x1, std::uint32_t y1);
    // fp32 numbers in wavelets and SRAM, all 0 at first.
    ProgramBuilder& payload(std::uint32_t elements);
    ProgramBuilder& number(std::uint32_t x, std::uint32_t y, std::uint32_t address, float value);

    Program build() const;

  private:
    Program program_;
};

// Streams between random PEs, some of them copied to a whole row or column, each over a color of its own. Every PE
// takes part in them in the order of their colors, so that none can wait for a later one. The whole depends on the seed
// alone.
struct Traffic {
    Program       program;
    std::uint64_t injected = 0, delivered = 0; // wavelets
};
Traffic random_traffic(std::uint32_t columns, std::uint32_t rows, std::uint32_t streams, std::uint64_t seed);

// Keeps what the fabric tells.
class Recorder final : public fabric::Probe {
  public:
    struct Event {
        std::uint64_t        cycle;
        std::uint32_t        pe, to;
        std::uint8_t         color;
        fabric::WaveletEvent event;
    };
    void wavelet(std::uint64_t cycle, std::uint32_t pe, std::uint32_t to, std::uint8_t color,
                 fabric::WaveletEvent event) override
    {
        events.push_back({cycle, pe, to, color, event});
    }
    // Hops over the link between two PEs, in order.
    std::vector<Event> over(std::uint32_t pe, std::uint32_t to) const;
    std::vector<Event> of(fabric::WaveletEvent event) const;

    std::vector<Event> events;
};

// Names of the books that do not balance, joined by commas; empty: all do.
std::string unbalanced(std::vector<configs::BookEntry> const& books);

// A decoder layer of a shipped model on the region and machine of the parameters.
Program decode_layer(configs::Parameters const& parameters);

} // namespace scribeline::tests
