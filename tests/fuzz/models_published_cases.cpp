// No file can hurt the reader of measured cases: it ends in cases, or in a UserError that names the file and the line.
// The corpus holds files that are nasty in one way each; mutations of them, from a fixed seed, add thousands more.
#include "models/published/cases_file.hpp"
#include "support/build_kind.hpp"
#include "support/mutations.hpp"
#include "support/temporary_folder.hpp"

#include "configs/failure.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <vector>

using namespace scribeline;
using namespace scribeline::models;

namespace {

constexpr std::string_view signs = "\",;=\r\n#x.-e%:\t 09/";

// Returns whether it was a table of cases. Anything but that or a UserError escapes and fails the test.
bool survives(std::string const& text)
{
    try {
        auto const cases = parse_cases(text, "fuzzed.csv");
        for (auto const& each : cases)
            if (!(each.value > 0) || each.line == 0 || each.id.empty())
                FAIL("accepted what it should not:\n" << text);
        return !cases.empty();
    } catch (configs::UserError const& error) {
        auto const said   = std::string{error.what()};
        auto const escape = std::any_of(said.begin(), said.end(),
                                        [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; });
        if (error.code() != configs::Exit::bad_config || said.rfind("fuzzed.csv:", 0) != 0 || escape)
            FAIL("a bad message:\n" << said);
        return false;
    }
}

} // namespace

TEST_CASE("no cases file of the corpus hurts the reader")
{
    auto const files = tests::fuzz_corpus("cases");
    REQUIRE(files.size() >= 12);
    auto accepted = 0;
    for (auto const& file : files) {
        CAPTURE(file.filename().string());
        bool const fine = survives(tests::read_file(file.string()));
        accepted += fine ? 1 : 0;
        CHECK(fine == (file.filename().string().rfind("good_", 0) == 0));
    }
    CHECK(accepted >= 4);
}

TEST_CASE("no mutation of a cases file hurts the reader")
{
    auto texts = std::vector<std::string>{};
    for (auto const& file : tests::fuzz_corpus("cases"))
        texts.push_back(tests::read_file(file.string()));
    auto random   = configs::SplitMix64{20250301};
    auto accepted = 0;
    for (int i = 0; i < (tests::sanitized ? 1000 : 20000); ++i) {
        CAPTURE(i);
        accepted += survives(tests::mutated(texts[random.below(texts.size())], texts, signs, random)) ? 1 : 0;
    }
    CHECK(accepted > 0);
}
