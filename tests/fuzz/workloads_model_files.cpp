// Whatever a config.json holds, reading it gives a shape that a decode step can be made of, or a UserError that names
// the file: no crash, no other exception, no endless loop. The corpus holds files that were found to be awkward.
#include "configs/failure.hpp"
#include "support/temporary_folder.hpp"
#include "workloads/decode_step.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace scribeline;

namespace {

std::vector<std::string> texts_in(fs::path const& folder)
{
    auto files = std::vector<fs::path>{};
    for (auto const& entry : fs::directory_iterator{folder})
        if (entry.path().extension() == ".json")
            files.push_back(entry.path());
    std::sort(files.begin(), files.end()); // the order of a directory is not the same everywhere
    auto texts = std::vector<std::string>{};
    for (auto const& file : files)
        texts.push_back(tests::read_file(file.string()));
    return texts;
}

fs::path const corpus  = fs::path{SCRIBELINE_TESTS} / "fuzz" / "corpus" / "model";
fs::path const shipped = fs::path{SCRIBELINE_TESTS} / ".." / "workloads" / "models";

// Whether it was accepted. Everything that is neither a sound shape nor a UserError fails the test.
bool accepted(std::string const& text)
{
    try {
        auto const shape   = workloads::parse_model(text, "fuzz.json", "fuzz");
        auto       params  = configs::WorkloadParams{};
        params.weight_bits = 16;
        params.context = params.kv_bits = params.activation_bits = 16;
        auto const step                                          = workloads::decode_step(shape, params);
        auto const totals                                        = workloads::totals_of(step);
        auto const sound = shape.layers > 0 && shape.head_dim > 1 && shape.heads % shape.kv_heads == 0 &&
                           totals.bytes_held == shape.weight_bytes(16) && std::isfinite(totals.flops);
        if (!sound)
            FAIL("unsound shape from: " << text);
        return true;
    } catch (configs::UserError const& error) {
        auto const message = std::string{error.what()};
        if (message.rfind("fuzz.json:", 0) != 0 || error.code() != configs::Exit::bad_config)
            FAIL("message without the file: " << message);
        return false;
    }
}

// Numbers from a seed, the same on every platform (the distributions of the library are not).
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_{seed} {}
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }

  private:
    std::mt19937_64 engine_;
};

std::string mutated(std::string text, std::vector<std::string> const& others, Dice& dice)
{
    static auto const pieces = std::array<std::string, 20>{
        "null",  "true", "-1",     "0", "1e400", "18446744073709551616", "0.5",       "\"\"", "[]",
        "{}",    "{",    "\"a\":", "]", ",",     "\"text_config\"",      "\"llama\"", "\xff", "\\u0000",
        "65537", "\n"};
    for (auto changes = 1 + dice.below(4); changes > 0; --changes) {
        auto const at     = dice.below(text.size() + 1);
        auto const length = std::min(dice.below(12), text.size() - at);
        switch (dice.below(5)) {
        case 0:
            text.erase(at, length);
            break;
        case 1:
            text.insert(at, pieces.at(dice.below(pieces.size())));
            break;
        case 2:
            text.replace(at, length, pieces.at(dice.below(pieces.size())));
            break;
        case 3:
            if (at < text.size())
                text[at] = static_cast<char>(dice.below(256));
            break;
        default: {
            auto const& other = others.at(dice.below(others.size()));
            auto const  from  = dice.below(other.size() + 1);
            text.insert(at, other.substr(from, dice.below(80)));
            break;
        }
        }
    }
    return text;
}

// Replaces the value of one line "key": value, so that the file stays JSON.
std::string with_other_value(std::string const& text, Dice& dice)
{
    static auto const values = std::array<std::string, 14>{
        "null", "0", "1", "2", "3", "7", "-5", "64", "4097", "1e308", "{}", "false", "[1, \"silu\"]", "\"x\""};
    auto colons = std::vector<std::size_t>{};
    for (auto at = text.find("\": "); at != std::string::npos; at = text.find("\": ", at + 1))
        colons.push_back(at + 3);
    if (colons.empty())
        return text;
    auto const from = colons.at(dice.below(colons.size()));
    auto const to   = text.find_first_of(",\n}", from);
    return to == std::string::npos ? text
                                   : text.substr(0, from) + values.at(dice.below(values.size())) + text.substr(to);
}

} // namespace

TEST_CASE("every file of the corpus gives a shape or a message")
{
    auto const texts = texts_in(corpus);
    REQUIRE(texts.size() >= 30);
    auto good = 0;
    for (auto const& text : texts)
        good += accepted(text) ? 1 : 0;
    CHECK(good == 2); // the tiny model, with and without a byte order mark
}

TEST_CASE("every prefix of a model file is refused")
{
    auto const text = tests::read_file((shipped / "tiny.json").string());
    auto const end  = text.rfind('}');
    for (std::size_t length = 0; length <= end; ++length) {
        CAPTURE(length);
        REQUIRE_FALSE(accepted(text.substr(0, length)));
    }
    CHECK(accepted(text));
}

TEST_CASE("files with damaged bytes give a shape or a message")
{
    auto const seed = GENERATE(1u, 2u, 3u, 4u);
    CAPTURE(seed);
    auto       dice   = Dice{seed};
    auto const models = texts_in(shipped);
    auto       texts  = texts_in(corpus);
    texts.erase(std::remove_if(texts.begin(), texts.end(), [](auto const& t) { return t.size() > 10000; }),
                texts.end());
    texts.insert(texts.end(), models.begin(), models.end());
    auto refused = 0;
    for (int i = 0; i < 4000; ++i)
        refused += accepted(mutated(texts.at(dice.below(texts.size())), texts, dice)) ? 0 : 1;
    CHECK(refused > 1000);
}

TEST_CASE("files with other values give a shape or a message")
{
    auto const seed = GENERATE(11u, 12u, 13u, 14u);
    CAPTURE(seed);
    auto       dice   = Dice{seed};
    auto const models = texts_in(shipped);
    auto       taken  = 0;
    auto const runs   = 3000;
    for (int i = 0; i < runs; ++i) {
        auto text = models.at(dice.below(models.size()));
        for (auto changes = 1 + dice.below(3); changes > 0; --changes)
            text = with_other_value(text, dice);
        taken += accepted(text) ? 1 : 0;
    }
    // Some changes are harmless and some are not: a reader that takes all or none would be a stub.
    CHECK(taken > runs / 10);
    CHECK(taken < runs * 9 / 10);
}
