// Parameters, active parameters and KV bytes per token against tables: that of the shipped models, and, where the
// folder of reference material is at hand, that of all models in it.
#include "configs/failure.hpp"
#include "support/temporary_folder.hpp"
#include "workloads/model_shape.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace scribeline;
using workloads::ModelShape;

namespace {

struct Row {
    std::string file;
    std::string parameters, active, kv; // as printed; empty: not stated
};

std::string trimmed(std::string const& text)
{
    auto const first = text.find_first_not_of(" `");
    return first == std::string::npos ? std::string{} : text.substr(first, text.find_last_not_of(" `") - first + 1);
}

// Rows such as | `llama-3-8b.json` | ... | 8.03 | 7.5 | 128.0 |: the file first, the totals last.
std::vector<Row> table_in(fs::path const& readme)
{
    auto rows  = std::vector<Row>{};
    auto lines = std::istringstream{tests::read_file(readme.string())};
    for (auto line = std::string{}; std::getline(lines, line);) {
        if (line.rfind("| `", 0) != 0)
            continue;
        auto cells = std::vector<std::string>{};
        auto rest  = std::istringstream{line.substr(1)};
        for (auto cell = std::string{}; std::getline(rest, cell, '|');)
            cells.push_back(trimmed(cell));
        REQUIRE(cells.size() >= 4);
        auto const n = cells.size();
        rows.push_back({cells[0], cells[n - 3], cells[n - 2], cells[n - 1]});
    }
    return rows;
}

// Equal to what is printed, to its last digit. A table may drop a trailing zero, so at least so many digits count.
void check_printed(double value, std::string const& printed, std::size_t least_digits)
{
    CAPTURE(value, printed);
    auto const point  = printed.find('.');
    auto const digits = point == std::string::npos ? std::size_t{0} : printed.size() - point - 1;
    auto const half   = 0.5 * std::pow(10.0, -static_cast<double>(std::max(digits, least_digits)));
    CHECK(std::fabs(value - std::stod(printed)) <= half * (1 + 1e-9));
}

void check_totals(ModelShape const& shape, Row const& row)
{
    check_printed(static_cast<double>(shape.parameters()) / 1e9, row.parameters, 2);
    check_printed(static_cast<double>(shape.active_parameters()) / 1e9, row.active, 2);
    check_printed(shape.kv_bytes_per_token(16) / 1024, row.kv, 1);
}

fs::path reference_models()
{
    auto const* const named  = std::getenv("SCRIBELINE_SHARED");
    auto const        folder = named != nullptr ? fs::path{named} : fs::path{SCRIBELINE_TESTS} / ".." / ".." / "shared";
    return folder / "models";
}

} // namespace

TEST_CASE("every shipped model has the totals that the table beside it states")
{
    auto const folder = fs::path{SCRIBELINE_TESTS} / ".." / "workloads" / "models";
    auto       listed = std::vector<std::string>{};
    for (auto const& row : table_in(folder / "README.md")) {
        CAPTURE(row.file);
        auto const name = fs::path{row.file}.stem().string();
        check_totals(workloads::read_model((folder / row.file).string()), row);
        listed.push_back(name);
    }
    std::sort(listed.begin(), listed.end());
    auto files = std::vector<std::string>{};
    for (auto const& entry : fs::directory_iterator{folder})
        if (entry.path().extension() == ".json")
            files.push_back(entry.path().stem().string());
    std::sort(files.begin(), files.end());
    CHECK(listed == files);
}

TEST_CASE("shipped models have the parameter counts that their owners published")
{
    // Billions; the technical report or model card of each. What is left out (norms, biases) is below 0.1 %.
    auto const published = std::map<std::string, double>{
        {"llama-3.1-8b", 8.03},
        {"llama-3.1-70b", 70.6},
        {"llama-3.1-405b", 405.9},
        {"llama-2-13b", 13.02},
        {"codellama-34b", 33.7},
        {"qwen2-72b", 72.71},
        {"qwen3-8b", 8.19},
        {"phi-2", 2.78},
        {"gemma-2-9b", 9.24},
        {"yi-34b", 34.4},
        // Hybrids: cards of nvidia, google and Qwen. Qwen3-Next's 80 B are rounded.
        {"nemotron-3-nano", 31.58},
        {"gemma-4", 30.7},
        {"gemma-4-26b-a4b", 25.2},
    };
    for (auto const& [name, billions] : published) {
        CAPTURE(name);
        auto const count = static_cast<double>(workloads::read_model(name).parameters()) / 1e9;
        CHECK(count == Approx(billions).epsilon(0.002));
    }
}

TEST_CASE("every reference model either has its stated totals or is refused for a stated reason")
{
    auto const folder = reference_models();
    if (!fs::exists(folder / "README.md")) {
        WARN("SKIPPED: no reference models at " << folder << "; set SCRIBELINE_SHARED to check them too");
        return;
    }
    // Refused, and the word that the message must contain.
    auto const refused = std::map<std::string, std::string>{
        {"deepseek-v4-flash", "compressed"},
        {"deepseek-v4-pro", "compressed"},
    };
    // The table leaves these out; they are the same models as two others.
    auto const same_as = std::map<std::string, std::string>{
        {"llama-2-70b-upstage", "llama-2-70b"},       {"phi-2", "phi-2"},
        {"gemma-4-26b-a4b", "gemma-4-26b-a4b"},       {"nemotron-3-nano-30b-a3b", "nemotron-3-nano"},
        {"qwen3-next-80b-a3b", "qwen3-next-80b-a3b"}, {"qwen3.5-35b-a3b", "qwen3.5-35b-a3b"},
        {"qwen3.5-397b-a17b", "qwen3.5-397b"}};

    auto const rows = table_in(folder / "README.md");
    REQUIRE(rows.size() > 50);
    for (auto const& row : rows) {
        CAPTURE(row.file);
        auto const path   = (folder / row.file).string();
        auto const reason = refused.find(fs::path{row.file}.stem().string());
        if (reason != refused.end()) {
            CHECK_THROWS_WITH(workloads::read_model(path), Catch::Contains(reason->second));
            continue;
        }
        auto shape = workloads::read_model(path);
        if (shape.name == "kimi-k3") // whose totals the table does not state, nor those of another like it
            continue;
        if (!row.parameters.empty()) {
            shape.index = {}; // which the table leaves out
            check_totals(shape, row);
        } else {
            auto const twin = workloads::read_model(same_as.at(shape.name));
            CHECK(shape.parameters() == twin.parameters());
            CHECK(shape.kv_bytes_per_token(16) == twin.kv_bytes_per_token(16));
        }
    }
}
