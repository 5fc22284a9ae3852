// No file can hurt the configuration reader: it ends in a Config that reads back as itself, or in a UserError that
// names the file. The corpus holds files that are nasty in one way each; mutations of them, from a fixed seed, add
// thousands that nobody thought of. The sanitizer build runs the same.
#include "configs/schema/resolve.hpp"
#include "support/configs.hpp"
#include "support/mutations.hpp"
#include "support/run_line.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <vector>

using namespace scribeline;
using namespace scribeline::configs;
using namespace scribeline::tests;

namespace {

constexpr std::string_view signs = "[]{}=\"'#.,\n\\-0 9\t\x7f";

// Returns whether it was a configuration. Anything but a Config or a UserError escapes and fails the test.
bool survives(std::string const& text)
{
    try {
        auto const config = resolve_text(text, "fuzzed.toml");
        if (resolve_text(config.toml(), "again.toml").toml() != config.toml())
            FAIL("does not read back as itself:\n" << text);
        return true;
    } catch (UserError const& error) {
        auto const said   = std::string{error.what()};
        auto const fine   = error.code() == Exit::bad_config || error.code() == Exit::no_input;
        auto const escape = std::any_of(said.begin(), said.end(),
                                        [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; });
        if (!fine || said.empty() || said.size() > 50000 || escape)
            FAIL("a bad message:\n" << said);
        return false;
    }
}

} // namespace

TEST_CASE("no file of the corpus hurts the reader")
{
    auto const files = tests::fuzz_corpus("config");
    REQUIRE(files.size() >= 30);
    auto accepted = 0;
    for (auto const& file : files) {
        CAPTURE(file.filename().string());
        accepted += survives(read_file(file.string())) ? 1 : 0;
        // As a file, as a machine, and with what it is based on.
        for (auto const* option : {"--config", "--machine"}) {
            auto const refusal = refusal_of([&] {
                resolve(tests::run_line(std::vector<std::string>{"run", option, file.string()}));
            });
            if (refusal.code != Exit::done)
                CHECK(refusal.text.find("error: ") != std::string::npos);
        }
    }
    CHECK(accepted >= 5);
    CHECK(accepted < static_cast<int>(files.size()) / 2);
}

TEST_CASE("a file that is fine stays accepted, or no mutation would get far")
{
    CHECK(survives(read_file(std::string{SCRIBELINE_TESTS} + "/fuzz/corpus/config/all_is_well.toml")));
}

TEST_CASE("no mutation of the corpus hurts the reader")
{
    auto texts = std::vector<std::string>{};
    for (auto const& file : tests::fuzz_corpus("config"))
        if (auto text = read_file(file.string());
            text.size() < 2000) // the deep and long ones cost time and teach little
            texts.push_back(std::move(text));
    auto random = configs::SplitMix64{20240607};
    for (int i = 0; i < 20000; ++i) {
        CAPTURE(i);
        survives(tests::mutated(texts[random.below(texts.size())], texts, signs, random));
    }
}

TEST_CASE("no mutation of a written configuration hurts the reader")
{
    auto const written = resolve(tests::run_line(std::vector<std::string>{"run"})).toml();
    auto       random  = configs::SplitMix64{7};
    auto       fine    = 0;
    for (int i = 0; i < 1000; ++i) {
        CAPTURE(i);
        fine += survives(tests::mutated(written, {written}, signs, random)) ? 1 : 0;
    }
    CHECK(fine > 0);
}
