// libFuzzer's way in: SCRIBELINE_FUZZ names the reader that gets its bytes (tests/fuzz/harness/readers.hpp).
#include "fuzz/harness/readers.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

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

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    static auto const& reader = wanted();
    try {
        reader.read({reinterpret_cast<char const*>(data), size});
    } catch (scribeline::tests::BrokenPromise const& broken) {
        std::fprintf(stderr, "broken promise: %s\n", broken.what.c_str());
        std::abort();
    } // anything else that is thrown ends the process, and is found so
    return 0;
}
