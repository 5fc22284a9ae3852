// Files that fuzz tests begin with, and small damage to them: the same on every platform.
#pragma once

#include "configs/sweep/sampling.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::tests {

// The files of tests/fuzz/corpus/NAME, in the order of their names.
std::vector<std::filesystem::path> fuzz_corpus(std::string const& name);

// Some bytes put in, left out, doubled or cut off, pieces of `others`, and `signs` that mean something to the reader.
std::string mutated(std::string text, std::vector<std::string> const& others, std::string_view signs,
                    configs::SplitMix64& random);

} // namespace scribeline::tests
