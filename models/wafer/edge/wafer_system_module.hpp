// Wafers as SystemC modules with TLM-2.0 sockets: to their hosts, and to one another.
//
//          host 0              host 1
//            |  weights, KV      |
//         +--+------+  link   +--+------+
//         | wafer 0 |-------->| wafer 1 |---> ... and back to the first
//         +---------+         +---------+
//
// What a wafer computes inside comes from an engine of its own (the folded lines, or every wavelet): the cycles of each
// block. What passes between parts passes sockets: weights over the edges, KV caches out and in, the hidden vector over
// links. So a token's time is found here as the sum of what the engine says and what the sockets answer, and who else
// uses an edge delays it.
#pragma once

#include "models/machine.hpp"
#include "models/tlm/bulk_initiator.hpp"
#include "models/tlm/bulk_target.hpp"
#include "models/wafer/edge/host_edge.hpp"
#include "models/wafer/edge/weight_stream.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

#include <systemc>

namespace scribeline::models {

// One wafer's sockets. The link leads to the next wafer; a wafer alone has none.
class WaferPorts final : public sc_core::sc_module {
  public:
    WaferPorts(sc_core::sc_module_name name, bool linked);

    BulkInitiator                  edge;
    std::unique_ptr<BulkInitiator> link;
};

class WaferSystemModule final : public sc_core::sc_module, private WeightSource {
  public:
    // Plays the blocks of a token, token behind token until two take equally long, when the kernel runs. Behind each,
    // so many bytes of answers go to the host. `probe` hears
    // of every transfer, and outlives the module.
    WaferSystemModule(sc_core::sc_module_name name, configs::WaferParams const& wafer, std::uint32_t wafers,
                      std::vector<StreamedBlock> blocks, TransactionProbe* probe = nullptr,
                      std::uint64_t answer_bytes = 0);

    // Where others bind: a host's memory that serves this wafer's edge as well.
    BulkTarget& host(std::uint32_t wafer) { return *hosts_.at(wafer); }

    // After the kernel has run. Throws what the module threw, and configs::SimulationFault when it did not come to its
    // end.
    StreamedToken const& token() const;
    Books                books() const; // bytes asked by the wafers, served by hosts and links
    // Without fidelity and form, which the engine knows.
    Evidence evidence() const;

  private:
    void        run();
    Picoseconds load(std::uint32_t wafer, Picoseconds at, std::uint64_t bytes) override;
    Picoseconds send(std::uint32_t wafer, Picoseconds at, std::uint64_t bytes) override;
    void        answer(std::uint32_t wafer, Picoseconds at) override;
    void        wait_until(Picoseconds at) override;

    std::vector<StreamedBlock> const         blocks_;
    std::vector<std::unique_ptr<HostEdge>>   edges_;
    std::vector<std::unique_ptr<WaferLink>>  links_; // [wafer]: into it
    std::vector<std::unique_ptr<BulkTarget>> hosts_, receivers_;
    std::vector<std::unique_ptr<WaferPorts>> wafers_;
    std::optional<LocalTime>                 time_; // of the token; made by its thread
    std::optional<StreamedToken>             token_;
    std::uint64_t const                      answer_bytes_;
    std::uint64_t                            activations_ = 0;
    std::exception_ptr                       failure_;
};

} // namespace scribeline::models
