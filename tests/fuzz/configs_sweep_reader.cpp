// No sweep file can hurt its reader: it ends in axes with values that their parameters take, or in a UserError. Seeds
// are the files of the corpus and the shipped sweeps; mutations of them come from a fixed seed.
#include "configs/failure.hpp"
#include "configs/sweep/plan.hpp"
#include "support/mutations.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>

using namespace scribeline::configs;
using scribeline::tests::read_file;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> seeds()
{
    auto files = scribeline::tests::fuzz_corpus("sweep");
    for (auto const& entry : fs::directory_iterator{fs::path{SCRIBELINE_TESTS}.parent_path() / "configs/sweeps"})
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    auto texts = std::vector<std::string>{};
    for (auto const& file : files)
        texts.push_back(read_file(file.string()));
    return texts;
}

constexpr std::string_view signs = "[]{}=\"'#.,\n\\-0 9\t\x7f()<>e";

// Whether it was a sweep.
bool survives(std::string const& text)
{
    try {
        auto const sweep      = read_sweep_text(text, "fuzzed.toml", ".");
        auto       candidates = sweep.sampler == Sampler::grid ? 1.0 : static_cast<double>(sweep.samples);
        for (auto const& axis : sweep.axes)
            candidates *= sweep.sampler == Sampler::grid ? static_cast<double>(axis.values.size()) : 1.0;
        if (candidates > 300)
            return true;
        for (auto const& point : plan_sweep(sweep).points)
            if (point.id.size() != 64)
                FAIL("a point without identity:\n" << text);
        return true;
    } catch (UserError const& error) {
        auto const said   = std::string{error.what()};
        auto const escape = std::any_of(said.begin(), said.end(),
                                        [](char c) { return c != '\n' && static_cast<unsigned char>(c) < 0x20; });
        if (error.code() != Exit::bad_config && error.code() != Exit::no_input)
            FAIL("a bad exit code:\n" << said);
        if (said.empty() || said.size() > 50000 || escape)
            FAIL("a bad message:\n" << said);
        return false;
    }
}

} // namespace

TEST_CASE("no sweep file of the corpus and no mutation of one hurts the reader")
{
    auto const texts = seeds();
    REQUIRE(texts.size() >= 6);
    auto accepted = 0;
    for (auto const& text : texts)
        accepted += survives(text) ? 1 : 0;
    CHECK(accepted >= 2);
    auto random = SplitMix64{20240607};
    for (int i = 0; i < 1500; ++i)
        survives(scribeline::tests::mutated(texts[random.below(texts.size())], texts, signs, random));
}
