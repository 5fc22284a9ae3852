// What `explain FILE.h5` tells.
#include "configs/failure.hpp"
#include "configs/schema/reference.hpp"
#include "results/files/run_file.hpp"
#include "results/hdf5/writer.hpp"
#include "results/views/explain_file.hpp"
#include "support/results_sample.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

#include <catch2/catch.hpp>

using namespace scribeline;
using Catch::Matchers::Contains;

namespace {

// In one line: where a line ends is no part of what is told.
std::string told(models::Outcome const& outcome, configs::Config const& config = tests::sample_config())
{
    auto const directory = tests::TemporaryFolder{};
    results::write_run(config, outcome, directory / "run.h5");
    auto text = results::explain_file(directory / "run.h5");
    for (std::istringstream in{text}; !in.eof();) {
        std::string line;
        std::getline(in, line);
        CAPTURE(line);
        CHECK(line.size() <= 100);
        CHECK((line.empty() || line.back() != ' '));
    }
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

configs::UserError refusal_of(std::string const& path)
{
    try {
        results::explain_file(path);
    } catch (configs::UserError const& error) {
        return error;
    }
    FAIL("not refused");
    throw; // never reached
}

std::size_t sentences(std::string const& text)
{
    std::regex const end{R"([a-z)%]\.( |$))"};
    return static_cast<std::size_t>(std::distance(std::sregex_iterator{text.begin(), text.end(), end}, {}));
}

} // namespace

TEST_CASE("a token's file is told: what ran, what came out, the peak, the parts, the plan, and what is assumed")
{
    auto const outcome = tests::sample_token();
    auto const text    = told(outcome);
    auto const cycles  = outcome.cycles_per_token; // 11,831
    REQUIRE(cycles == 11831);
    CHECK_THAT(text, Contains("a run of llama-3-8b on wse2") && Contains("fidelity folded"));
    CHECK_THAT(text, Contains("11,831 cycles at 1.1 GHz") && Contains("92,976 tokens a second for one user"));
    CHECK_THAT(text, Contains("3.00 % less time"));
    CHECK_THAT(text, Contains("5 requests in flight at once give 464,880 tokens a second in all"));
    CHECK_THAT(text, Contains("times what came out"));
    // 12 x (200 + 160) + 12 x 35 + 50 + 50 of 11,831 cycles; qkv has 2,400 of these 4,840.
    CHECK_THAT(text, Contains("The largest part is hops, 40.9 % of the token or 4,840 cycles"));
    CHECK_THAT(text, Contains("most of it in qkv (49.6 %), down (39.7 %) and move (8.7 %)"));
    CHECK_THAT(text, Contains("Then comes arithmetic") && Contains("Then comes reduce_stage"));
    CHECK_THAT(text, Contains("The longest operator is down"));
    // Half of the hops less: 11,831 - 2,420 cycles.
    CHECK_THAT(text, Contains("a token would take 8.56 us, 116,884 tokens a second"));
    CHECK_THAT(text, Contains("passes 26 stages on 2 wafers"));
    CHECK_THAT(text, Contains("The KV caches of 5 requests fit"));
    CHECK_THAT(text, Contains("4,200 tokens") && Contains("23,456"));
    CHECK_THAT(text, Contains("the next was 30x30 PEs, 28 stages on 2 wafers (5.2 % slower)"));
    CHECK_THAT(text, Contains("pe.task_activation (9 cycles)") && !Contains("pe.sram (48"));
    CHECK(sentences(text) >= 8);
    CHECK(sentences(text) <= 15);
}

TEST_CASE("the file of one layer is told without a plan")
{
    auto const text = told(tests::sample_outcome());
    CHECK_THAT(text, Contains("32 x the layer simulated") && Contains("of the layer or"));
    CHECK_THAT(text, !Contains("stages on") && !Contains("in flight") && !Contains("The planner took"));
    CHECK(sentences(text) >= 8);
    CHECK(sentences(text) <= 15);
}

TEST_CASE("whatever part is the largest, what is said to set it are parameters that exist")
{
    for (std::size_t part = 0; part < models::part_count; ++part) {
        auto outcome = tests::sample_outcome();
        outcome.operators.resize(1);
        auto& op       = outcome.operators.front();
        op.parts       = {};
        op.parts[part] = outcome.cycles_per_layer;
        op.end         = outcome.cycles_per_layer;
        outcome.parts  = op.parts;
        tests::add_waterfall(outcome, 24);
        auto const text = told(outcome);
        auto const from = text.find("what sets it is ");
        REQUIRE(from != std::string::npos);
        auto const       clause = text.substr(from, text.find(". ", from) - from);
        std::regex const name{R"([a-z]+\.[a-z_0-9]+)"};
        int              names = 0;
        for (auto at = std::sregex_iterator{clause.begin(), clause.end(), name}; at != std::sregex_iterator{}; ++at) {
            CAPTURE(at->str());
            CHECK_NOTHROW(configs::explain(at->str()));
            ++names;
        }
        CHECK(names > 0);
    }
}

TEST_CASE("a result file and the name of a parameter are told apart")
{
    auto const folder = tests::TemporaryFolder{};
    folder.write("results", "");
    CHECK(results::names_a_file("missing.h5"));
    CHECK(results::names_a_file(folder / "results"));
    CHECK_FALSE(results::names_a_file("fabric.hop_latency"));
    CHECK_FALSE(results::names_a_file(folder / "."));
    CHECK_FALSE(results::names_a_file(".h5"));
}

TEST_CASE("what is no result that can be told is refused with one message")
{
    using configs::Exit;
    auto const folder = tests::TemporaryFolder{};

    auto const missing = refusal_of(folder / "missing.h5");
    CHECK(missing.code() == Exit::no_input);
    CHECK_THAT(missing.what(), Contains("missing.h5"));

    folder.write("words.h5", "these are words");
    auto const words = refusal_of(folder / "words.h5");
    CHECK(words.code() == Exit::bad_config);
    CHECK_THAT(words.what(), Contains("not an HDF5 file"));

    auto const with = [&](char const* name, char const* conventions, char const* version) {
        auto file = results::hdf5::MemoryFile{};
        {
            auto root = file.root();
            root.attribute("Conventions", conventions);
            root.attribute("schema_version", version);
        }
        auto const bytes = file.image();
        folder.write(name, std::string{bytes.begin(), bytes.end()});
        return refusal_of(folder / name);
    };
    auto const other = with("other.h5", "CF-1.8", "1.0");
    CHECK(other.code() == Exit::bad_config);
    CHECK_THAT(other.what(), Contains("not a result of this simulator"));
    auto const sweep = with("sweep.h5", "Scribeline-Sweep-1.0", "1.0");
    CHECK(sweep.code() == Exit::bad_config);
    CHECK_THAT(sweep.what(), Contains("is damaged"));
    auto const older = with("older.h5", "Scribeline-1.0", "1.0");
    CHECK(older.code() == Exit::bad_config);
    CHECK_THAT(older.what(), Contains("schema 1.0 and no /waterfall") && Contains("scribeline run --from"));
    auto const later = with("later.h5", "Scribeline-2.0", "2.0");
    CHECK(later.code() == Exit::bad_config);
    CHECK_THAT(later.what(), Contains("schema version '2.0'"));
}
