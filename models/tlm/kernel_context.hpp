// A SystemC kernel of one's own. The library elaborates once for each simulation context, and makes modules in the one
// that its global pointer names; a program that asks several machines, one after another or in turn, gives each a
// context. What is made, notified or run within a context touches no other, and its time is its own.
//
//     KernelContext kernel;                       // first member of what owns modules: it outlives them
//     {   KernelContext::Within const here{kernel};
//         module = std::make_unique<GpuModule>(...);
//     }
//     kernel.run();                               // until nothing more happens; then again, with new work
#pragma once

namespace sc_core {
class sc_simcontext;
}

namespace scribeline::models {

class KernelContext {
  public:
    KernelContext();
    ~KernelContext();
    KernelContext(KernelContext const&)            = delete;
    KernelContext& operator=(KernelContext const&) = delete;

    class Within {
      public:
        explicit Within(KernelContext& context);
        ~Within();
        Within(Within const&)            = delete;
        Within& operator=(Within const&) = delete;

      private:
        sc_core::sc_simcontext* before_;
    };

    // The first call ends the elaboration. Not from within a process of any context. Throws configs::SimulationFault
    // with what the library reports, such as a socket that nothing is bound to, before any process has run.
    void run();

  private:
    sc_core::sc_simcontext* own_;
};

} // namespace scribeline::models
