#include "models/serving/messages.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

namespace scribeline::models {

namespace {

// A payload deletes the extensions that it still has, and these stand on the stack: what is thrown by whoever takes the
// message must not leave it there.
class Carried {
  public:
    Carried(tlm::tlm_generic_payload& payload, Message& message) : payload_{payload}, extension_{&message}
    {
        payload_.set_extension(&extension_);
    }
    Carried(Carried const&)            = delete;
    Carried& operator=(Carried const&) = delete;
    ~Carried() { payload_.clear_extension(&extension_); }

  private:
    tlm::tlm_generic_payload& payload_;
    MessageExtension          extension_;
};

} // namespace

void MessageOut::send(Message& message)
{
    tlm::tlm_generic_payload payload;
    Carried const            carried{payload, message};
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    auto delay = sc_core::SC_ZERO_TIME;
    ++sent_;
    socket->b_transport(payload, delay);
    if (!payload.is_response_ok())
        throw configs::SimulationFault{fmt::format("{}: the target answers {}", name(), payload.get_response_string())};
}

MessageIn::MessageIn(sc_core::sc_module_name name, Take take)
    : sc_core::sc_module{name}, socket{"socket"}, take_{std::move(take)}
{
    socket.register_b_transport(this, &MessageIn::b_transport);
}

void MessageIn::b_transport(int, tlm::tlm_generic_payload& payload, sc_core::sc_time&)
{
    auto const* extension = payload.get_extension<MessageExtension>();
    if (extension == nullptr || extension->message == nullptr || !payload.is_write()) {
        payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
        return;
    }
    ++received_;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    take_(*extension->message);
}

} // namespace scribeline::models
