// No sweep file can hurt its reader: it ends in axes with values that their parameters take, or in a UserError. Seeds
// are the files of the corpus and the shipped sweeps; mutations of them come from a fixed seed.
#include "configs/failure.hpp"
#include "configs/sweep/plan.hpp"
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
    auto files = std::vector<fs::path>{};
    for (auto const& folder : {fs::path{SCRIBELINE_TESTS} / "fuzz/corpus/sweep",
                               fs::path{SCRIBELINE_TESTS}.parent_path() / "configs/sweeps"})
        for (auto const& entry : fs::directory_iterator{folder})
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    auto texts = std::vector<std::string>{};
    for (auto const& file : files)
        texts.push_back(read_file(file.string()));
    return texts;
}

std::string mutated(std::string text, std::vector<std::string> const& others, SplitMix64& random)
{
    constexpr std::string_view signs = "[]{}=\"'#.,\n\\-0 9\t\x7f()<>e";
    for (auto edits = 1 + random.below(5); edits > 0; --edits) {
        auto const at     = random.below(text.size() + 1);
        auto const length = random.below(std::min<std::size_t>(text.size() - at, 40) + 1);
        switch (random.below(4)) {
        case 0:
            text.erase(at, length);
            break;
        case 1:
            text.insert(at, text.substr(at, length));
            break;
        case 2: {
            auto const& other = others[random.below(others.size())];
            text.insert(at, other.substr(random.below(other.size() + 1), random.below(60)));
            break;
        }
        default:
            text.insert(at, 1, signs[random.below(signs.size())]);
        }
    }
    return text;
}

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
        survives(mutated(texts[random.below(texts.size())], texts, random));
}
