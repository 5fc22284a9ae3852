// docs/families.md is written from the table of architectures and from the families of operators.
#include "support/mixed_shapes.hpp"
#include "support/temporary_folder.hpp"
#include "workloads/architectures.hpp"
#include "workloads/mapping/families/family.hpp"
#include "workloads/operators/families.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

using namespace scribeline;
using namespace scribeline::workloads;

namespace {

std::string state_of(Architecture const& row)
{
    switch (row.recurrence) {
    case RecurrenceOf::none:
        return {};
    case RecurrenceOf::gated_delta:
        return "gated delta net";
    case RecurrenceOf::mamba2:
        return "Mamba-2";
    case RecurrenceOf::kimi_delta:
        return "Kimi's delta attention";
    case RecurrenceOf::lightning:
        return "lightning attention";
    case RecurrenceOf::short_convolution:
        return "short convolutions";
    }
    return {};
}

std::string layers_of(Architecture const& row)
{
    auto parts = std::vector<std::string>{row.latent ? "latent attention" : "attention"};
    if (row.sparse_index)
        parts.emplace_back("an index");
    if (row.window_period != 1)
        parts.push_back(row.window_period == 2 ? "a window in every other layer"
                                               : fmt::format("a window but in every {}th layer", row.window_period));
    if (row.block_index)
        parts.emplace_back("an index of blocks");
    if (row.per_layer)
        parts.emplace_back("sizes of each layer");
    if (row.two_attentions)
        parts.emplace_back("two attentions a layer");
    if (row.window_heads)
        parts.emplace_back("a window as a list says");
    if (row.two_heads || row.window_heads)
        parts.emplace_back("heads of two sizes");
    if (row.mixes_blocks)
        parts.emplace_back("sums of blocks of layers");
    if (row.output_gate != OutputGate::none)
        parts.emplace_back("an output gate");
    if (auto const state = state_of(row); !state.empty())
        parts.push_back(row.attention_in_all ? state + " in every layer" : state);
    if (row.experts)
        parts.emplace_back(row.may_be_dense ? "experts or none" : "experts");
    return fmt::format("{}", fmt::join(parts, ", "));
}

// All operators that a family's layers have in the small models of the tests.
std::string operators_of(Mixer mixer)
{
    auto params    = configs::WorkloadParams{};
    params.context = 64;
    params.kv_bits = params.activation_bits = 16;
    auto names                              = std::vector<std::string>{};
    for (auto const& shape : tests::all_shapes()) {
        auto const step = decode_step(shape, params);
        for (auto const& kind : step.kinds) {
            if (shape.mixer_of(kind.kind) != mixer)
                continue;
            for (auto const& row : mapped_mixer(mixer).steps) {
                auto const* const op = find_operator(kind.operators, row.id);
                if (op != nullptr && std::find(names.begin(), names.end(), op->name) == names.end())
                    names.push_back(op->name);
            }
        }
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string page()
{
    auto text = std::string{
        "# Families\n\nWritten by `tests/unit/workloads_families_page.cpp`; do not edit. What the "
        "operators do: [model.md](model.md#5-a-layer-on-a-region) and its section on layers that differ.\n\n"
        "## Of operators\n\nAll of them run on wafers (decode folded and by wavelet, prompts by "
        "forms), GPUs, SRAM racks and plain memory.\n\n| family | operators |\n|---|---|\n"};
    for (auto const* family : mixer_families())
        text += fmt::format("| {} | {} |\n", family->name, operators_of(family->mixer));
    text += "\n## Of models\n\nBy the class or the `model_type` of a config.json.\n\n"
            "| classes | model types | layers |\n|---|---|---|\n";
    for (auto const& row : known_architectures())
        text += fmt::format("| {} | {} | {} |\n", fmt::join(row.names, ", "), fmt::join(row.model_types, ", "),
                            layers_of(row));
    return text;
}

} // namespace

TEST_CASE("docs/families.md is what the tables of architectures and operators say")
{
    auto const path = std::string{SCRIBELINE_TESTS} + "/../docs/families.md";
    auto const text = page();
    if (auto const* update = std::getenv("SCRIBELINE_UPDATE"); update != nullptr && std::string{update} == "1")
        std::ofstream{path} << text;
    INFO("run this test with SCRIBELINE_UPDATE=1 to write docs/families.md anew");
    CHECK(tests::read_file(path) == text);
}

TEST_CASE("every operator of every small model has steps, and a class or model type belongs to one row")
{
    auto params    = configs::WorkloadParams{};
    params.context = 64;
    params.kv_bits = params.activation_bits = 16;
    for (auto const& shape : tests::all_shapes()) {
        auto const step = decode_step(shape, params);
        for (auto const& kind : step.kinds)
            for (auto const& op : kind.operators) {
                CAPTURE(shape.name, op.name);
                auto layout  = LayerLayout{};
                layout.mixer = shape.mixer_of(kind.kind);
                CHECK(writer_of(op.id, layout) != nullptr);
                CHECK(prefill_of(op.id, layout.mixer) != nullptr);
            }
    }
    auto names = std::set<std::string>{}, types = names;
    for (auto const& row : known_architectures()) {
        for (auto const* name : row.names) {
            CAPTURE(name);
            CHECK(names.insert(name).second);
        }
        for (auto const* type : row.model_types) {
            CAPTURE(type);
            CHECK(types.insert(type).second);
        }
    }
}
