// SRAM racks and plain accelerators as SystemC modules joined by TLM-2.0 sockets.
//
//     memory 0  memory 1        memory 2  memory 3
//         \      /                  \      /            each device reads its share from its own memory
//         group 0  ===links===>     group 1   ===> ...  ===> head
//           switch                    switch            sums within a group: a port for each of its devices
//
// A compiled schedule drives the devices of a group in step, so a group is one thread that asks for all of them. Pieces
// of a prompt follow one another through the groups; a group begins one when it is free and the piece is there. Links
// to the next group are wires of their own, beside those within a group: the schedule gives each its own.
//
// A piece that a group has run takes as long every time where nobody else asks its memories and wires: the pieces
// behind it are not run again, and are counted as repeated. A head that stands on devices of the layers asks theirs, so
// these run each piece of several prompts.
#pragma once

#include "models/sram/stream_step.hpp"

#include "configs/books.hpp"

#include <cstdint>
#include <memory>

namespace scribeline::models {

struct StreamSystemRun {
    configs::Seconds time; // until the last piece has left the head
    StepParts        parts{};
    configs::Books   books;

    std::uint64_t modules       = 0; // of SystemC
    std::uint64_t transactions  = 0;
    std::uint64_t kernel_events = 0;                   // activations of threads
    std::uint64_t pieces_run = 0, pieces_repeated = 0; // of all groups
};

class StreamSystem {
  public:
    // Throws configs::UserError where a memory or a link could never move a byte.
    StreamSystem(StreamMachine const& machine, StreamLayout const& layout);
    ~StreamSystem();

    // From where the time stands. `repeats`: pieces that are alike are run once. Throws what a module threw; the system
    // is of no use then.
    StreamSystemRun run(StreamProgram const& program, bool repeats = true);

  private:
    class Modules;
    std::unique_ptr<Modules> modules_;
};

} // namespace scribeline::models
