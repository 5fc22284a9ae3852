#include "models/wafer/kernel_watch.hpp"

#include "configs/failure.hpp"

#include <utility>

namespace scribeline::models {

namespace {

KernelWatch::Listener const* listening = nullptr; // of this process, as its kernel is

} // namespace

KernelWatch::KernelWatch(Listener listener) : listener_{std::move(listener)}
{
    SCRIBELINE_EXPECT(listening == nullptr);
    listening = &listener_;
}

KernelWatch::~KernelWatch() { listening = nullptr; }

KernelWatch::Listener const* KernelWatch::current() { return listening; }

} // namespace scribeline::models
