// Every input that the fuzzer begins with, and every one that it found, ends in an answer or in one message
// (scripts/check-fuzz; tests/fuzz/harness).
#include "fuzz/harness/readers.hpp"
#include "support/mutations.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

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

TEST_CASE("edits of a result make other files, and none the file itself")
{
    auto const same = edited_result("");
    CHECK(edited_result(std::string("\0\0\1", 3)) != same);         // an object less
    CHECK(edited_result(std::string("\6\1\1\1\7", 5)) != same);     // a byte
    CHECK(edited_result(std::string("\7\0\7\0\1", 5)).size() == 4); // cut
    CHECK(edited_result("") == same);
}
