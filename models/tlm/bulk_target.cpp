#include "models/tlm/bulk_target.hpp"

namespace scribeline::models {

BulkTarget::BulkTarget(sc_core::sc_module_name name, BulkServer& server, TransactionProbe* probe)
    : sc_core::sc_module{name}, socket{"socket"}, server_{server}, probe_{probe}, name_{this->name()}
{
    socket.register_b_transport(this, &BulkTarget::b_transport);
}

void BulkTarget::b_transport(int port, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay)
{
    auto const* extension = payload.get_extension<BulkExtension>();
    if (!extension || payload.get_data_ptr() || payload.get_byte_enable_ptr()) {
        payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
        return;
    }
    auto const& request = extension->request;
    if (payload.get_command() != (request.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND)) {
        payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
        return;
    }
    auto const now   = picoseconds(sc_core::sc_time_stamp());
    auto const asked = now + picoseconds(delay);
    books_.ask(request.traffic, request.bytes);
    server_.forget(now);
    auto const served = server_.serve(asked, request);
    delay             = time_of(served.finished - now);
    books_.serve(request.traffic, request.bytes);
    if (request.write) {
        written_.ask(request.traffic, request.bytes);
        written_.serve(request.traffic, request.bytes);
    }
    latency_.add(served.finished - asked);
    waiting_.add(served.started - asked);
    ++transactions_;
    if (probe_)
        probe_->transaction({name_, static_cast<std::uint32_t>(port), request, asked, served.started, served.finished});
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

} // namespace scribeline::models
