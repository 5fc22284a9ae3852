// Wavelets of every collective of a layer, worked out by hand from what lies in a row and in a column.
#include "configs/schema/resolve.hpp"
#include "support/mixed_shapes.hpp"
#include "workloads/mapping/steps.hpp"

#include <catch2/catch.hpp>

#include <tuple>

using namespace scribeline;
using namespace scribeline::tests;
using namespace scribeline::workloads;

namespace {

// Name of the operator, line, wavelets.
using Sent = std::tuple<std::string, Line, std::uint32_t>;

struct Written {
    configs::Parameters p = configs::machine_parameters("wse3");
    DecodeStep          step;
    LayerLayout         layout;

    // On 32 columns and 16 rows; a wavelet carries two elements of 16 bits.
    Written(ModelShape const& shape, std::uint32_t batch)
    {
        p.workload.context = 64;
        p.workload.batch   = batch;
        p.mapping.region   = {32, 16};
        step               = decode_step(shape, p.workload);
        layout             = layout_of(step, 0, p.mapping.region, p);
    }

    static std::vector<Sent> collectives(Steps const& steps)
    {
        auto list = std::vector<Sent>{};
        for (auto const& each : steps.list)
            if (each.collective)
                list.emplace_back(steps.operators.at(each.op).name, each.line, each.message.wavelets);
        return list;
    }
    std::vector<Sent> layer() const { return collectives(layer_steps(step, 0, LayerPart::all, layout, nullptr, p)); }
    std::vector<Sent> of(std::string const& name) const
    {
        auto list = std::vector<Sent>{};
        for (auto const& each : layer())
            if (std::get<0>(each) == name)
                list.push_back(each);
        return list;
    }
};

// 256 elements: 8 a column. 4 heads of queries and 2 of keys, of 64 elements: a head has 8 rows, with 8 elements of it
// in each and of both heads of queries that share a head of keys. 1,024 elements of the feed-forward: 64 a row.
ModelShape dense()
{
    auto shape     = llama_like_shape("dense");
    shape.hidden   = 256;
    shape.head_dim = 64;
    shape.ffn      = 1024;
    return shape;
}

ModelShape mixture()
{
    auto shape  = dense();
    shape.ffn   = 0;
    shape.kinds = {experts(0, 64, 4, 256)};
    return with_layers(shape, shape.layers);
}

} // namespace

TEST_CASE("each collective of a dense layer carries what a row or a column has of its operator")
{
    for (std::uint32_t const batch : {1u, 4u}) {
        CAPTURE(batch);
        auto const              words = [&](std::uint32_t elements) { return (batch * elements + 1) / 2; };
        std::vector<Sent> const right{
            {"attention_norm", Line::row, words(1)},  // the sum of the squares
            {"qkv", Line::row, words(2 * 8 + 8 + 8)}, // two queries, a key, a value: 8 elements each
            {"scores", Line::head, words(2 * 2)},     // two heads, 64 tokens on 32 columns
            {"softmax", Line::row, words(2)},         // the largest of each head
            {"softmax", Line::row, words(2)},         // and the sum
            {"values", Line::row, words(2 * 8)},      //
            {"out_proj", Line::column, words(8)},     //
            {"ffn_norm", Line::row, words(1)},        //
            {"gate_up", Line::row, words(2 * 64)},    //
            {"down", Line::column, words(8)},         //
        };
        CHECK(Written{dense(), batch}.layer() == right);
    }
}

TEST_CASE("a router sends the scores of its row, all scores to all rows, and index and share of each expert chosen")
{
    // 64 experts: four a row. Of each token four are chosen.
    for (std::uint32_t const batch : {1u, 3u, 8u}) {
        CAPTURE(batch);
        std::vector<Sent> const right{{"router", Line::row, batch * 4 / 2},
                                      {"router", Line::column, batch * 64 / 2},
                                      {"router", Line::column, batch * 4 * 2 / 2}};
        CHECK(Written{mixture(), batch}.of("router") == right);
    }
}

TEST_CASE("experts send what their pairs have widened, and the hidden vector of all sequences")
{
    // 256 elements of an expert over 16 rows: 16 each, of gate and up, for four experts of the one token.
    auto const one = Written{mixture(), 1};
    CHECK(one.of("gate_up") == std::vector<Sent>{{"gate_up", Line::row, 4 * 2 * 16 / 2}});
    CHECK(one.of("down") == std::vector<Sent>{{"down", Line::column, 8 / 2}});
}

TEST_CASE("before and after the layers the hidden vector, a row's logits and the best of them are sent")
{
    // 256 words of the vocabulary: 16 a row.
    for (std::uint32_t const batch : {1u, 4u}) {
        CAPTURE(batch);
        auto const made = Written{dense(), batch};
        CHECK(Written::collectives(embedding_steps(made.step, made.layout, nullptr, made.p)) ==
              std::vector<Sent>{{"embedding", Line::column, batch * 8 / 2}});
        CHECK(Written::collectives(head_steps(made.step, made.layout, nullptr, made.p)) ==
              std::vector<Sent>{{"final_norm", Line::row, (batch + 1) / 2},
                                {"lm_head", Line::row, batch * 16 / 2},
                                {"sampling", Line::column, batch * 2}}); // a wavelet with the value, one with its index
    }
}

TEST_CASE("a layer norm sends the sum as well as the sum of the squares")
{
    auto shape = dense();
    shape.norm = Norm::layer;
    for (std::uint32_t const batch : {1u, 5u}) {
        CAPTURE(batch);
        CHECK(Written{shape, batch}.of("ffn_norm") ==
              std::vector<Sent>{{"ffn_norm", Line::row, batch}}); // 2 of 2 bytes
    }
}

TEST_CASE("elements that are rotated together lie in one PE")
{
    auto shape     = dense();
    shape.head_dim = 24; // over 8 rows: 3 each, or 4 in pairs
    auto const one = Written{shape, 1};
    CHECK(one.layout.head == 4);
    CHECK(one.of("qkv") == std::vector<Sent>{{"qkv", Line::row, (2 * 4 + 4 + 4) / 2}});
    CHECK(layout_of(shape, 64, {32, 16}, false).head == 3);
}

TEST_CASE("a step that checks a draft carries its tokens and one more, for each sequence")
{
    auto p         = configs::WorkloadParams{};
    p.batch        = 3;
    p.draft_model  = "none";
    p.draft_tokens = 4;
    CHECK(vectors_of_step(p) == 3);
    p.draft_model = "tiny";
    CHECK(vectors_of_step(p) == 15);
}

TEST_CASE("a token of a mixture uses its router and the experts that it chooses, and the model holds all of them")
{
    // 256 words and 256 elements; 4 x 64 for queries and the way back, 2 x 64 for keys and for values. Three matrices
    // of 256 x 256 an expert, and scores of 64 experts.
    auto const          shape     = mixture();
    std::uint64_t const attention = 256 * (256 + 2 * 128) + 256 * 256;
    std::uint64_t const expert = 3 * 256 * 256, router = 256 * 64;
    CHECK(shape.active_parameters() == 256 * 256 + 2 * (attention + 4 * expert + router));
    CHECK(shape.parameters() == 2 * 256 * 256 + 2 * (attention + 64 * expert + router));
}
