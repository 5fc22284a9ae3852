// No file can hurt the configuration reader: it ends in a Config that reads back as itself, or in a UserError that
// names the file. The corpus holds files that are nasty in one way each; mutations of them, from a fixed seed, add
// thousands that nobody thought of. The sanitizer build runs the same.
#include "configs/schema/resolve.hpp"
#include "support/configs.hpp"
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

std::vector<std::filesystem::path> corpus()
{
    auto files = std::vector<std::filesystem::path>{};
    for (auto const& entry :
         std::filesystem::directory_iterator{std::filesystem::path{SCRIBELINE_TESTS} / "fuzz" / "corpus" / "config"})
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

// xorshift64 (Marsaglia 2003): the same numbers on every platform.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_{seed} {}
    std::size_t below(std::size_t bound)
    {
        state_ ^= state_ << 13U;
        state_ ^= state_ >> 7U;
        state_ ^= state_ << 17U;
        return static_cast<std::size_t>(state_ % bound);
    }

  private:
    std::uint64_t state_;
};

std::string mutated(std::string text, std::vector<std::string> const& others, Random& random)
{
    auto const edits = 1 + random.below(6);
    for (std::size_t i = 0; i < edits; ++i) {
        auto const at     = random.below(text.size() + 1);
        auto const length = random.below(std::min<std::size_t>(text.size() - at, 40) + 1);
        switch (random.below(6)) {
        case 0:
            text.insert(at, 1, static_cast<char>(random.below(256)));
            break;
        case 1:
            text.erase(at, length);
            break;
        case 2:
            text.insert(at, text.substr(at, length));
            break;
        case 3:
            text.resize(at);
            break;
        case 4: {
            auto const& other = others[random.below(others.size())];
            auto const  from  = random.below(other.size() + 1);
            text.insert(at, other.substr(from, random.below(60)));
            break;
        }
        default: {
            constexpr std::string_view signs = "[]{}=\"'#.,\n\\-0 9\t\x7f";
            text.insert(at, 1, signs[random.below(signs.size())]);
        }
        }
    }
    return text;
}

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
    auto const files = corpus();
    REQUIRE(files.size() >= 30);
    auto accepted = 0;
    for (auto const& file : files) {
        CAPTURE(file.filename().string());
        accepted += survives(read_file(file.string())) ? 1 : 0;
        // As a file, as a machine, and with what it is based on.
        for (auto const* option : {"--config", "--machine"}) {
            auto const refusal = refusal_of([&] {
                resolve(read_command_line(std::vector<std::string>{"run", option, file.string()}));
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
    for (auto const& file : corpus())
        if (auto text = read_file(file.string());
            text.size() < 2000) // the deep and long ones cost time and teach little
            texts.push_back(std::move(text));
    auto random = Random{20240607};
    for (int i = 0; i < 20000; ++i) {
        CAPTURE(i);
        survives(mutated(texts[random.below(texts.size())], texts, random));
    }
}

TEST_CASE("no mutation of a written configuration hurts the reader")
{
    auto const written = resolve(read_command_line(std::vector<std::string>{"run"})).toml();
    auto       random  = Random{7};
    auto       fine    = 0;
    for (int i = 0; i < 1000; ++i) {
        CAPTURE(i);
        fine += survives(mutated(written, {written}, random)) ? 1 : 0;
    }
    CHECK(fine > 0);
}
