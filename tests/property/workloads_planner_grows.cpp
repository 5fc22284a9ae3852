// Does a wafer with more of anything ever reach less? By the closed forms, which compare plans, and within their error.
#include "configs/schema/resolve.hpp"
#include "workloads/mapping/planner.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

using namespace scribeline;
using namespace scribeline::workloads;

namespace {

double cycles_of(std::string const& model, configs::Parameters const& p)
{
    return plan_token(decode_step(read_model(model), p.workload), p).candidates.front().cycles_per_token;
}

void check_ladder(std::string const& model, configs::Parameters p, std::uint32_t from, std::uint32_t to,
                  std::uint32_t step, std::function<void(configs::Parameters&, std::uint32_t)> const& set)
{
    auto   fewest    = std::numeric_limits<double>::infinity();
    double fewest_at = 0;
    for (auto value = from; value <= to; value += step) {
        set(p, value);
        auto const cycles = cycles_of(model, p);
        INFO(model << " at " << value << ": " << cycles << " cycles, at " << fewest_at << ": " << fewest);
        CHECK(cycles <= fewest * (1 + error_of_forms));
        if (cycles < fewest) {
            fewest    = cycles;
            fewest_at = value;
        }
    }
}

} // namespace

TEST_CASE("more columns or rows never lower what the planner reaches by more than the error of its forms")
{
    auto const* const model = GENERATE("llama-3.1-8b", "llama-3.2-3b", "qwen3-8b");
    auto              p     = configs::machine_parameters("wse3");
    p.workload.context      = 4096;
    SECTION("columns")
    check_ladder(model, p, 600, 900, 25, [](auto& q, std::uint32_t n) { q.wafer.columns = n; });
    SECTION("rows")
    check_ladder(model, p, 1100, 1400, 25, [](auto& q, std::uint32_t n) { q.wafer.rows = n; });
}

TEST_CASE("more SRAM never lowers what the planner reaches by more than the error of its forms")
{
    auto const* const model = GENERATE("llama-3.1-8b", "llama-3.2-3b", "qwen3-8b");
    auto              p     = configs::machine_parameters("wse3");
    p.workload.context      = 4096;
    check_ladder(model, p, 49'152, 98'304, 2'048, [](auto& q, std::uint32_t n) { q.pe.sram = configs::Bytes{n}; });
}
