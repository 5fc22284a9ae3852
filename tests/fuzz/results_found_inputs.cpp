// Every input that the fuzzer begins with, and every one that it found, ends in an answer or in one message
// (scripts/check-fuzz; tests/fuzz/harness).
#include "fuzz/harness/readers.hpp"
#include "support/mutations.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace scribeline::tests;

TEST_CASE("no input that fuzzing knows hurts what reads it")
{
    for (auto const& reader : fuzzed_readers()) {
        auto const files = fuzz_corpus(reader.name);
        CAPTURE(reader.name);
        CHECK(files.size() >= 4);
        for (auto const& file : files) {
            INFO(file.filename().string());
            try {
                reader.read(read_file(file.string()));
            } catch (BrokenPromise const& broken) {
                FAIL_CHECK(broken.what);
            }
        }
    }
}

// A few, the same ones each time; or as many as there is time for, others for another seed: SCRIBELINE_FUZZ_SECONDS and
// SCRIBELINE_FUZZ_SEED (.ci/run, where the sanitizers are). The input that is being read stands in a file meanwhile,
// and stays there after a crash.
TEST_CASE("inputs like those that fuzzing knows hurt nothing that reads them")
{
    using Clock          = std::chrono::steady_clock;
    auto const* seconds  = std::getenv("SCRIBELINE_FUZZ_SECONDS");
    auto const* seed     = std::getenv("SCRIBELINE_FUZZ_SEED");
    auto const  patience = std::chrono::duration<double>{seconds == nullptr ? 0.0 : std::atof(seconds)};
    for (auto const& reader : fuzzed_readers()) {
        bool const of_results = std::string{reader.ending} == ".edits";
        auto const few        = of_results ? 20U : 300U;
        auto       known      = std::vector<std::string>{};
        for (auto const& file : fuzz_corpus(reader.name))
            known.push_back(read_file(file.string()));
        auto       random = scribeline::configs::SplitMix64{seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10)};
        auto const place  = std::filesystem::temp_directory_path() / (std::string{"scribeline-fuzz-"} + reader.name);
        auto       count  = 0U;
        for (auto const start = Clock::now(); seconds == nullptr ? count < few : Clock::now() - start < patience;
             ++count) {
            auto const input = mutated(known[random.below(known.size())], known, "\"'[]{}()=,.:\n\\%e-", random);
            if (seconds != nullptr)
                std::ofstream{place, std::ios::binary} << input;
            try {
                reader.read(input);
            } catch (BrokenPromise const& broken) {
                CAPTURE(reader.name, count, input);
                FAIL_CHECK(broken.what);
            }
        }
        std::filesystem::remove(place);
        if (seconds != nullptr)
            std::printf("%-11s %7u inputs\n", reader.name, count);
        CHECK(count > 0);
    }
}

TEST_CASE("edits of a result make other files, and none the file itself")
{
    auto const same = edited_result("");
    CHECK(edited_result(std::string("\0\0\1", 3)) != same);         // an object less
    CHECK(edited_result(std::string("\6\1\1\1\7", 5)) != same);     // a byte
    CHECK(edited_result(std::string("\7\0\7\0\1", 5)).size() == 4); // cut
    CHECK(edited_result("") == same);
}
