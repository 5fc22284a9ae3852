// Threads that share out the reticles of one quantum. A quantum is some ten to some hundred microseconds of work, and a
// run has tens of thousands of them: so a worker that waits spins for a short while, then gives its core away, and
// sleeps only when nothing came for long (between runs, or while one thread is enough).
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace scribeline::fabric {

class Crew {
  public:
    // `threads` in all, the caller's included; 0: one per core. No more than `useful`.
    Crew(std::uint32_t threads, std::size_t useful);
    ~Crew();
    Crew(Crew const&)            = delete;
    Crew& operator=(Crew const&) = delete;

    std::size_t threads() const { return workers_.size() + 1; }

    // Calls work(i) for every i below `count`, from all threads, each i once; returns when all are done. What was
    // written before the call is seen in it, and what is written in it, after. Lower numbers are begun first. Of what
    // the calls throw, one exception is thrown here. count < 65536.
    template <class Work> void run(std::size_t count, Work&& work)
    {
        if (workers_.empty() || count < 2) {
            for (std::size_t i = 0; i < count; ++i)
                work(i);
            return;
        }
        share(
            count, [](void* w, std::size_t i) { (*static_cast<std::remove_reference_t<Work>*>(w))(i); }, &work);
    }

  private:
    using Call = void (*)(void*, std::size_t);

    void share(std::size_t count, Call call, void* work);
    void serve();
    bool take_one(); // false: nothing left to take
    bool any_left() const;

    // Generation, count and next number in one word: a worker that comes late cannot take what is not there any more.
    static constexpr std::uint64_t next_bits = 16, count_bits = 16;

    alignas(64) std::atomic<std::uint64_t> offer_{0};
    alignas(64) std::atomic<std::size_t> done_{0};
    alignas(64) std::atomic<std::uint32_t> asleep_{0};
    std::atomic<bool>        stop_{false};
    Call                     call_ = nullptr; // of the offer that stands
    void*                    work_ = nullptr;
    int                      patience_; // looks at the offer before the core is given away
    std::mutex               mutex_;    // of what follows
    std::condition_variable  wake_;
    std::exception_ptr       failure_;
    std::vector<std::thread> workers_;
};

} // namespace scribeline::fabric
