// No file can hurt the reader of measured cases: it ends in cases, or in a UserError that names the file and the line.
// The corpus holds files that are nasty in one way each; mutations of them, from a fixed seed, add thousands more.
#include "models/published/cases_file.hpp"
#include "support/build_kind.hpp"
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

std::vector<std::filesystem::path> corpus()
{
    auto files = std::vector<std::filesystem::path>{};
    for (auto const& entry :
         std::filesystem::directory_iterator{std::filesystem::path{SCRIBELINE_TESTS} / "fuzz" / "corpus" / "cases"})
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
    auto const edits = 1 + random.below(4);
    for (std::size_t i = 0; i < edits; ++i) {
        auto const at     = random.below(text.size() + 1);
        auto const length = random.below(std::min<std::size_t>(text.size() - at, 20) + 1);
        switch (random.below(5)) {
        case 0:
            text.insert(at, 1, static_cast<char>(random.below(256)));
            break;
        case 1:
            text.erase(at, length);
            break;
        case 2:
            text.insert(at, text.substr(at, length));
            break;
        case 3: {
            auto const& other = others[random.below(others.size())];
            text.insert(at, other.substr(random.below(other.size() + 1), random.below(40)));
            break;
        }
        default: {
            constexpr std::string_view signs = "\",;=\r\n#x.-e%:\t 09/";
            text.insert(at, 1, signs[random.below(signs.size())]);
        }
        }
    }
    return text;
}

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
    auto const files = corpus();
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
    for (auto const& file : corpus())
        texts.push_back(tests::read_file(file.string()));
    auto random   = Random{20250301};
    auto accepted = 0;
    for (int i = 0; i < (tests::sanitized ? 1000 : 20000); ++i) {
        CAPTURE(i);
        accepted += survives(mutated(texts[random.below(texts.size())], texts, random)) ? 1 : 0;
    }
    CHECK(accepted > 0);
}
