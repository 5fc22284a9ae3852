// Does the model meet what was measured on wafers? Every row of results/published/wafer.csv, within its tolerance.
#include "fabric/mesh.hpp"
#include "support/build_kind.hpp"
#include "support/models_runs.hpp"
#include "support/temporary_folder.hpp"
#include "workloads/mapping/gemv.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>

using namespace scribeline;

namespace {

using Row = std::map<std::string, std::string>; // column -> cell

// Cells may be quoted; a quoted cell may hold commas.
std::vector<std::string> cells_of(std::string const& line)
{
    std::vector<std::string> cells{""};
    bool                     quoted = false;
    for (char const c : line) {
        if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            cells.emplace_back();
        else
            cells.back() += c;
    }
    return cells;
}

std::map<std::string, Row> rows()
{
    auto const file  = std::filesystem::path{SCRIBELINE_TESTS} / ".." / "results" / "published" / "wafer.csv";
    auto       lines = std::istringstream{tests::read_file(file.string())};
    auto       line  = std::string{};
    std::getline(lines, line);
    auto const                 columns = cells_of(line);
    std::map<std::string, Row> list;
    while (std::getline(lines, line)) {
        auto const cells = cells_of(line);
        CAPTURE(line);
        REQUIRE(cells.size() == columns.size());
        Row row;
        for (std::size_t i = 0; i < columns.size(); ++i)
            row[columns[i]] = cells[i];
        REQUIRE(list.emplace(row["case_id"], row).second);
    }
    return list;
}

configs::Parameters parameters_of(Row const& row)
{
    std::vector<std::string> words{"--machine", row.at("machine")};
    if (row.at("kind") == "decode") {
        words.insert(words.end(), {"--model", row.at("model"), "--region", row.at("region"), "--context",
                                   row.at("context"), "--set", "mapping.groups=" + row.at("groups")});
        auto sets = std::istringstream{row.at("set")};
        for (auto set = std::string{}; std::getline(sets, set, ';');)
            words.insert(words.end(), {"--set", set});
    }
    return tests::config_of(words).parameters;
}

std::uint64_t cycles(workloads::Program const& program, configs::Parameters const& p)
{
    fabric::Mesh mesh{program, p};
    auto const   end = mesh.run();
    for (auto const& entry : mesh.books()) {
        CAPTURE(entry.name);
        CHECK(entry.balanced());
    }
    return end;
}

std::uint64_t simulated(Row const& row)
{
    auto const p = parameters_of(row);
    if (row.at("kind") == "decode")
        return cycles(tests::layer_of(p).program, p);
    REQUIRE(row.at("kind") == "gemv");
    auto const side = static_cast<std::uint32_t>(std::stoul(row.at("region")));
    REQUIRE(row.at("region") == std::to_string(side) + "x" + std::to_string(side));
    return cycles(workloads::map_gemv(static_cast<std::uint32_t>(std::stoul(row.at("model"))), side,
                                      static_cast<std::uint32_t>(std::stoul(row.at("groups"))), p)
                      .program,
                  p);
}

void check_row(std::string const& case_id)
{
    if (tests::sanitized) {
        WARN("a region of this size takes minutes under the sanitizers: left out");
        return;
    }
    auto const   row       = rows().at(case_id);
    double const published = std::stod(row.at("value")), tolerance = std::stod(row.at("tolerance_percent"));
    double const measured  = static_cast<double>(simulated(row));
    double const deviation = 100 * (measured / published - 1);
    std::printf("%s: %.0f cycles, published %.0f: %+.2f %%\n", case_id.c_str(), measured, published, deviation);
    CAPTURE(case_id, measured, published, deviation, row.at("source"));
    CHECK(std::fabs(deviation) <= tolerance);
}

} // namespace

// A case each, so that they run beside one another.
TEST_CASE("a matrix-vector product takes the cycles that were published") { check_row("gemv-16384-600"); }
TEST_CASE("a layer of LLaMA3-8B takes the cycles that were published") { check_row("decode-llama-3-8b-420"); }
TEST_CASE("a layer of QWen2-72B takes the cycles that were published") { check_row("decode-qwen2-72b-420"); }

TEST_CASE("every published row has a source, a tolerance, and a case above")
{
    std::vector<std::string> const cases{"decode-llama-3-8b-420", "decode-qwen2-72b-420", "gemv-16384-600"};
    std::vector<std::string>       listed;
    for (auto const& [case_id, row] : rows()) {
        CAPTURE(case_id);
        listed.push_back(case_id);
        CHECK_FALSE(row.at("source").empty());
        CHECK(row.at("unit") == "cycles"); // published times use three different clocks
        CHECK(row.at("batch") == "1");
        CHECK(std::stod(row.at("tolerance_percent")) <= 10);
        CHECK_NOTHROW(parameters_of(row));
    }
    CHECK(listed == cases);
}

// At batch 1 distance and stages decide: a larger grid is slower, although its PEs have less to do.
TEST_CASE("a layer of LLaMA3-8B is faster on 420x420 than on 660x660")
{
    if (tests::sanitized) {
        WARN("regions of this size take minutes under the sanitizers: left out");
        return;
    }
    auto const run = [](char const* region, char const* groups) {
        auto const p =
            tests::config_of({"--machine", "wse2", "--model", "llama-3-8b", "--context", "4096", "--region", region,
                              "--set", "workload.kv_heads=full", "--set", std::string{"mapping.groups="} + groups})
                .parameters;
        return cycles(tests::layer_of(p).program, p);
    };
    CHECK(run("420x420", "20") < run("660x660", "22"));
}
