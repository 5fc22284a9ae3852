// Did anything change that we did not mean to change? Six small runs, compared field by field with what they gave
// before. SCRIBELINE_UPDATE=1 writes the files anew: read their difference, and say in the commit why it is right.
// A case each, because SystemC elaborates once per process.
#include "models/wafer/wafer_system.hpp"
#include "support/models_runs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace scribeline;
using nlohmann::json;

namespace {

// Shares are kept to a millionth: sums of floating-point numbers may differ in the last digit between compilers.
double rounded(double share) { return std::round(share * 1e6) / 1e6; }

json json_of(models::Outcome const& o)
{
    json j;
    j["state_hash"]         = fmt::format("{:016x}", o.state_hash);
    j["cycles_per_layer"]   = o.cycles_per_layer;
    j["cycles_per_token"]   = o.cycles_per_token;
    j["layers"]             = o.layers;
    j["wavelets_injected"]  = o.wavelets_injected;
    j["wavelets_delivered"] = o.wavelets_delivered;
    j["wavelet_hops"]       = o.wavelet_hops;
    j["scribe_crossings"]   = o.scribe_crossings;
    j["bound_by"]           = o.bound_by;
    j["shares"]             = {{"pe_busy", rounded(o.pe_busy_share)},      {"pe_stalled", rounded(o.pe_stalled_share)},
                               {"pe_idle", rounded(o.pe_idle_share)},      {"links", rounded(o.link_utilisation)},
                               {"scribe", rounded(o.scribe_utilisation)},  {"sram", rounded(o.sram_bandwidth_share)},
                               {"arithmetic", rounded(o.arithmetic_share)}};
    for (std::size_t i = 0; i < models::part_count; ++i)
        j["parts"][models::name_of(static_cast<models::Part>(i))] = o.parts[i];
    for (auto const& op : o.operators) {
        auto& entry         = j["operators"][op.name];
        entry["end"]        = op.end;
        entry["collective"] = op.collective;
        entry["bound_by"]   = op.bound_by;
    }
    for (auto const& part : o.sram)
        j["sram"][part.name] = part.bytes;
    for (auto const& edge : o.scribe)
        j["scribe"][fmt::format("{}{}{}", edge.reticle_a, edge.side, edge.reticle_b)] = edge.wavelets;
    return j;
}

// "key: was A, is B", a line for each field that differs.
std::string changes(json const& was, json const& is)
{
    auto const  before = was.flatten(), after = is.flatten();
    std::string lines;
    for (auto const& [key, value] : before.items())
        if (!after.contains(key))
            lines += fmt::format("  {}: was {}, is gone\n", key, value.dump());
        else if (after[key] != value)
            lines += fmt::format("  {}: was {}, is {}\n", key, value.dump(), after[key].dump());
    for (auto const& [key, value] : after.items())
        if (!before.contains(key))
            lines += fmt::format("  {}: is new, {}\n", key, value.dump());
    return lines;
}

void check_golden(std::string const& name, std::vector<std::string> const& words)
{
    auto const config  = tests::config_of(words);
    auto const outcome = models::run_on_wafer(config, tests::layer_of(config.parameters));
    CHECK_NOTHROW(outcome.books.require_balanced());
    auto const is   = json_of(outcome);
    auto const file = std::filesystem::path{SCRIBELINE_TESTS} / "golden" / (name + ".json");
    if (auto const* const update = std::getenv("SCRIBELINE_UPDATE"); update != nullptr && std::string{update} == "1") {
        std::ofstream{file} << is.dump(2) << '\n';
        WARN("wrote " << file);
        return;
    }
    auto const difference = changes(json::parse(tests::read_file(file.string())), is);
    INFO("tests/golden/" << name << ".json and this run differ:\n"
                         << difference << "If that is meant: SCRIBELINE_UPDATE=1 writes the file anew.");
    CHECK(difference.empty());
}

} // namespace

TEST_CASE("the first run of a newcomer gives what it gave before") { check_golden("first_run", {}); }

TEST_CASE("an 8B layer on a corner of a WSE-2 gives what it gave before")
{
    // 32-bit activations, narrow weights, and a region over 2 x 2 reticles.
    check_golden("llama_8b_wse2",
                 {"--machine", "wse2", "--model", "llama-3-8b", "--context", "512", "--region", "120x150", "--set",
                  "workload.activation_bits=32", "--set", "workload.weight_bits=8"});
}

TEST_CASE("a layer with norms of queries and keys on a WSE-3 gives what it gave before")
{
    check_golden("qwen3_8b_wse3", {"--machine", "wse3", "--model", "qwen3-8b", "--context", "300", "--region",
                                   "130x110", "--set", "workload.weight_bits=8"});
}

TEST_CASE("a layer of parallel blocks over slow scribe lines gives what it gave before")
{
    check_golden("phi_2_slow_scribe", {"--machine", "wse2", "--model", "phi-2", "--context", "200", "--region", "80x90",
                                       "--set", "scribe.extra_latency=20 cycles", "--set", "workload.weight_bits=8",
                                       "--set", "wafer.reticle_columns=25"});
}

TEST_CASE("a layer with norms before and after, reduced along chains, gives what it gave before")
{
    check_golden("gemma_2_chain", {"--machine", "wse2", "--model", "gemma-2-2b", "--context", "100", "--region",
                                   "100x96", "--set", "mapping.reduction=chain", "--set", "workload.weight_bits=8"});
}

TEST_CASE("keys and values of full width on a small wafer, reduced along trees, give what they gave before")
{
    check_golden("tiny_full_kv_tree",
                 {"--machine", "small", "--model", "tiny", "--context", "77", "--region", "21x32", "--set",
                  "workload.kv_heads=full", "--set", "mapping.reduction=tree", "--set", "fabric.input_queue_depth=2"});
}
