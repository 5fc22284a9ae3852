#include "models/tlm/kernel_context.hpp"

#include "configs/failure.hpp"
#include "models/tlm/bulk_protocol.hpp"

#include <fmt/format.h>

namespace scribeline::models {

KernelContext::KernelContext() : own_{new sc_core::sc_simcontext} {}

KernelContext::~KernelContext()
{
    Within const here{*this};
    delete own_;
}

KernelContext::Within::Within(KernelContext& context) : before_{sc_core::sc_curr_simcontext}
{
    sc_core::sc_curr_simcontext = context.own_;
}

KernelContext::Within::~Within() { sc_core::sc_curr_simcontext = before_; }

void KernelContext::run()
{
    Within const here{*this};
    try {
        sc_core::sc_start();
    } catch (sc_core::sc_report const& report) { // a socket that nothing is bound to, and the like
        throw configs::SimulationFault{fmt::format("SystemC, {}: {}", report.get_msg_type(), report.get_msg())};
    }
}

} // namespace scribeline::models
