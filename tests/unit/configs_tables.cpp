// The tables of parameters: each row is complete, and its text goes in and comes out.
#include "configs/schema/resolve.hpp"
#include "configs/schema/table.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <set>
#include <tuple>

using namespace scribeline::configs;
using Catch::Matchers::Contains;

TEST_CASE("a row takes its key and its group from the members it stands for")
{
    CHECK(member_name<&FabricParams::hop_latency>() == "hop_latency");
    CHECK(member_name<&Parameters::fabric>() == "fabric");
    REQUIRE(find_row("fabric.hop_latency") != nullptr);
    auto parameters = default_parameters();
    find_row("fabric.hop_latency")->set(parameters, "3 cycles");
    CHECK(parameters.fabric.hop_latency == FabricCycles{3});
}

TEST_CASE("every member of every group has a row")
{
    // Sizes of the groups: a member that is added without a row changes one of them.
    auto const count = [](std::string const& name) {
        for (auto const& group : tables())
            if (group.name == name)
                return group.rows.size();
        return std::size_t{0};
    };
    // A structured binding names every member, and does not compile when one is added.
    auto const p = default_parameters();
    {
        auto const& [a, b, c, d, e, f, g, h, i] = p.wafer;
        static_cast<void>(std::tie(a, b, c, d, e, f, g, h, i));
        CHECK(count("wafer") == 9);
    }
    {
        auto const& [a, b, c, d, e, f, g] = p.fabric;
        static_cast<void>(std::tie(a, b, c, d, e, f, g));
        CHECK(count("fabric") == 7);
    }
    {
        auto const& [a, b, c] = p.scribe;
        static_cast<void>(std::tie(a, b, c));
        CHECK(count("scribe") == 3);
    }
    {
        auto const& [a, b, c, d, e, f, g, h] = p.yield;
        static_cast<void>(std::tie(a, b, c, d, e, f, g, h));
        CHECK(count("yield") == 8);
    }
    {
        auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = p.pe;
        static_cast<void>(std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n));
        CHECK(count("pe") == 14);
    }
    {
        auto const& [a] = p.software;
        static_cast<void>(a);
        CHECK(count("software") == 1);
    }
    {
        auto const& [a, b, c, d, e, f, g, h, i, j, k, l] = p.workload;
        static_cast<void>(std::tie(a, b, c, d, e, f, g, h, i, j, k, l));
        CHECK(count("workload") == 12);
    }
    {
        auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m] = p.mapping;
        static_cast<void>(std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m));
        CHECK(count("mapping") == 13);
    }
    {
        auto const& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = p.run;
        static_cast<void>(std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n));
        CHECK(count("run") == 14);
    }
    {
        auto const& [m0] = p.machine;
        static_cast<void>(m0);
        CHECK(count("machine") == 1);
    }
    {
        auto const& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20, m21,
                     m22, m23, m24, m25, m26, m27] = p.gpu;
        static_cast<void>(std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18,
                                   m19, m20, m21, m22, m23, m24, m25, m26, m27));
        CHECK(count("gpu") == 28);
    }
    {
        auto const& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18] = p.kernels;
        static_cast<void>(
            std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18));
        CHECK(count("kernels") == 19);
    }
    {
        auto const& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17] = p.nvlink;
        static_cast<void>(std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17));
        CHECK(count("nvlink") == 18);
    }
    {
        auto const& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = p.sram;
        static_cast<void>(std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12));
        CHECK(count("sram") == 13);
    }
    {
        auto const& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10] = p.plain;
        static_cast<void>(std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10));
        CHECK(count("plain") == 11);
    }
    {
        auto const& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13] = p.energy;
        static_cast<void>(std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13));
        CHECK(count("energy") == 14);
    }
    {
        auto const& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9] = p.device_energy;
        static_cast<void>(std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9));
        CHECK(count("device_energy") == 10);
    }
    {
        auto const& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12] = p.price;
        static_cast<void>(std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12));
        CHECK(count("price") == 13);
    }
    {
        auto const& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20] =
            p.engine;
        static_cast<void>(
            std::tie(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9, m10, m11, m12, m13, m14, m15, m16, m17, m18, m19, m20));
        CHECK(count("engine") == 21);
    }
    auto names = row_names();
    CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
    CHECK(tables().size() == 19);
}

TEST_CASE("every row has a help line, a source and text that is written as print() writes it")
{
    for (auto const* row : all_rows()) {
        CAPTURE(row->name());
        CHECK_FALSE(row->help.empty());
        CHECK_FALSE(row->source.empty());
        auto parameters = default_parameters();
        CHECK(row->text(parameters) == row->standard);
        for (auto const& bound : {row->lowest, row->highest}) {
            if (bound.empty())
                continue;
            if (row->choices.empty()) {
                row->set(parameters, bound);
                CHECK(row->text(parameters) == bound);
            }
        }
        for (auto const& choice : row->choices) {
            row->set(parameters, choice);
            CHECK(row->text(parameters) == choice);
        }
        CHECK(std::isnan(row->number(parameters)) == row->units.empty());
    }
}

TEST_CASE("a value outside its range is refused, and the parameter stays as it was")
{
    auto        parameters = default_parameters();
    auto const* depth      = find_row("fabric.input_queue_depth");
    auto const  before     = parameters.fabric.input_queue_depth;
    CHECK_THROWS_WITH(depth->set(parameters, "0"), Contains("0 is outside 1 .. 16"));
    CHECK_THROWS_WITH(depth->set(parameters, "17"), Contains("17 is outside 1 .. 16"));
    CHECK(parameters.fabric.input_queue_depth == before);
    CHECK_THROWS_WITH(find_row("workload.kv_bits")->set(parameters, "12"), Contains("none of 4, 8, 16"));
    CHECK(parameters.workload.kv_bits == 16);
    CHECK_THROWS_WITH(find_row("fabric.link_serialisation")->set(parameters, "7/8 cycles"), Contains("0.875 cycles"));
    CHECK_THROWS_WITH(find_row("mapping.region")->set(parameters, "16x9000"), Contains("is outside"));
}

TEST_CASE("the width of a weight is a number of bits with a share of a scale in it, or the checkpoint's")
{
    auto        parameters = default_parameters();
    auto const* row        = find_row("workload.weight_bits");
    row->set(parameters, "4.25");
    CHECK(parameters.workload.weight_bits.value == 4.25);
    CHECK(row->text(parameters) == "4.25");
    CHECK(row->number(parameters) == 4.25);
    row->set(parameters, "checkpoint");
    CHECK(parameters.workload.weight_bits.checkpoint);
    CHECK(parameters.workload.weight_bits.value == 16); // until a model is read
    CHECK(row->text(parameters) == "checkpoint");
    row->set(parameters, "16");
    CHECK(row->text(parameters) == "16");
    CHECK_THROWS_WITH(row->set(parameters, "0.5"), Contains("outside 1 .. 32"));
    CHECK_THROWS_WITH(row->set(parameters, "33"), Contains("outside 1 .. 32"));
    CHECK_THROWS_WITH(row->set(parameters, "fp8"), Contains("a number of bits, or checkpoint"));
}

TEST_CASE("an unknown key suggests the nearest, and a right key in a wrong group first of all")
{
    CHECK(did_you_mean_row("wafer.rowz") == "; did you mean 'wafer.rows'?");
    CHECK(did_you_mean_row("wafer.hop_latency") == "; did you mean 'fabric.hop_latency'?");
    CHECK(did_you_mean_row("hop_latency") == "; did you mean 'fabric.hop_latency'?");
    CHECK(did_you_mean_row("hop_latncy") == "; did you mean 'fabric.hop_latency'?");
    CHECK(did_you_mean_row("something.else_entirely").empty());
}

TEST_CASE("an enumeration's words read back, and an unknown word gets the list")
{
    for (auto const& word : words<Reduction>)
        CHECK(parse_word<Reduction>(word_for(word.value)) == word.value);
    CHECK_THROWS_WITH(parse_word<KvHeads>("fulll"),
                      Contains("is none of model, full") && Contains("did you mean 'full'"));
}
