#include "models/serving/messages.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

namespace scribeline::models {

void MessageOut::send(Message& message)
{
    tlm::tlm_generic_payload payload;
    MessageExtension         extension{&message};
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_extension(&extension);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    auto delay = sc_core::SC_ZERO_TIME;
    ++sent_;
    socket->b_transport(payload, delay);
    payload.clear_extension(&extension);
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
