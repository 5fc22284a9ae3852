// What a sweep file may say, and what is answered to one that says it wrongly.
#include "configs/share.hpp"
#include "configs/sweep/plan.hpp"
#include "support/configs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace scribeline::configs;
using scribeline::tests::refusal_of;
using scribeline::tests::TemporaryFolder;

namespace {

SweepPlan plan_of(std::string const& text) { return plan_sweep(read_sweep_text(text, "s.toml", ".")); }

// One line a point: its values with blanks between.
std::vector<std::string> points_of(std::string const& text)
{
    auto lines = std::vector<std::string>{};
    for (auto const& point : plan_of(text).points) {
        auto line = std::string{};
        for (auto const& value : point.values)
            line += (line.empty() ? "" : " ") + value;
        lines.push_back(line);
    }
    return lines;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("a grid takes every combination, and the last axis of the file changes fastest")
{
    CHECK(
        points_of("machine = 'small'\n[axes]\nworkload.context = [64, 32]\nmapping.reduction = ['tree', 'chain']\n") ==
        Lines{"64 tree", "64 chain", "32 tree", "32 chain"});
    CHECK(points_of("[axes]\nmapping.reduction = ['tree', 'chain']\ncontext = [64, 32]\n") ==
          Lines{"tree 64", "tree 32", "chain 64", "chain 32"});
}

TEST_CASE("ranges are linear by steps or step, and geometric by factor, and include both ends")
{
    CHECK(points_of("[axes]\nscribe.extra_latency = { from = '0 cycles', to = '8 cycles', steps = 5 }\n") ==
          Lines{"0 cycles", "2 cycles", "4 cycles", "6 cycles", "8 cycles"});
    CHECK(points_of("[axes]\npe.sram = { from = '24 KiB', to = '96 KiB', factor = 2 }\n") ==
          Lines{"24 KiB", "48 KiB", "96 KiB"});
    CHECK(points_of("[axes]\nwafer.clock = { from = '0.8 GHz', to = '1.1 GHz', step = 0.1 }\n") ==
          Lines{"0.8 GHz", "0.9 GHz", "1 GHz", "1.1 GHz"});
    CHECK(points_of("[axes]\ncontext = { from = 10, to = 20, steps = 4 }\n") == Lines{"10", "13", "17", "20"});
    CHECK(points_of("[axes]\nfabric.hop_latency = { from = '1 cycle', to = '2 cycles', steps = 1 }\n") ==
          Lines{"1 cycle"});
}

TEST_CASE("zipped axes change together")
{
    CHECK(points_of(
              "[[zip]]\nmapping.region = ['24x24', '32x32']\nmapping.groups = [4, 6]\n[axes]\ncontext = [1, 2]\n") ==
          Lines{"24x24 4 1", "24x24 4 2", "32x32 6 1", "32x32 6 2"});
}

TEST_CASE("constraints skip points, in the units of the parameters")
{
    auto const plan =
        plan_of("constraints = ['pe.sram < 48 KiB or context <= 64', 'not machine == \"wse3\"']\n"
                "[axes]\nmachine = ['wse2', 'wse3']\npe.sram = ['32 KiB', '64 KiB']\ncontext = [64, 128]\n");
    CHECK(plan.points.size() == 3);
    CHECK(plan.skipped == 5);
}

TEST_CASE("two ways to write one configuration are one point")
{
    auto const plan = plan_of("machine = 'wse2'\n[axes]\nfabric.hop_latency = ['1 cycle', '1 cycles', '2 cycles']\n");
    CHECK(plan.points.size() == 2);
    CHECK(plan.doubled == 1);
    // Said by the machine or by the sweep: the same configuration, and another than with two cycles.
    auto const said = plan_of("machine = 'wse2'\n[axes]\nfabric.hop_latency = ['1 cycle']\ncontext = [64]\n");
    CHECK(said.points[0].id == plan.points[0].id);
    CHECK(said.points[0].id != plan.points[1].id);
}

TEST_CASE("a machine file counts by what it holds, not by where it stands")
{
    auto const one = TemporaryFolder{}, two = TemporaryFolder{};
    auto const id = [](TemporaryFolder const& folder, std::string const& machine) {
        folder.write("m.toml", machine);
        auto const file = folder.write("s.toml", "machine = './m.toml'\n[axes]\ncontext = [64]\n");
        auto const plan = plan_sweep(read_sweep_file(file));
        CHECK(plan.arguments(plan.points[0])[1] == (folder / "m.toml"));
        return plan.id();
    };
    auto const here = id(one, "base = 'small'\n");
    CHECK(here == id(two, "base = 'small'\n"));
    CHECK(here != id(two, "base = 'small'\n# another\n"));
}

TEST_CASE("the command of a point sets what is fixed and what its axes say")
{
    auto const plan = plan_of("[fixed]\nmapping.region = '24x24'\nmodel = 'tiny'\n"
                              "[axes]\nmachine = ['small']\nscribe.extra_latency = ['3 cycles']\n");
    CHECK(plan.arguments(plan.points[0]) == Lines{"--machine", "small", "--set", "mapping.region=24x24", "--set",
                                                  "workload.model=tiny", "--set", "scribe.extra_latency=3 cycles"});
}

TEST_CASE("a sweep of comparisons has a batch, and each machine hears of the parameters that it has")
{
    auto const plan =
        plan_of("command = 'compare'\n[fixed]\nmodel = 'llama-3-8b'\nfabric.hop_latency = '1 cycle'\n"
                "[axes]\nmachine = ['wse3', 'h100:8']\nworkload.batch = { from = 1, to = 4, factor = 2 }\n"
                "gpu.tensor = [4, 8]\n");
    CHECK(plan.columns == Lines{"machine", "workload.batch", "gpu.tensor"});
    REQUIRE(plan.points.size() == 9); // a wafer has no gpu.tensor: three points instead of six
    CHECK(plan.doubled == 3);
    CHECK(plan.arguments(plan.points[2]) == Lines{"--machines", "wse3", "--set", "fabric.hop_latency=1 cycle", "--set",
                                                  "workload.model=llama-3-8b", "--set", "workload.batch=4"});
    CHECK(plan.arguments(plan.points[4]) == Lines{"--machines", "h100:8", "--set", "workload.model=llama-3-8b", "--set",
                                                  "workload.batch=1", "--set", "gpu.tensor=8"});
    auto const without = plan_of("command = 'compare'\n[axes]\nmachine = ['h100:8']\n");
    CHECK(without.arguments(without.points[0]) == Lines{"--machines", "h100:8"});
    CHECK(points_of("command = 'compare'\nconstraints = ['batch < 3 or machine == \"lpx\"']\n"
                    "[axes]\nmachine = ['h100:1', 'lpx']\nbatch = [2, 3]\n") == Lines{"h100:1 2", "lpx 2", "lpx 3"});
}

TEST_CASE("the identity of a point tells what its command does, and of a run what it always did")
{
    auto const axes = std::string{"[fixed]\nmodel = 'tiny'\n[axes]\nmachine = ['small']\n"};
    auto const id   = [&](std::string const& head) { return plan_of(head + axes).points.at(0).id; };
    auto const run  = id("");
    CHECK(id("command = 'run'\n") == run);
    CHECK(id("command = 'compare'\n") != run);
    CHECK(id("command = 'yield'\n") != run);
    CHECK(id("command = 'yield'\n") != id("command = 'compare'\n"));
    auto const two = plan_of("command = 'yield'\n[fixed]\nmodel = 'tiny'\n[axes]\nmachine = ['small']\n"
                             "yield.wafers = [1000, 1001]\n");
    CHECK(two.points[0].id == id("command = 'yield'\n")); // the standard number of wafers
    CHECK(two.points[1].id != two.points[0].id);
    CHECK(two.arguments(two.points[1]) ==
          Lines{"--machine", "small", "--wafers", "1001", "--set", "workload.model=tiny"});
}

TEST_CASE("what is wrong with a sweep file is said with its place, all at once")
{
    struct Wrong {
        std::string text;
        std::string said;
    };
    auto const wrong   = GENERATE(values<Wrong>({
          {"[axes]\nfabric.hop_latencyy = ['1 cycle']\n",
           "s.toml:2:8: error: fabric.hop_latencyy: unknown parameter; did you mean 'fabric.hop_latency'?"},
          {"[axes]\nlatency_of_hops = [1]\n", "latency_of_hops: unknown parameter"},
          {"[axes]\ncontext = []\n", "axes.context: an empty list has no points"},
          {"[axes]\ncontext = { from = 8, to = 4, steps = 3 }\n",
           "axes.context: an empty range: it goes from 8 down to 4; swap them"},
          {"[axes]\ncontext = { from = 1, to = 4, steps = 0 }\n", "steps must be a number above 0"},
          {"[axes]\ncontext = { from = 1, to = 4 }\n", "needs one of steps"},
          {"[axes]\ncontext = { from = 1, to = 4, stepz = 1 }\n", "'stepz': unknown key; did you mean 'step"},
          {"[axes]\npe.sram = { from = '1 KiB', to = '1 MiB', steps = 3 }\n", "different units, 'KiB' and 'MiB'"},
          {"[axes]\nmapping.region = { from = '1x1', to = '4x4', steps = 3 }\n", "goes from number to number"},
          {"[axes]\nfabric.hop_latency = ['1 cycle', '9 cycles']\n",
           "2:34: error: axes.fabric.hop_latency: 9 cycles is outside"},
          {"[axes]\nmodel = [7]\n", "expected text in quotes"},
          {"[axes]\ncontext = 64\n", "one value belongs into [fixed]"},
          {"[axes]\nmachine = ['wse9']\n", "machine 'wse9': not known"},
          {"[[zip]]\ncontext = [1, 2]\nmapping.groups = [1, 2, 3]\n",
           "zip: mapping.groups has 3 values and context has 2"},
          {"[[zip]]\ncontext = [1, 2]\n", "zip: two lists at least"},
          {"[axes]\ncontext = [1]\n[fixed]\ncontext = 2\n", "workload.context: set twice"},
          {"machine = 'wse2'\n[axes]\nmachine = ['wse3']\n", "machine: set twice"},
          {"description = 'nothing'\n", "no axes"},
          {"[axis]\ncontext = [1]\n", "axis: unknown key; did you mean 'axes'?"},
          {"constraints = ['context < ']\n[axes]\ncontext = [1]\n",
           "constraints: expected a value at the end in 'context < '"},
          {"constraints = ['contxt < 3']\n[axes]\ncontext = [1]\n", "did you mean 'workload.context'?"},
          {"goals = ['best']\n[axes]\ncontext = [1]\n", "goals: 'best': expected 'max COLUMN' or 'min COLUMN'"},
          {"[sampling]\nmethod = 'sobl'\n[axes]\ncontext = [1]\n",
           "sampling.method: 'sobl' is none of grid, random, latin_hypercube, sobol; did you mean 'sobol'?"},
          {"[sampling]\nmethod = 'sobol'\n[axes]\ncontext = [1]\n", "sampling.samples: missing"},
          {"command = 'comapre'\n[axes]\ncontext = [1]\n",
           "1:11: error: command: 'comapre' is none of run, compare, yield; did you mean 'compare'?"},
          {"[axes]\nyield.wafers = [1, 2]\n",
           "yield.wafers: is for 'scribeline yield', and this sweep runs 'scribeline run'"},
          {"command = 'compare'\n[fixed]\nyield.wafers = 2\n[axes]\nbatch = [1]\n", "yield.wafers: is for"},
          {"command = 'compare'\n[axes]\nbatch = [0]\n", "0 is outside 1 .. 1048576"},
          {"command = 'compare'\n[axes]\nbatch = ['two']\n", "axes.batch"},
          {"[axes]\nmachine = ['wse3', 'h100:8']\n",
           "machine 'h100:8': is no wafer, and 'scribeline run' is about wafers"},
          {"machine = 'lpx'\n[axes]\ncontext = [1]\n", "1:11: error: machine 'lpx': is no wafer"},
          {"[sampling]\nsamples = 4\n[axes]\ncontext = [1]\n", "a grid takes every combination"},
    }));
    auto const refusal = refusal_of([&] { plan_of(wrong.text); });
    CAPTURE(wrong.text, refusal.text);
    CHECK(refusal.code == Exit::bad_config);
    CHECK(refusal.text.find(wrong.said) != std::string::npos);
}

TEST_CASE("a grid too large to look through is refused without looking")
{
    auto text = std::string{"[axes]\n"};
    for (auto const* name : {"context", "scribe.extra_latency", "pe.vector_setup", "pe.stream_setup"})
        text += std::string{name} +
                " = { from = " + (name[0] == 'c' ? "1, to = 1000" : "'1 cycle', to = '1000 cycles'") + ", step = 1 }\n";
    auto const refusal = refusal_of([&] { plan_of(text); });
    CAPTURE(refusal.text);
    CHECK(refusal.text.find("1e+12 combinations") != std::string::npos);
}

TEST_CASE("a sweep that is not there is answered with the nearest shipped one")
{
    auto const refusal = refusal_of([] { read_sweep_file("scribe_latncy"); });
    CHECK(refusal.code == Exit::no_input);
    CHECK(refusal.text == "no sweep file 'scribe_latncy'; did you mean 'scribe_latency'?");
}

TEST_CASE("every shipped sweep asks a question, has a goal and few points")
{
    auto const names = shared_names("configs/sweeps", ".toml");
    CHECK(names.size() >= 12);
    for (auto const& name : names) {
        CAPTURE(name);
        auto const plan = plan_sweep(read_sweep_file(name));
        CHECK(plan.description.size() > 20);
        CHECK_FALSE(plan.goals.empty());
        CHECK(plan.points.size() >= 5);
        CHECK(plan.points.size() <= 100);
        CHECK(plan.doubled == 0);
    }
}
