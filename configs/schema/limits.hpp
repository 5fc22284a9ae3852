// How much the program takes of texts that others wrote. What is refused beyond it, is refused before it is parsed;
// every reader of text has its row here, so that one can see at once which input is bounded by what.
#pragma once

#include <cstddef>
#include <cstdint>

namespace scribeline::configs {

// A whole file. /dev/zero has no end.
struct FileLimit {
    std::size_t most;     // bytes, a multiple of a MiB
    char const* expected; // "F is a folder, expected a TOML file"
    char const* no_such;  // "F: larger than 4 MiB, which no configuration is"
};

namespace limits {

constexpr FileLimit toml  = {std::size_t{4} << 20U, "a TOML file", "no configuration"};  // most have kilobytes
constexpr FileLimit model = {std::size_t{32} << 20U, "a config.json", "no config.json"}; // names of all experts: 3 MB
constexpr FileLimit cases = {std::size_t{16} << 20U, "a CSV file of measured cases", "no table of cases"};
constexpr FileLimit defect_map = {std::size_t{64} << 20U, "a defect map", "no defect map"}; // 4 million dead PEs
constexpr FileLimit lengths    = {std::size_t{64} << 20U, "a table of lengths", "no table of lengths"}; // ServeGen
constexpr FileLimit hardware   = {std::size_t{1} << 20U, "a hardware description", "no hardware description"};
constexpr FileLimit plan       = {std::size_t{1} << 30U, "the plan of a sweep", "no plan of a sweep"}; // 10^6 points

// Parts of a key, `a.b.c`, and tables and lists around it. A parser that calls itself for each of them runs out of
// stack at some ten thousand.
constexpr std::size_t toml_depth = 64;

// Mistakes of one file that are printed; a file of another kind has one in every row.
constexpr std::size_t mistakes_of_toml = 50, mistakes_of_cases = 20;

// Mistakes of one file for which a better word is looked for: that takes a look at every word there is.
constexpr std::size_t mistakes_with_advice = 1000;

// A line of a trace of requests: the hashes of a prompt of a million tokens take some 20 KB at 512 tokens a block, and
// 700 KB at 16.
constexpr std::size_t trace_line = std::size_t{16} << 20U;

// Tokens of one prompt or of one reply; the longest prompts that are served have some 10^7.
constexpr std::uint64_t request_tokens = std::uint64_t{1} << 30U;

// Sequences that `compare` decodes together; what models multiply it with then fits 64 bits.
constexpr std::uint64_t batch = std::uint64_t{1} << 20U;

} // namespace limits

} // namespace scribeline::configs
