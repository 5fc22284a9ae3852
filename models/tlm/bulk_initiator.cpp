#include "models/tlm/bulk_initiator.hpp"

#include "configs/failure.hpp"

#include <fmt/format.h>

namespace scribeline::models {

void LocalTime::advance(Picoseconds ps)
{
    keeper_.inc(time_of(ps));
    if (keeper_.need_sync())
        synchronise();
}

void LocalTime::synchronise()
{
    keeper_.sync();
    ++activations_;
}

void LocalTime::wait(sc_core::sc_event const& event)
{
    auto const before = now();
    sc_core::wait(event);
    ++activations_;
    keeper_.reset();
    if (auto const stamp = picoseconds(sc_core::sc_time_stamp()); before > stamp)
        keeper_.set(time_of(before - stamp));
}

void LocalTime::wait_until(Picoseconds when)
{
    if (when > now())
        advance(when - now());
}

BulkInitiator::BulkInitiator(sc_core::sc_module_name name) : sc_core::sc_module{name}, socket{"socket"} {}

Picoseconds BulkInitiator::issue_at(Picoseconds when, BulkRequest const& request)
{
    tlm::tlm_generic_payload payload;
    BulkExtension            extension{request};
    payload.set_command(request.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload.set_extension(&extension);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    books_.ask(request.traffic, request.bytes);

    auto const now   = picoseconds(sc_core::sc_time_stamp());
    auto       delay = time_of(when - now);
    socket->b_transport(payload, delay);
    payload.clear_extension(&extension);
    if (!payload.is_response_ok())
        throw configs::SimulationFault{fmt::format("{}: the target answers {}", name(), payload.get_response_string())};
    books_.serve(request.traffic, request.bytes);
    return now + picoseconds(delay);
}

BulkThread::BulkThread(sc_core::sc_module_name name, Program program)
    : sc_core::sc_module{name}, initiator{"port"}, program_{std::move(program)}
{
    SC_HAS_PROCESS(BulkThread);
    SC_THREAD(run);
}

void BulkThread::run()
{
    LocalTime time;
    program_(initiator, time);
    finished_ = time.now();
    time.synchronise();
}

} // namespace scribeline::models
