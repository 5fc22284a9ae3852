// A measured case through the model: what runs, what it is compared with, and the verdict.
#include "models/published/run_case.hpp"
#include "support/published_cases.hpp"
#include "workloads/mapping/collective_forms.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace scribeline;
using namespace scribeline::models;
using namespace scribeline::tests;
using Catch::Matchers::Contains;

namespace {

CaseOutcome outcome_of(Cells const& cells) { return run_case(one_case(cells)); }

Cells decode_cells()
{
    return {{"kind", "decode"}, {"machine", "small"},           {"model", "tiny"},  {"region", "8x8"},
            {"context", "64"},  {"metric", "cycles_per_layer"}, {"value", "12000"}, {"set", ""}};
}

} // namespace

TEST_CASE("a transfer takes a hop's latency more for each hop, and the link's rate for each wavelet")
{
    auto const cycles = [](std::uint32_t wavelets, std::uint32_t hops, char const* machine) {
        return static_cast<double>(outcome_of({{"region", std::to_string(hops + 1) + "x1"},
                                               {"machine", machine},
                                               {"set", "wavelets=" + std::to_string(wavelets)}})
                                       .cycles);
    };
    CHECK(cycles(8, 33, "wse3") - cycles(8, 1, "wse3") == 2 * 32);
    CHECK(cycles(8, 33, "wse2") - cycles(8, 1, "wse2") == 32);
    CHECK(cycles(1064, 4, "wse3") - cycles(264, 4, "wse3") == 9 * 100);
    CHECK(cycles(1064, 4, "wse2") - cycles(264, 4, "wse2") == 800);
}

TEST_CASE("a transfer along a column takes as long as along a row")
{
    CHECK(outcome_of({{"region", "1x9"}}).cycles == outcome_of({{"region", "9x1"}}).cycles);
}

TEST_CASE("a transfer whose ends are set up beforehand is shorter by the set-up of both")
{
    // Two wavelets: few enough that the set-up of the receiver hides none of their serialisation.
    auto const included = outcome_of({{"set", "wavelets=1"}}),
               before   = outcome_of({{"set", "wavelets=1;setup=before"}});
    CHECK(included.cycles - before.cycles == 7 + 3 + 7);
}

TEST_CASE("collectives meet their closed forms, which stand beside them")
{
    for (auto const* pattern : {"chain", "broadcast", "two_level", "all_reduce:two_level", "all_reduce:chain"})
        for (auto const* region : {"36x1", "1x36"}) {
            auto const out =
                outcome_of({{"kind", "collective"}, {"machine", "wse2"}, {"model", pattern}, {"region", region}});
            CAPTURE(pattern, region, out.note);
            REQUIRE(out.simulated);
            REQUIRE(out.closed_form);
            CHECK(*out.simulated == Approx(*out.closed_form).epsilon(0.01));
        }
    auto const star = outcome_of({{"kind", "collective"}, {"machine", "wse2"}, {"model", "star"}, {"region", "36x1"}});
    CHECK(*star.simulated == *star.closed_form + 1); // its nearest sender stands a hop away
    auto const tree = outcome_of({{"kind", "collective"}, {"machine", "wse2"}, {"model", "tree"}, {"region", "64x1"}});
    CHECK(*tree.simulated ==
          Approx(*tree.closed_form).epsilon(0.2)); // docs/model.md, 3 (collectives on a line): within bounds alone
    auto const none = outcome_of({{"kind", "collective"}, {"model", "all_reduce:tree"}, {"region", "16x1"}});
    CHECK(none.simulated);
    CHECK_FALSE(none.closed_form);
}

TEST_CASE("the form of a matrix-vector product is the published one")
{
    // WaferLLM's form for K = 28, P = 600, G = 24 on a WSE-2, with a stage of 15 and 3 x 14 wavelets of payload.
    auto const out = outcome_of(
        {{"kind", "gemv"}, {"machine", "wse2"}, {"model", "512"}, {"region", "32x32"}, {"groups", "4"}, {"set", ""}});
    REQUIRE(out.closed_form);
    double const local = 16 * (7 + 16 / 4.0), reduce = 15 * (8 / 2.0 + 4 / 2.0) + (8 / 2.0 + 32) + 3 * 8;
    CHECK(*out.closed_form == Approx(local + reduce));
    CHECK(*out.simulated == Approx(*out.closed_form).epsilon(0.15));
}

TEST_CASE("a decode row is the layer that a run simulates")
{
    auto const out = outcome_of(decode_cells());
    REQUIRE(out.simulated);
    CHECK(out.fidelity != "");
    CHECK(*out.simulated == static_cast<double>(out.cycles));
    CHECK(*out.closed_form == Approx(*out.simulated).epsilon(0.3));
    auto slower   = decode_cells();
    slower["set"] = "fabric.hop_latency=2 cycles";
    CHECK(outcome_of(slower).cycles > out.cycles);
    auto per_token      = decode_cells();
    per_token["metric"] = "time_per_token";
    CHECK(*outcome_of(per_token).simulated == *out.simulated * out.measured.shape.layers);
}

TEST_CASE("a row is within, outside or without its tolerance")
{
    auto const cycles = static_cast<double>(outcome_of({}).cycles);
    auto const with   = [&](double factor, char const* tolerance) {
        return outcome_of({{"value", std::to_string(cycles / factor)}, {"tolerance_percent", tolerance}});
    };
    CHECK(with(1.05, "10").verdict == Verdict::within);
    CHECK(with(1.05, "10").deviation_percent == Approx(5).epsilon(1e-4));
    CHECK(with(0.85, "10").verdict == Verdict::outside);
    CHECK(with(0.85, "10").counts_against());
    CHECK(with(2, "").verdict == Verdict::reported);
    CHECK_FALSE(with(2, "").counts_against());
}

TEST_CASE("what does not fit is a verdict, not the end")
{
    auto cells     = decode_cells();
    cells["model"] = "llama-3-8b";
    auto const out = outcome_of(cells);
    CHECK(out.verdict == Verdict::does_not_fit);
    CHECK_THAT(out.note, Contains("does not fit"));
    CHECK_FALSE(out.simulated);
    CHECK(out.counts_against());
    cells["tolerance_percent"] = "";
    CHECK_FALSE(outcome_of(cells).counts_against());
    auto many_groups      = decode_cells();
    many_groups["groups"] = "9";
    CHECK(outcome_of(many_groups).verdict == Verdict::does_not_fit);
    CHECK(outcome_of({{"kind", "gemv"}, {"model", "1048576"}, {"region", "1x1"}, {"set", ""}}).verdict ==
          Verdict::does_not_fit);
    CHECK(outcome_of({{"set", "wavelets=100000"}}).verdict == Verdict::does_not_fit);
}

TEST_CASE("more heads than rows is no trouble")
{
    auto cells      = decode_cells();
    cells["region"] = "16x1";
    auto const out  = outcome_of(cells);
    CAPTURE(out.note);
    CHECK(out.simulated);
}

TEST_CASE("what is not built is answered so, and counts for nothing")
{
    auto batch     = decode_cells();
    batch["batch"] = "8";
    CHECK(outcome_of(batch).verdict == Verdict::not_simulated);
    CHECK_THAT(outcome_of(batch).note, Contains("batch of 8"));
}

TEST_CASE("a prefill is of all tokens of the context, in cycles of a layer or prompt tokens in a second")
{
    auto cells       = decode_cells();
    cells["kind"]    = "prefill";
    cells["metric"]  = "cycles_per_layer";
    cells["unit"]    = "cycles";
    auto const layer = outcome_of(cells);
    CAPTURE(layer.note);
    REQUIRE(layer.simulated);
    CHECK(layer.fidelity == "closed_form");
    cells["metric"]  = "prompt_tokens_per_s";
    cells["unit"]    = "tok/s";
    auto const  rate = outcome_of(cells);
    auto const& p    = rate.measured.parameters;
    REQUIRE(rate.simulated);
    CHECK(*rate.simulated ==
          Approx(p.workload.context * p.wafer.clock.value() / (*layer.simulated * rate.measured.shape.layers))
              .epsilon(1e-4));
}

TEST_CASE("mean and worst are by kind and metric, over what was simulated")
{
    auto const row = [](char const* id, CaseKind kind, double deviation, bool simulated) {
        CaseOutcome out;
        out.measured.id       = id;
        out.measured.kind     = kind;
        out.deviation_percent = deviation;
        if (simulated)
            out.simulated = 1;
        return out;
    };
    auto const list = statistics_of({row("a", CaseKind::gemv, -3, true), row("b", CaseKind::decode, 1, true),
                                     row("c", CaseKind::gemv, 1, true), row("d", CaseKind::gemv, 50, false)});
    REQUIRE(list.size() == 2);
    CHECK(list[0].kind == CaseKind::gemv);
    CHECK(list[0].rows == 2);
    CHECK(list[0].mean_percent == 2);
    CHECK(list[0].worst_percent == -3);
    CHECK(list[0].worst_id == "a");
    CHECK(list[1].rows == 1);
}
