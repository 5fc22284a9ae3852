// Technologies: what they make of a machine's parameters, and what they may not.
#include "configs/failure.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/schema/technology.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace scribeline::configs;
using Catch::Matchers::Contains;
using scribeline::tests::TemporaryFolder;

namespace {

Config with(std::string const& machine, std::string const& technology)
{
    auto line    = CommandLine{};
    line.machine = machine;
    line.options.emplace_back("technology", technology);
    return resolve(line);
}

std::string refusal(std::string const& machine, std::string const& text)
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder.write("t.toml", text);
    try {
        with(machine, file);
    } catch (UserError const& error) {
        CHECK(error.code() == Exit::bad_config);
        return error.what();
    }
    return "taken";
}

} // namespace

TEST_CASE("a technology multiplies what the machine has, and says where that is from")
{
    auto const plain = machine_parameters("h100");
    auto const older = with("h100", "node-7nm");
    CHECK(older.parameters.device_energy.mac_16.value() == Approx(1.43 * plain.device_energy.mac_16.value()));
    CHECK(older.parameters.gpu.clock.value() == Approx(0.87 * plain.gpu.clock.value()));
    CHECK(older.parameters.gpu.sms == std::llround(0.556 * plain.gpu.sms));
    CHECK(older.parameters.gpu.l2.value() == std::round(0.77 * plain.gpu.l2.value()));
    for (auto const& setting : older.settings)
        if (setting.key == "mac_16" && setting.group == "device_energy") {
            CHECK_THAT(setting.set_by, Contains("technologies/node-7nm.toml:"));
            CHECK_THAT(setting.citation, Contains("30 % less power"));
        }
    CHECK(with("wse3", "node-7nm").parameters.energy.code_cycle.value() == Approx(1.43 * 18.9e-12));
}

// Of 700 W, 140 at rest: 260 of 560 W are left, and power is as the cube of the clock.
TEST_CASE("under a power cap clocks fall until it holds, and joules of an operation with their square")
{
    auto const plain  = machine_parameters("h100");
    auto const capped = with("h100", "cap-400w").parameters;
    auto const clock  = std::cbrt((400.0 - 140) / (700 - 140));
    CHECK(capped.gpu.power.value() == 400);
    CHECK(capped.gpu.clock.value() == Approx(clock * plain.gpu.clock.value()));
    CHECK(capped.gpu.peak_16.value() == Approx(clock * plain.gpu.peak_16.value()));
    CHECK(capped.device_energy.operand.value() == Approx(clock * clock * plain.device_energy.operand.value()));
    // Its full load takes the cap: what is at rest, and a cube of the rest.
    CHECK(140 + 560 * std::pow(capped.gpu.clock.value() / plain.gpu.clock.value(), 3) == Approx(400));
    CHECK_THAT(refusal("h100", "[[gpu]]\npower_cap = \"150 W\"\nsource = \"x\"\n"), Contains("Give at least 161 W"));
    CHECK_THAT(refusal("h100", "[[gpu]]\npower_cap = \"800 W\"\nsource = \"x\"\n"), Contains("no less than"));
}

TEST_CASE("every shipped technology can be put on a machine that it names")
{
    for (auto const& name : shipped_technologies()) {
        CAPTURE(name);
        auto const technology = read_technology(name);
        CHECK_FALSE(technology.description.empty());
        for (auto const& change : technology.changes) {
            auto const machine = change.kind == "any" || change.kind == "gpu" ? "h100"
                                 : change.kind == "wafer"                     ? "wse3"
                                 : change.kind == "sram"                      ? "lpx"
                                                                              : "plain-memory";
            CHECK_NOTHROW(with(machine, name));
        }
    }
}

TEST_CASE("a technology is refused where it changes what a machine does not have, or does not say why")
{
    CHECK_THAT(refusal("lpx", "[[gpu]]\npower_cap = \"400 W\"\nsource = \"x\"\n"), Contains("of the kind 'sram'"));
    CHECK_THAT(refusal("h100", "[[any]]\nparameter = \"wafer.clock\"\ntimes = 2\nsource = \"x\"\n"),
               Contains("t.toml:1: error: wafer.clock: a machine of the kind 'gpu' has no group 'wafer'"));
    CHECK_THAT(refusal("h100", "[[gpu]]\nparameter = \"gpu.clock\"\ntimes = 2\n"), Contains("without a source"));
    CHECK_THAT(refusal("h100", "[[gpu]]\nparameter = \"gpu.clok\"\ntimes = 2\nsource = \"x\"\n"),
               Contains("did you mean 'gpu.clock'"));
    CHECK_THAT(refusal("h100", "[[gpu]]\nparameter = \"gpu.clock\"\ntimes = 2\nset = \"1 GHz\"\nsource = \"x\"\n"),
               Contains("one of set and times"));
    CHECK_THAT(refusal("h100", "[[gpu]]\nparameter = \"gpu.clock\"\ntimes = -1\nsource = \"x\"\n"),
               Contains("no factor above 0"));
    CHECK_THAT(refusal("h100", "[[gpu]]\nparameter = \"gpu.clock\"\ntimes = 1000\nsource = \"x\"\n"),
               Contains("is outside"));
    CHECK_THAT(refusal("h100", "description = \"x\"\n"), Contains("changes nothing"));
}
