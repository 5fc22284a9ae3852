// The side of a processor that asks for bulk transfers: a socket and a local time that runs ahead of the kernel by at
// most the global quantum. A module owns one per port and calls it from its thread:
//
//     auto const last = hbm.issue(time, {bytes, Traffic::weights, layer});   // when the last byte will be there
//     time.advance(arithmetic);                                              // meanwhile
//     time.wait_until(last);
#pragma once

#include "models/tlm/bulk_protocol.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/tlm_quantumkeeper.h>
#pragma GCC diagnostic pop

#include <functional>

namespace scribeline::models {

// Of one thread: several initiators of a module may share it.
class LocalTime {
  public:
    LocalTime() { keeper_.reset(); }

    Picoseconds now() const { return picoseconds(keeper_.get_current_time()); }
    void        advance(Picoseconds ps);
    void        wait_until(Picoseconds when);
    void        synchronise(); // lets the kernel catch up
    // For an event. The thread is as far ahead as it was, if the event does not come later.
    void wait(sc_core::sc_event const& event);

    std::uint64_t activations() const { return activations_; } // of the thread, by the kernel

  private:
    std::uint64_t                activations_ = 0;
    tlm_utils::tlm_quantumkeeper keeper_;
};

class BulkInitiator final : public sc_core::sc_module {
  public:
    explicit BulkInitiator(sc_core::sc_module_name name);

    tlm_utils::simple_initiator_socket<BulkInitiator, 32, BulkProtocol> socket;

    // Starts a transfer at `time`.now() and returns when it will have finished; does not wait. Throws
    // configs::SimulationFault when the target refuses the payload.
    Picoseconds issue(LocalTime const& time, BulkRequest const& request) { return issue_at(time.now(), request); }
    // The same of who has no thread: at `when`, which is not before the kernel's time.
    Picoseconds issue_at(Picoseconds when, BulkRequest const& request);
    // The same, and waits.
    void transfer(LocalTime& time, BulkRequest const& request) { time.wait_until(issue(time, request)); }

    TrafficBooks const& books() const { return books_; }

  private:
    TrafficBooks books_;
};

// A thread of its own that runs `program`; ends with it.
class BulkThread final : public sc_core::sc_module {
  public:
    using Program = std::function<void(BulkInitiator&, LocalTime&)>;
    BulkThread(sc_core::sc_module_name name, Program program);

    BulkInitiator initiator;
    Picoseconds   finished() const { return finished_; } // local time at the end of the program

  private:
    void run();

    Program     program_;
    Picoseconds finished_ = 0;
};

} // namespace scribeline::models
