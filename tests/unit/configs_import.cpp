// Hardware descriptions of other tools as machine files: what is taken by hand, what is left, what is refused.
#include "configs/import/machine.hpp"
#include "configs/schema/resolve.hpp"
#include "support/configs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace scribeline::configs;
using Catch::Matchers::Contains;
using scribeline::tests::refusal_of;
using scribeline::tests::TemporaryFolder;

namespace {

std::string sample(std::string const& name)
{
    auto in   = std::ifstream{SCRIBELINE_TESTS "/fuzz/corpus/hardware/" + name};
    auto text = std::ostringstream{};
    text << in.rdbuf();
    return text.str();
}

ImportedMachine imported(std::string const& text) { return import_machine(read_description(text, "box.yaml")); }

// As `--machine FILE` sees it.
Parameters parameters_of(ImportedMachine const& machine)
{
    auto const folder = TemporaryFolder{};
    std::ofstream{folder / "machine.toml"} << machine.toml();
    return machine_parameters(folder / "machine.toml");
}

bool among(std::vector<std::string> const& list, std::string const& word)
{
    return std::find(list.begin(), list.end(), word) != list.end();
}

} // namespace

TEST_CASE(
    "a system of AIConfigurator becomes a machine file with its rates, over the machine of its compute capability")
{
    auto const machine = imported(sample("aiconfigurator.yaml"));
    CHECK(machine.base == "h100");
    auto const p = parameters_of(machine);
    CHECK(p.gpu.memory_bandwidth.value() == Approx(3.35e12));
    CHECK(p.gpu.memory.value() == Approx(80.0 * 1024 * 1024 * 1024));
    CHECK(p.gpu.peak_16.value() == Approx(989e12));
    CHECK(p.gpu.peak_8.value() == Approx(1979e12));
    CHECK(p.gpu.peak_4.value() == Approx(1979e12)); // it has none
    CHECK(p.gpu.devices == 8);
    CHECK(p.gpu.memory_runtime.value() == Approx(2.5 * 1024 * 1024 * 1024));
    CHECK(p.nvlink.bandwidth.value() == Approx(450e9));
    CHECK(p.nvlink.network_latency.value() == Approx(10e-6));
    // What the file does not say is the base's.
    CHECK(p.gpu.sms == machine_parameters("h100").gpu.sms);
    CHECK(among(machine.without, "gpu.mem_bw_empirical_scaling_factor"));
    CHECK(among(machine.without, "misc.nccl_mem.8"));
    CHECK_FALSE(among(machine.without, "gpu.mem_bw"));
    CHECK_THAT(machine.account(), Contains("4-bit") && Contains("as the machine h100 has it"));
}

TEST_CASE("a device of LLMCompass becomes a machine file, with what is products of its counts")
{
    auto const machine = imported(sample("llmcompass.yaml"));
    CHECK(machine.base == "a100");
    auto const p = parameters_of(machine);
    CHECK(p.gpu.sms == 108);
    CHECK(p.gpu.peak_16.value() == Approx(2 * 4 * 16 * 16 * 108 * 1.41e9)); // 312 TFLOP/s
    CHECK(p.gpu.memory_bandwidth.value() == Approx(5 * 1024 * 3.2e9 / 8));
    CHECK(p.gpu.l2_bandwidth.value() == Approx(5120 * 1.41e9));
    CHECK(p.gpu.l2.value() == Approx(48.0 * 1024 * 1024));
    CHECK(p.nvlink.bandwidth.value() == Approx(12 * 25e9));
    CHECK(p.gpu.devices == 4);
    CHECK(among(machine.without, "device.compute_chiplet.core.vector_unit.vector_width"));
    CHECK(among(machine.without, "interconnect.link.flit_size_byte"));
}

TEST_CASE("every value of a description is either taken or listed as without a counterpart")
{
    for (auto const* name : {"aiconfigurator.yaml", "llmcompass.yaml"}) {
        auto const all     = read_description(sample(name), name).values.size();
        auto const machine = imported(sample(name));
        CAPTURE(name);
        CHECK(machine.without.size() < all);
        // A value may serve several parameters, and several may make one.
        CHECK(machine.without.size() + machine.taken.size() > all / 2);
        auto seen = machine.without;
        std::sort(seen.begin(), seen.end());
        CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    }
}

TEST_CASE("a description that cannot be is refused with its line, key and value")
{
    auto const said = [](std::string const& text) { return refusal_of([&] { imported(text); }).text; };
    CHECK_THAT(said("gpu:\n  mem_bw: fast\n"), Contains("box.yaml:2") && Contains("gpu.mem_bw") && Contains("fast"));
    CHECK_THAT(said("gpu:\n  mem_bw: -1\n"), Contains("above 0"));
    CHECK_THAT(said("gpu: {mem_bw: 1e300}\n"), Contains("gpu.memory_bandwidth"));
    CHECK_THAT(said("gpu:\n  mem_bw: 1\n  mem_bw: 2\n"), Contains("box.yaml:3") && Contains("line 2"));
    CHECK_THAT(said("gpu: &a {mem_bw: 1}\nnode: *a\n"), Contains("alias"));
    CHECK_THAT(said("cpu: {cores: 8}\n"), Contains("AIConfigurator") && Contains("LLMCompass"));
    CHECK_THAT(said("gpu: [1, 2\n"), Contains("not valid YAML"));
    CHECK_THAT(said("- a\n"), Contains("a list"));
    CHECK_THAT(said(""), Contains("mapping"));
}
