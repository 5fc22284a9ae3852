#include "models/tlm/kernel_context.hpp"

#include "configs/failure.hpp"
#include "models/tlm/bulk_protocol.hpp"

#include <fmt/format.h>

#ifdef SCRIBELINE_SANITIZED
#include <cstddef>
#include <pthread.h>
#include <sanitizer/asan_interface.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// Stacks of processes that never return are given back with the sanitizer's marks on them, and a later stack at the
// same place would begin with these.
extern "C" int munmap(void* place, std::size_t bytes) noexcept
{
    __asan_unpoison_memory_region(place, bytes);
    return static_cast<int>(::syscall(SYS_munmap, place, bytes));
}
#endif

namespace scribeline::models {

namespace {

// SystemC tells the address sanitizer when a process goes on on a stack of its own, and of the stack that it returns to
// what its first context knew. With several contexts that is nothing, and the next exception would find no stack.
struct StackOfThread {
    StackOfThread() = default;
    ~StackOfThread()
    {
#ifdef SCRIBELINE_SANITIZED
        pthread_attr_t about;
        if (pthread_getattr_np(pthread_self(), &about) != 0)
            return;
        void*       lowest = nullptr;
        std::size_t size   = 0;
        pthread_attr_getstack(&about, &lowest, &size);
        pthread_attr_destroy(&about);
        void* fake = nullptr;
        __sanitizer_start_switch_fiber(&fake, lowest, size);
        __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
    }
    StackOfThread(StackOfThread const&)            = delete;
    StackOfThread& operator=(StackOfThread const&) = delete;
};

} // namespace

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
        StackOfThread const after;
        sc_core::sc_start();
    } catch (sc_core::sc_report const& report) { // a socket that nothing is bound to, and the like
        throw configs::SimulationFault{fmt::format("SystemC, {}: {}", report.get_msg_type(), report.get_msg())};
    }
}

} // namespace scribeline::models
