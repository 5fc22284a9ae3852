#include "models/tlm/kernel_context.hpp"

#include "models/tlm/bulk_protocol.hpp"

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
    sc_core::sc_start();
}

} // namespace scribeline::models
