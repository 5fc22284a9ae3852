// No file can hurt the reader of traces: it ends in requests, or in a UserError that names the file. The corpus holds
// one trace of each format and files that are nasty in one way each; mutations of them, from a fixed seed, add
// thousands more.
#include "support/build_kind.hpp"
#include "support/mutations.hpp"
#include "support/temporary_folder.hpp"
#include "support/traces.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

using namespace scribeline;
using namespace scribeline::tests;

namespace {

constexpr std::string_view signs = "{}[]\",:;=\r\n#-.e09 _";

// Returns whether it was read to its end. Anything but that or a UserError escapes and fails the test.
bool survives(std::string const& text)
{
    try {
        auto next = std::uint64_t{0};
        for (auto const& each : requests_of(text)) {
            bool const earlier =
                std::all_of(each.waits_for.begin(), each.waits_for.end(), [&](auto id) { return id < next; });
            if (each.id != next++ || each.input == 0 || each.output == 0 || !earlier)
                FAIL("accepted what it should not:\n" << text);
        }
        return true;
    } catch (configs::UserError const& error) {
        auto const said   = std::string{error.what()};
        auto const escape = std::any_of(said.begin(), said.end(),
                                        [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; });
        if (error.code() != configs::Exit::bad_config || said.rfind("t:", 0) != 0 || escape)
            FAIL("a bad message:\n" << said);
        return false;
    }
}

} // namespace

TEST_CASE("no trace of the corpus hurts the reader, and each format is among them")
{
    auto const files = fuzz_corpus("trace");
    REQUIRE(files.size() >= 14);
    auto formats = std::set<std::string>{};
    for (auto const& file : files) {
        CAPTURE(file.filename().string());
        auto const text = read_file(file.string());
        bool const good = file.filename().string().rfind("good_", 0) == 0;
        CHECK(survives(text) == good);
        if (good)
            formats.insert(trace_of(text)->format());
    }
    CHECK(formats.size() >= 8);
}

TEST_CASE("no mutation of a trace hurts the reader")
{
    auto texts = std::vector<std::string>{};
    for (auto const& file : fuzz_corpus("trace"))
        texts.push_back(read_file(file.string()));
    auto       random   = configs::SplitMix64{20250301};
    auto       accepted = 0;
    auto const tries    = sanitized ? 1000 : 20000;
    for (int i = 0; i < tries; ++i) {
        CAPTURE(i);
        accepted += survives(mutated(texts[random.below(texts.size())], texts, signs, random)) ? 1 : 0;
    }
    CHECK(accepted > tries / 100); // else nothing but refusals was tested
}
