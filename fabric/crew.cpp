#include "fabric/crew.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <utility>

namespace scribeline::fabric {

namespace {

// Tells the core that this is a waiting loop.
void relax()
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

std::size_t cores() { return std::max(1u, std::thread::hardware_concurrency()); }

constexpr int looks_while_spinning = 2000; // some tens of microseconds: longer than most steps between two quanta
constexpr int looks_while_yielding = 2000; // then sleep

} // namespace

Crew::Crew(std::uint32_t threads, std::size_t useful)
{
    std::size_t const wanted = threads == 0 ? cores() : threads;
    std::size_t const all    = std::max<std::size_t>(1, std::min(wanted, useful));
    // With more threads than cores, who spins keeps the one from working that it waits for.
    patience_ = all <= cores() ? looks_while_spinning : 1;
    for (std::size_t i = 1; i < all; ++i)
        workers_.emplace_back([this] { serve(); });
}

Crew::~Crew()
{
    {
        std::lock_guard const lock{mutex_};
        stop_.store(true);
    }
    wake_.notify_all();
    for (auto& worker : workers_)
        worker.join();
}

bool Crew::any_left() const
{
    std::uint64_t const offer = offer_.load(std::memory_order_seq_cst);
    return (offer & 0xffff) < (offer >> next_bits & 0xffff);
}

bool Crew::take_one()
{
    std::uint64_t offer = offer_.load(std::memory_order_acquire);
    for (;;) {
        std::uint64_t const next = offer & 0xffff, count = offer >> next_bits & 0xffff;
        if (next >= count)
            return false;
        if (!offer_.compare_exchange_weak(offer, offer + 1, std::memory_order_acq_rel, std::memory_order_acquire))
            continue;
        try {
            call_(work_, next);
        } catch (...) {
            std::lock_guard const lock{mutex_};
            failure_ = std::current_exception();
        }
        done_.fetch_add(1, std::memory_order_release);
        return true;
    }
}

void Crew::share(std::size_t count, Call call, void* work)
{
    SCRIBELINE_EXPECT(count < 65536);
    call_ = call; // nobody reads them: of the former offer all is done, and a new one does not stand yet
    work_ = work;
    done_.store(0, std::memory_order_relaxed);
    std::uint64_t const generation = (offer_.load(std::memory_order_relaxed) >> (next_bits + count_bits)) + 1;
    offer_.store(generation << (next_bits + count_bits) | std::uint64_t{count} << next_bits, std::memory_order_seq_cst);
    if (asleep_.load(std::memory_order_seq_cst) != 0) {
        std::lock_guard const lock{mutex_};
        wake_.notify_all();
    }
    while (take_one()) {
    }
    for (int looks = 0; done_.load(std::memory_order_acquire) != count; ++looks) {
        if (looks < patience_)
            relax();
        else
            std::this_thread::yield();
    }
    if (failure_)
        std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Crew::serve()
{
    int looks = 0;
    while (!stop_.load(std::memory_order_relaxed)) {
        if (take_one()) {
            looks = 0;
        } else if (++looks < patience_) {
            relax();
        } else if (looks < patience_ + looks_while_yielding) {
            std::this_thread::yield();
        } else {
            std::unique_lock lock{mutex_};
            asleep_.fetch_add(1, std::memory_order_seq_cst);
            wake_.wait(lock, [this] { return stop_.load() || any_left(); });
            asleep_.fetch_sub(1, std::memory_order_seq_cst);
            looks = 0;
        }
    }
}

} // namespace scribeline::fabric
