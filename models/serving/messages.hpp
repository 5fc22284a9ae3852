// What passes between source, router and engines: requests one way, answers the other. Payloads of TLM-2.0 over sockets
// of their own protocol, so that none of them binds to a memory.
#pragma once

#include "models/serving/replica.hpp"

// systemc has no include guards against our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <systemc>
#include <tlm>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#pragma GCC diagnostic pop

#include <cstdint>
#include <functional>
#include <utility>

namespace scribeline::models {

struct Message {
    enum class Kind : std::uint8_t {
        request,   // from the source, or from an engine that took in the prompt, with keys and values
        prefilled, // from such an engine to the router: who makes the tokens?
        answer,    // to the source: a request has ended
        tool       // from the source: a tool has work
    };
    Kind        kind = Kind::request;
    Arriving    request;     // request, prefilled
    std::size_t record  = 0; // answer
    Ticks       at      = 0; // answer; tool: from when on, and as the answer until when
    std::size_t replica = 0; // prefilled: the answer of the router
    Ticks       work    = 0; // tool: as it was recorded
    Ticks       queued  = 0; // tool, the answer: without a core
};

struct MessageProtocol {
    using tlm_payload_type = tlm::tlm_generic_payload;
    using tlm_phase_type   = tlm::tlm_phase;
};

class MessageExtension final : public tlm::tlm_extension<MessageExtension> {
  public:
    explicit MessageExtension(Message* carried = nullptr) : message{carried} {}
    tlm::tlm_extension_base* clone() const override { return new MessageExtension{message}; }
    void                     copy_from(tlm::tlm_extension_base const& other) override
    {
        message = static_cast<MessageExtension const&>(other).message;
    }
    Message* message;
};

class MessageOut final : public sc_core::sc_module {
  public:
    explicit MessageOut(sc_core::sc_module_name name) : sc_core::sc_module{name}, socket{"socket"} {}

    tlm_utils::simple_initiator_socket<MessageOut, 32, MessageProtocol> socket;

    // Delivers at once. Throws configs::SimulationFault when the target refuses.
    void          send(Message& message);
    std::uint64_t sent() const { return sent_; }

  private:
    std::uint64_t sent_ = 0;
};

class MessageIn final : public sc_core::sc_module {
  public:
    using Take = std::function<void(Message&)>;
    MessageIn(sc_core::sc_module_name name, Take take);

    tlm_utils::multi_passthrough_target_socket<MessageIn, 32, MessageProtocol> socket;

    std::uint64_t received() const { return received_; }

  private:
    void b_transport(int port, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

    Take          take_;
    std::uint64_t received_ = 0;
};

} // namespace scribeline::models
