// `scribeline compare` as a person uses it: words, exit codes and the file.
#include "results/hdf5/reader.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include <sstream>

using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;
using Json = nlohmann::json;

namespace {

auto compare(std::vector<std::string> more)
{
    more.insert(more.begin(), "compare");
    return run_scribeline(more);
}

std::string const everything = "wse3:4,h100:8,b200:8,rubin-nvl72,lpx,plain-memory";

} // namespace

TEST_CASE("a 70B model on machines of every kind is one table")
{
    auto const run = compare({"--model", "llama-3.1-70b", "--context", "8192", "--machines", everything});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.err.empty());
    for (auto const* word : {"wse3:4", "h100:8", "b200:8", "rubin-nvl72", "lpx", "plain-memory", "fits", "missing",
                             "time to first token", "time per token", "served",
                             "of peak bandwidth", "bound by", "fidelity", "Assumed parameters"})
        CHECK(run.out.find(word) != std::string::npos);
    auto lines = std::istringstream{run.out};
    for (std::string line; std::getline(lines, line);)
        CHECK(line.size() <= 100);
}

TEST_CASE("what does not fit is a row with the reason and the bytes missing")
{
    auto const run = compare(
        {"--model", "llama-3.1-70b", "--context", "8192", "--machines", "wse3:1,h100:1,h100:8", "--format", "json"});
    INFO(run);
    CHECK(run.exit_code == 0);
    auto const rows = Json::parse(run.out).at("rows");
    REQUIRE(rows.size() == 3);
    for (int i = 0; i < 2; ++i) {
        CHECK(rows[i].at("fits") == false);
        CHECK(rows[i].at("reason").get<std::string>().find("does not fit") != std::string::npos);
        CHECK(rows[i].at("missing").get<double>() > 60e9); // 141 GB of weights on 40 and 80 GB
        CHECK(rows[i].at("memory_share").get<double>() > 1);
        CHECK(rows[i].at("time_per_token").is_null());
    }
    CHECK(rows[2].at("fits") == true);
    CHECK(rows[2].at("reason") == "");
}

TEST_CASE("the answer is no when no machine holds the model")
{
    auto const run = compare({"--model", "llama-3.1-70b", "--machines", "h100:1"});
    INFO(run);
    CHECK(run.exit_code == 1);
    CHECK(run.out.find("does not fit") != std::string::npos);
}

TEST_CASE("several contexts show where a wafer stops to hold the model and what is fastest then")
{
    auto const run =
        compare({"--model", "llama-3.1-8b", "--context", "4096,131072", "--machines", "wse3:1,h100:8", "--batch", "2"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.out.find("Tokens/s of one user, by context") != std::string::npos);
    CHECK(run.out.find("from 4,096 tokens: wse3:1 is the fastest") != std::string::npos);
    CHECK(run.out.find("from 131,072 tokens: h100:8 is the fastest") != std::string::npos);
    CHECK(run.out.find("wse3:1 holds it up to 4,096 tokens, and not 131,072") != std::string::npos);
}

TEST_CASE("what is wrong is refused before anything runs, and no file is left")
{
    auto const folder = TemporaryFolder{};
    auto const output = folder / "out.h5";
    struct Refusal {
        std::vector<std::string> arguments;
        int                      exit_code;
        std::string              word;
    };
    for (auto const& each : std::vector<Refusal>{
             {{"--machines", "wse3,h10"}, 66, "did you mean 'h100'?"},
             {{}, 64, "--machines"},
             {{"--machines", "wse3,,h100"}, 64, "between two commas"},
             {{"--machines", "h100,h100"}, 64, "named twice"},
             {{"--machines", "h100:0"}, 64, "at least 1"},
             {{"--machines", "h100", "--batch", "0"}, 64, "0 is outside 1 .. 1048576"},
             {{"--machines", "h100", "--batch", "few"}, 64, "--batch"},
             {{"--machines", "h100", "--batch", "4611686018427387904", "--context", "4096"},
              64,
              "--batch (workload.batch): too large"},
             {{"--machines", "h100", "--context", "4096,0"}, 64, "context"},
             {{"--machines", "h100", "--set", "fabric.hop_latency=2 cycles"}, 64, "none of the machines"},
             {{"--machines", "h100,wse3", "--set", "gpu.sm=3"}, 64, "unknown key"},
             {{"--machines", "h100", "--region", "8x8"}, 64, "unknown option"},
             {{"--machines", "h100", "--model", "llama-9"}, 66, "llama-9"},
             {{"--machines", "h100", "--trace"}, 64, "Add --modules"},
             {{"--machines", "h100", "--set", "gpu.weights_tier=tape"}, 64, "gpu.weights_tier"},
         }) {
        auto arguments = each.arguments;
        arguments.insert(arguments.end(), {"-o", output});
        auto const run = compare(arguments);
        INFO(run);
        CHECK(run.exit_code == each.exit_code);
        CHECK(run.err.find(each.word) != std::string::npos);
        CHECK(folder.names().empty());
    }
}

TEST_CASE("a parameter is set where a machine has it, and the table shows what it changes")
{
    auto const speed = [](std::vector<std::string> const& more) {
        auto arguments =
            std::vector<std::string>{"--machines", "wse3,h100:8", "--model", "llama-3.1-8b", "--format", "json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        auto const rows = Json::parse(compare(arguments).out).at("rows");
        return std::pair{rows[0].at("time_per_token").get<double>(), rows[1].at("time_per_token").get<double>()};
    };
    auto const as_is  = speed({});
    auto const faster = speed({"--set", "gpu.memory_bandwidth=6.7 TB/s"});
    CHECK(faster.first == as_is.first);
    CHECK(faster.second < as_is.second);
}

TEST_CASE("GPUs run as SystemC modules where that is asked for, and take nearly the same time")
{
    auto const row = [](std::vector<std::string> more) {
        more.insert(more.end(),
                    {"--machines", "h100:8,lpx", "--model", "llama-3.1-8b", "--batch", "2", "--format", "json"});
        return Json::parse(compare(more).out).at("rows");
    };
    auto const kernels = row({}), modules = row({"--modules"});
    CHECK(kernels[0].at("fidelity") == "kernels");
    CHECK(modules[0].at("fidelity") == "modules");
    auto const time = modules[0].at("time_per_token").get<double>();
    CHECK(time == Approx(kernels[0].at("time_per_token").get<double>()).epsilon(0.005));
    auto sum = 0.0;
    for (auto const& [name, part] : modules[0].at("parts").items())
        sum += part.get<double>();
    CHECK(sum == Approx(time));
    CHECK(modules[1] == kernels[1]);
}

TEST_CASE("a cache that HBM has no room for goes to the host's memory where that is asked for")
{
    auto const row = [](std::vector<std::string> more) {
        more.insert(more.end(), {"--machines", "h100:1", "--model", "llama-3.1-8b", "--batch", "64", "--context",
                                 "8192", "--format", "json"});
        return Json::parse(compare(more).out).at("rows")[0];
    };
    CHECK(row({}).at("fits") == false);
    auto const with = row({"--set", "gpu.kv_tier=ddr5_4800_8ch"});
    CHECK(with.at("fits") == true);
    CHECK(with.at("parts").at("host_memory").get<double>() > 0);
    CHECK(with.dump().find("ddr5_4800_8ch") != std::string::npos);
}

TEST_CASE("parallelism that does not divide the heads is a row with the reason")
{
    auto const run = compare({"--machines", "h100:8,plain-memory", "--model", "llama-3.1-8b", "--set", "gpu.tensor=3"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.out.find("does not divide the 32 heads") != std::string::npos);
}

TEST_CASE("the file of a comparison has a group for each machine that says the same as the report")
{
    auto const folder = TemporaryFolder{};
    auto const path   = folder / "c.h5";
    auto const run    = compare({"--model", "llama-3.1-8b", "--context", "4096,8192", "--machines", "wse3,h100:2,lpx",
                                 "--format", "json", "-o", path});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const rows = Json::parse(run.out).at("rows");
    auto const file = scribeline::results::hdf5::InputFile{path};
    CHECK(file.attribute("/", "Conventions").value_or("") == "Scribeline-Compare-1.0");
    auto const times = file.numbers("/comparison/time_per_token");
    REQUIRE(times.size() == 6);
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(times[i] == rows[i].at("time_per_token").get<double>());
    CHECK(std::isnan(file.numbers("/comparison/time_per_token_served")[0])); // of a wafer
    for (std::string const name : {"wse3", "h100:2", "lpx"}) {
        auto const group = "/machines/" + name;
        auto const time  = file.numbers(group + "/time_per_token");
        auto const parts = file.numbers(group + "/part_time");
        REQUIRE(time.size() == 2);
        auto const each = parts.size() / 2;
        for (std::size_t context = 0; context < 2; ++context) {
            auto sum = 0.0;
            for (std::size_t part = 0; part < each; ++part)
                sum += parts[context * each + part];
            CHECK(sum == Approx(time[context]).epsilon(1e-9));
        }
        CHECK(file.attribute(group + "/time_per_token", "units").value_or("") == "s");
        CHECK_FALSE(file.attribute(group + "/time_per_token", "long_name").value_or("").empty());
    }
    CHECK(file.attribute("/parameters/h100:2/gpu/memory_bandwidth", "origin").value_or("") == "datasheet");

    auto const explained = run_scribeline({"explain", path});
    CHECK(explained.exit_code == 0);
    auto const repeated = run_scribeline({"run", "--from", path});
    CHECK(repeated.exit_code == 65);
    CHECK(repeated.err.find("compares machines") != std::string::npos);
}

TEST_CASE("transfers between modules stand in the file, and add up to what memories and links served")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "traced.h5";
    auto const run    = compare({"--model", "llama-3.1-8b", "--context", "4096,8192", "--machines", "wse3,h100:2",
                                 "--modules", "--trace", "-o", file});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const input = scribeline::results::hdf5::InputFile{file};
    CHECK_FALSE(input.has("/machines/wse3/transactions"));
    auto const group  = std::string{"/machines/h100:2"};
    auto const column = [&](char const* name) { return input.counts(group + "/transactions/" + name); };
    auto const bytes = column("bytes"), traffic = column("traffic"), command = column("command"),
               target = column("target"), context = column("context"), issue = column("issue"), done = column("done"),
               initiator  = column("initiator");
    auto const targets    = input.texts(group + "/transactions/target_name");
    auto const initiators = input.texts(group + "/transactions/initiator_name");
    CHECK(initiators == std::vector<std::string>{"gpu_0", "gpu_1"});
    CHECK(input.counts(group + "/transactions/dropped").front() == 0);
    auto const contexts = input.counts(group + "/tiers/context");
    REQUIRE(contexts.size() == 2);
    auto const tiers = input.texts(group + "/tiers/tier").size();
    auto       sums  = std::vector<std::uint64_t>(2 * 2 * tiers * 4); // command, context, tier, traffic
    auto       many  = std::vector<std::uint64_t>(2 * tiers);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        CHECK(done[i] > issue[i]);
        REQUIRE(target[i] < targets.size());
        REQUIRE(initiator[i] < 2);
        std::size_t const tier = targets[target[i]].find("hbm") == 0 ? 0 : 1;
        std::size_t const at   = context[i] == contexts[0] ? 0 : 1;
        sums.at(((command[i] * 2 + at) * tiers + tier) * 4 + traffic[i]) += bytes[i];
        ++many.at(at * tiers + tier);
    }
    auto       served  = input.counts(group + "/tiers/bytes_read");
    auto const written = input.counts(group + "/tiers/bytes_written");
    served.insert(served.end(), written.begin(), written.end());
    CHECK(sums == served);
    CHECK(many == input.counts(group + "/tiers/transactions"));

    auto const few = compare({"--model", "llama-3.1-8b", "--context", "4096", "--machines", "h100:2", "--modules", "--trace", "--set",
                              "run.trace_events=50", "-o", folder / "few.h5"});
    REQUIRE(few.exit_code == 0);
    auto const bounded = scribeline::results::hdf5::InputFile{folder / "few.h5"};
    CHECK(bounded.counts(group + "/transactions/bytes").size() == 50);
    CHECK(bounded.counts(group + "/transactions/dropped").front() == many[0] + many[1] - 50);
}

TEST_CASE("weights that HBM does not hold come from the host, where it is asked for")
{
    auto const arguments = [](std::string const& tier) {
        return std::vector<std::string>{"--model",  "llama-3.1-70b",  "--machines", "h100:1",
                                        "--format", "json",           "--set",      "gpu.weights_tier=" + tier,
                                        "--set",    "gpu.host_gpus=1"};
    };
    auto const without = compare(arguments("none"));
    CHECK(without.exit_code == 1);
    CHECK(
        Json::parse(without.out).at("rows")[0].at("reason").get<std::string>().find("gpu.weights_tier names memory") !=
        std::string::npos);
    auto const with = compare(arguments("ddr5_6400_12ch"));
    INFO(with);
    CHECK(with.exit_code == 0);
    auto const row = Json::parse(with.out).at("rows")[0];
    CHECK(row.at("bound_by") == "host_memory");
    CHECK(row.at("notes").dump().find("of the weights") != std::string::npos);
}
