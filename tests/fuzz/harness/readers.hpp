// Everything that reads what others wrote, each as one function of bytes: for the fuzzer (tests/fuzz/harness), and for
// the test that replays what it found (tests/fuzz/results_found_inputs.cpp).
#pragma once

#include <string>
#include <vector>

namespace scribeline::tests {

struct FuzzedReader {
    char const* name;   // and folder of tests/fuzz/corpus
    char const* ending; // of its files
    // Ends for whatever bytes; throws BrokenPromise when the reader does what it must not.
    void (*read)(std::string const& bytes);
};

struct BrokenPromise {
    std::string what;
};

std::vector<FuzzedReader> const& fuzzed_readers();

// A result file, and what bytes of the fuzzer do to it: objects deleted, of other types and lengths, links, texts,
// damaged bytes. Returns the file.
std::string edited_result(std::string const& edits);
bool        damages_bytes(std::string const& edits); // or are the objects others, and the file good HDF5?

} // namespace scribeline::tests
