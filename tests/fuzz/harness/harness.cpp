// libFuzzer's way in: SCRIBELINE_FUZZ names the reader that gets its bytes (tests/fuzz/harness/readers.hpp).
#include "fuzz/harness/readers.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <csignal>
#include <sys/time.h>
#include <unistd.h>

// SystemC's library has a main that asks for this; nothing is simulated here.
extern "C" int sc_main(int, char**) { return 0; }

namespace {

using scribeline::tests::FuzzedReader;

FuzzedReader const& wanted()
{
    auto const* const name = std::getenv("SCRIBELINE_FUZZ");
    for (auto const& reader : scribeline::tests::fuzzed_readers())
        if (name != nullptr && reader.name == std::string{name})
            return reader;
    std::fputs("SCRIBELINE_FUZZ names the reader; there are:", stderr);
    for (auto const& reader : scribeline::tests::fuzzed_readers())
        std::fprintf(stderr, " %s", reader.name);
    std::fputs("\n", stderr);
    std::exit(64);
}

// Seconds of the processor for an input: a busy machine makes none slow.
constexpr time_t longest = 10;

void too_slow(int)
{
    constexpr char              text[]  = "broken promise: more than 10 s of the processor\n";
    [[maybe_unused]] auto const written = ::write(STDERR_FILENO, text, sizeof text - 1);
    std::abort();
}

void bound_time(time_t seconds)
{
    auto const timer = itimerval{{0, 0}, {seconds, 0}};
    ::setitimer(ITIMER_PROF, &timer, nullptr);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    static auto const& reader = wanted();
    static auto const  before = std::signal(SIGPROF, &too_slow);
    static_cast<void>(before);
    bound_time(longest);
    try {
        reader.read({reinterpret_cast<char const*>(data), size});
    } catch (scribeline::tests::BrokenPromise const& broken) {
        std::fprintf(stderr, "broken promise: %s\n", broken.what.c_str());
        std::abort();
    } // anything else that is thrown ends the process, and is found so
    bound_time(0);
    return 0;
}
