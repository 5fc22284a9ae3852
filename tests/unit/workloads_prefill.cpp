// How a prompt lies on a region, in which chunks it passes, and what it takes.
#include "configs/schema/resolve.hpp"
#include "support/configs.hpp"
#include "support/mixed_shapes.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/prefill_forms.hpp"
#include "workloads/mapping/prefill_plan.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;

namespace {

configs::Parameters machine(char const* name, std::uint32_t prompt, configs::GridSize region = {})
{
    auto p             = configs::machine_parameters(name);
    p.workload.context = p.workload.prompt = prompt;
    p.mapping.region                       = region;
    return p;
}

PrefillPlan plan_of(char const* model, configs::Parameters const& p)
{
    auto const step = decode_step(read_model(model), p.workload);
    return plan_prefill(step, p, plan_with_prompt(step, p));
}

double cycles(PrefillPlan const& plan, char const* name)
{
    for (auto const& op : plan.operators)
        if (op.name == name)
            return op.time.total();
    FAIL("no operator " << name);
    return 0;
}

PrefillShape dense(std::uint32_t width)
{
    PrefillShape shape;
    shape.hidden                = 512;
    shape.attention             = {{4, 2, 64, 64, true}};
    shape.feed_forward          = {{1.0, width, 1}};
    shape.operators             = {OperatorId::attention_norm, OperatorId::qkv,        OperatorId::scores,
                                   OperatorId::gate_up,        OperatorId::activation, OperatorId::down};
    shape.first_of_feed_forward = 3;
    return shape;
}

} // namespace

TEST_CASE("the published prompt lies on 600x600 PEs in tiles of 7, 7 and 24 elements")
{
    auto p              = machine("wse2", 4096, {600, 600});
    p.workload.kv_heads = configs::KvHeads::full;
    auto const step     = decode_step(read_model("llama-3-8b"), p.workload);
    auto const layout   = prefill_layout(prefill_shape(step), 7, p.mapping.region);
    CHECK(layout.steps == 600);
    CHECK(layout.hidden == 7);
    CHECK(layout.inner == 7);
    REQUIRE(layout.attention.size() == 1);
    CHECK(layout.attention[0].segment == 600);
    CHECK(layout.attention[0].query() == 7);
    CHECK(layout.attention[0].keys() == 7);
    CHECK(layout.scores(layout.attention[0]) == 49);
    REQUIRE(layout.feed_forward.size() == 1);
    CHECK(layout.feed_forward[0].width == 24);
    CHECK(layout.feed_forward[0].tokens == 7);
}

TEST_CASE("heads have segments of columns, and share their keys as in a decode step")
{
    auto const  p      = machine("wse3", 4096, {294, 294});
    auto const  step   = decode_step(read_model("llama-3.1-8b"), p.workload);
    auto const  layout = prefill_layout(prefill_shape(step), 14, p.mapping.region);
    auto const& heads  = layout.attention[0];
    CHECK(heads.segment == 36); // of 8 heads of keys
    CHECK(heads.share == 4);
    CHECK(heads.key == 4);
    CHECK(heads.query() == 16);
    CHECK(layout.scores(heads) == 4 * 14 * 14 * 9); // 294 rows of keys over 36 columns
}

TEST_CASE("on a rectangle the longer side says how many steps a product has")
{
    auto const layout = prefill_layout(dense(1024), 3, {32, 16});
    CHECK(layout.steps == 32);
    CHECK(layout.hidden == 16);
    CHECK(layout.inner == 16);
    auto const turned = prefill_layout(dense(1024), 3, {16, 32});
    CHECK(turned.steps == 32);
    CHECK(turned.hidden == 32);
    CHECK(turned.inner == 16); // two columns' worth of blocks is one column's elements
}

TEST_CASE("a product of the published kernels takes a dispatch for each element of its right tile")
{
    auto const      p = machine("wse2", 4096, {600, 600});
    MeshCosts const costs{p};
    auto const      tile = costs.tile_product(7, 7, 24);
    CHECK(tile.dispatch == 7 * 24 * 7 + 7 * 7);
    CHECK(tile.arithmetic == 7 * 24 * 2 + 81); // two cycles for seven elements; seven passes of 11.5 cycles
    CHECK(tile.sram == 0);
    // In a pipeline vectors may be the outputs: 49 dispatches of 24 elements.
    auto const other = MeshCosts{machine("wse2", 4096)}.tile_product(7, 7, 24);
    CHECK(other.dispatch == 49 * 7 + 7 * 7);
    CHECK(other.arithmetic == 49 * 6 + 81);
}

TEST_CASE("feed-forwards are a list: experts that share out the tokens take what they are asked to")
{
    auto const         p     = machine("wse2", 64, {16, 16});
    auto               shape = dense(1024);
    PrefillForms const one{shape, prefill_layout(shape, 4, {16, 16}), p, true};
    shape.feed_forward        = {{0.25, 1024, 8}}; // eight experts, two of which work on each token
    auto const         layout = prefill_layout(shape, 4, {16, 16});
    PrefillForms const eight{shape, layout, p, true};
    CHECK(layout.feed_forward[0].tokens == 1);
    auto               single = dense(1024);
    PrefillForms const share{single, prefill_layout(single, 1, {16, 16}), p, true};
    auto const         product = [](PrefillForms const& forms) { return forms.operators()[5].once.total(); };
    auto const         control = static_cast<double>(p.software.operator_overhead.count());
    CHECK(product(eight) - control == Approx(8 * (product(share) - control)));
    CHECK(eight.feed_forward() > 2 * one.feed_forward());
    CHECK(eight.attention(0) == one.attention(0));
}

TEST_CASE("queries attend to the chunks before their own, and pay for each of them")
{
    auto const         p      = machine("wse2", 64, {16, 16});
    auto const         shape  = dense(1024);
    auto const         layout = prefill_layout(shape, 4, {16, 16});
    PrefillForms const forms{shape, layout, p, true};
    double const       each = forms.attention(1) - forms.attention(0);
    CHECK(each > 0);
    CHECK(forms.attention(5) == Approx(forms.attention(0) + 5 * each));
    CHECK(forms.operators()[2].per_pair.total() == Approx(each));
}

TEST_CASE("an operator without a form is named")
{
    auto const p     = machine("wse2", 64, {16, 16});
    auto       shape = dense(1024);
    shape.operators.push_back(OperatorId::embedding);
    auto const layout  = prefill_layout(shape, 4, {16, 16});
    auto const refusal = refusal_of([&] { PrefillForms{shape, layout, p, true}; });
    CHECK(refusal.code == configs::Exit::bad_config);
    CHECK_THAT(refusal.text, Catch::Contains("embedding") && Catch::Contains("--prompt"));
}

TEST_CASE("shifts that are not hidden take longer, and need less SRAM")
{
    auto const         p      = machine("wse2", 64, {16, 16});
    auto const         shape  = dense(4096);
    auto const         layout = prefill_layout(shape, 4, {16, 16});
    PrefillForms const hidden{shape, layout, p, true}, plain{shape, layout, p, false};
    CHECK(plain.feed_forward() > hidden.feed_forward());
    CHECK(plain.attention(0) > hidden.attention(0));
    CHECK(layout.bytes(shape, p, false) < layout.bytes(shape, p, true));
}

TEST_CASE("one layer for all takes the largest chunk that fits, and as many cycles for each layer")
{
    auto p              = machine("wse2", 4096, {600, 600});
    p.workload.kv_heads = configs::KvHeads::full;
    auto const plan     = plan_of("llama-3-8b", p);
    CHECK(plan.chunks == 1);
    CHECK(plan.tokens_of_a_row == 7);
    CHECK(plan.hidden_shifts);
    CHECK(plan.cycles == Approx(32 * plan.cycles_of_a_layer));
    double sum = 0;
    for (auto const& op : plan.operators)
        sum += op.time.total();
    CHECK(sum == Approx(plan.cycles_of_a_layer));
    // Three products of query, key and value against one of the output, behind one alignment each.
    CHECK(cycles(plan, "qkv") > 2.8 * cycles(plan, "out_proj"));
    CHECK(cycles(plan, "qkv") < 3 * cycles(plan, "out_proj"));
    CHECK(plan.bytes <= plan.left);
}

TEST_CASE("a prompt that does not fit at once goes through in chunks, and longer prompts take longer")
{
    double before = 0;
    for (std::uint32_t const prompt : {512u, 4096u, 8192u, 32768u}) {
        auto       p    = machine("wse3", prompt, {294, 294});
        auto const plan = plan_of("llama-3.1-8b", p);
        CAPTURE(prompt, plan.chunks, plan.tokens_of_a_row);
        CHECK(plan.bytes <= plan.left);
        CHECK(std::uint64_t{plan.chunks} * plan.tokens_of_a_row * 294 >= prompt);
        CHECK(std::uint64_t{plan.chunks - 1} * plan.tokens_of_a_row * 294 < prompt);
        CHECK(plan.cycles > before);
        before = plan.cycles;
        if (prompt == 32768)
            CHECK(plan.chunks > 1);
    }
}

TEST_CASE("a prompt of few tokens takes what it takes to decode them, and never longer than a longer prompt")
{
    double before = 0;
    for (std::uint32_t const prompt : {1u, 2u, 16u, 64u, 100u, 150u, 256u, 257u, 1024u}) {
        auto p             = machine("wse3", 4096);
        p.workload.prompt  = prompt;
        auto const step    = decode_step(read_model("llama-3.1-8b"), p.workload);
        auto const token   = plan_token(step, p);
        auto const prefill = plan_prefill(step, p, token);
        CAPTURE(prompt, prefill.by_decode, prefill.cycles);
        CHECK(prefill.cycles > before);
        before = prefill.cycles;
        if (prompt == 1)
            CHECK(prefill.cycles == Approx(token.candidates.front().cycles_per_token));
        if (prompt <= 16)
            CHECK(prefill.cycles < (prompt + 1) * token.candidates.front().cycles_per_token);
        CHECK((prompt > 64 || prefill.by_decode));
        CHECK((prompt < 1024 || !prefill.by_decode));
        CHECK(prefill.operators.empty() == prefill.by_decode);
    }
}

TEST_CASE(
    "a prompt whose chunks have no room beside the weights goes by decode steps, and the note says what makes room")
{
    auto p             = machine("wse3", 32768);
    p.workload.prompt  = 32768;
    p.mapping.wafers   = 0; // as few as hold the model
    auto const step    = decode_step(read_model("nemotron-3-super"), p.workload);
    auto const token   = plan_token(step, p);
    auto const prefill = plan_prefill(step, p, token);
    REQUIRE(prefill.no_chunk);
    CHECK(prefill.by_decode);
    CHECK(prefill.cycles == Approx(token.candidates.front().cycles_per_token + 32767 * token.busiest).epsilon(0.01));
    REQUIRE_FALSE(prefill.notes.empty());
    CHECK_THAT(prefill.notes.front(), Catch::Contains("More wafers"));
}

TEST_CASE("in a pipeline chunks follow one another: the busiest stage bounds the prompt from below")
{
    auto const p    = machine("wse3", 4096);
    auto const plan = plan_of("llama-3.1-8b", p);
    CHECK(plan.chunks > 1);
    CHECK(plan.cycles >= plan.busiest_stage);
    CHECK(plan.cycles >= plan.first_chunk);
    CHECK(plan.cycles <= plan.busiest_stage + plan.chunks * plan.first_chunk);
    CHECK(plan.cycles < 32 * plan.cycles_of_a_layer); // all layers one after another
}

TEST_CASE("a plan that has no room for a prompt is changed within a twentieth of the token, or refused")
{
    auto const p    = machine("wse3", 4096);
    auto const step = decode_step(read_model("llama-3.1-8b"), p.workload);
    auto const fast = plan_token(step, p), roomy = plan_with_prompt(step, p);
    CHECK(roomy.candidates.front().cycles_per_token <= 1.05 * fast.candidates.front().cycles_per_token);
    CHECK(roomy.wafers == fast.wafers);
    CHECK(plan_prefill(step, p, roomy).cycles < plan_prefill(step, p, fast).cycles);

    // So that a layer just fits, and beside it nothing: each PE would hold scores of all 512 rows.
    auto       tight   = machine("wse2", 2, {2, 512});
    auto const layer   = decode_step(read_model("tiny"), tight.workload);
    tight.pe.sram      = configs::Bytes{plan_token(layer, tight).stages[0].bytes_per_pe};
    auto const refusal = refusal_of([&] { plan_of("tiny", tight); });
    CHECK(refusal.code == configs::Exit::answer_is_no);
    CHECK_THAT(refusal.text, Catch::Contains("one token to a row") && Catch::Contains("more PEs"));
}

TEST_CASE("a prompt needs a mesh")
{
    auto const refusal = refusal_of([&] { plan_of("tiny", machine("wse2", 64, {16, 1})); });
    CHECK(refusal.code == configs::Exit::bad_config);
    CHECK_THAT(refusal.text, Catch::Contains("16x1"));
}

TEST_CASE("a query attends to the chunks that its window reaches, of the first token of its own chunk")
{
    auto const p     = machine("wse2", 4096, {16, 16});
    auto const pairs = [&](std::uint32_t window, std::uint32_t before) {
        auto shape        = dense(1024);
        shape.window      = window;
        auto const layout = prefill_layout(shape, 4, {16, 16}); // chunks of 64 tokens
        return PrefillForms{shape, layout, p, true}.pairs(before);
    };
    struct Case {
        std::uint32_t window, reached; // chunks before its own
    };
    for (auto const& c : {Case{1, 1}, Case{63, 1}, Case{64, 1}, Case{65, 2}, Case{128, 2}, Case{129, 3}}) {
        CAPTURE(c.window);
        for (std::uint32_t const before : {0u, 1u, 2u, 3u, 50u})
            CHECK(pairs(c.window, before) == 1 + std::min(before, c.reached));
    }
    CHECK(pairs(0, 50) == 51); // no window: all of them
}

TEST_CASE("a prompt rotates and norms no keys in layers that take those of a layer before")
{
    auto const p     = machine("wse2", 64);
    auto       model = hybrid_shapes().back(); // a window, then the whole context, then keys of another layer
    model.qk_norm    = true;
    auto const step  = decode_step(model, p.workload);
    auto const of    = [&](std::size_t kind, char const* name) {
        auto const shape  = prefill_shape(step, kind);
        auto const layout = prefill_layout(shape, 4, {8, 8});
        auto const forms  = PrefillForms{shape, layout, p, true};
        for (auto const& op : forms.operators())
            if (op.name == name)
                return op.once.total();
        FAIL("no operator " << name);
        return 0.0;
    };
    CHECK(of(2, "rope") < of(1, "rope"));
    CHECK(of(2, "qk_norm") < of(1, "qk_norm"));
}
