// Every machine that is no wafer runs on SystemC modules, and so do the sockets of a wafer. Alone, modules agree with
// the closed form beside them; bytes asked for are bytes served; an error of one machine is its own.
#include "models/compare/comparison.hpp"
#include "models/machine_list.hpp"
#include "models/nvlink/switch_module.hpp"
#include "models/sram/stream_system.hpp"
#include "models/tlm/bulk_initiator.hpp"
#include "models/tlm/kernel_context.hpp"
#include "models/wafer/outcome.hpp"
#include "support/models_runs.hpp"

#include "configs/failure.hpp"
#include "configs/schema/gpu_tables.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

using namespace scribeline;
using namespace scribeline::models;
using scribeline::tests::config_of;

namespace {

std::uint32_t seed_of_today()
{
    auto const* given = std::getenv("SCRIBELINE_SEED");
    return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
}

template <class T> T one_of(std::mt19937& random, std::vector<T> const& all)
{
    return all[std::uniform_int_distribution<std::size_t>{0, all.size() - 1}(random)];
}

struct Drawn {
    std::string   machine, model, bits;
    std::uint32_t context, batch;
};

Drawn draw(std::mt19937& random)
{
    return {one_of<std::string>(random, {"a100:2", "h100:1", "h100:8", "h200:4", "b200:8", "gb200-nvl72:16",
                                         "rubin-nvl72:8", "lpx", "lpu-v1", "plain-memory", "plain-memory:3"}),
            one_of<std::string>(
                random, {"llama-3.1-8b", "llama-3.1-70b", "gpt-oss-120b", "mixtral-8x7b", "qwen3-8b", "gemma-2-9b"}),
            one_of<std::string>(random, {"8", "16"}), one_of<std::uint32_t>(random, {512, 4096, 8192}),
            one_of<std::uint32_t>(random, {1, 3, 16})};
}

configs::Config config_of_drawn(Drawn const& d)
{
    return config_of({"--machine", d.machine, "--model", d.model, "--context", std::to_string(d.context), "--batch",
                      std::to_string(d.batch), "--set", "workload.weight_bits=" + d.bits});
}

// Throws configs::UserError where the machine does not hold it.
void check(Drawn const& d, Machine& machine, StepWork const& work, double bound, char const* what)
{
    auto const report = machine.step(work);
    auto const off    = *report.deviation_of_form();
    std::printf("%-7s %-14s %-14s %2s bits, context %5u, batch %2u: %10.4f ms, form %+.3f %%, %llu modules, %llu "
                "transactions, %llu events\n",
                what, d.machine.c_str(), d.model.c_str(), d.bits.c_str(), d.context, d.batch,
                report.latency.value() * 1e3, off * 100, static_cast<unsigned long long>(report.evidence.modules),
                static_cast<unsigned long long>(report.evidence.transactions),
                static_cast<unsigned long long>(report.evidence.kernel_events));
    CHECK(report.evidence.fidelity == "modules");
    CHECK(report.evidence.modules > 1);
    CHECK(report.evidence.transactions > 1);
    CHECK(report.evidence.kernel_events > 1);
    CHECK(std::abs(off) < bound);
    CHECK(report.where.whole().value() == Approx(report.latency.value()).epsilon(1e-9));
    CHECK(report.fall.whole().value() == Approx(report.latency.value()).epsilon(1e-9));
    CHECK_FALSE(report.books.entries.empty());
    CHECK_NOTHROW(report.books.require_balanced());
}

StreamStep counted(configs::Config const& config, StepWork const& work, StreamMachine& machine)
{
    auto const& p    = config.parameters;
    auto const  step = workloads::decode_step(workloads::read_model(p.workload.model), p.workload);
    machine          = configs::applies("sram", p.machine.kind) ? sram_rack(p, step) : plain_accelerators(p, step);
    return count_on_stream(machine, step, p, work);
}

// A machine that goes wrong when it is asked.
class Faulty final : public Machine {
  public:
    Standing   standing() const override { return {"faulty", "unit", 1, "one of them", {}, true, {}, false}; }
    Room       room() const override { return {}; }
    StepReport step(StepWork const&) override { throw configs::SimulationFault{"a module lost a byte"}; }
};

std::unique_ptr<Machine> make_faulty(configs::Config const&, workloads::DecodeStep const&)
{
    return std::make_unique<Faulty>();
}

} // namespace

TEST_CASE("alone, modules and forms of every machine agree: within 1 per cent in decode, 2 in prefill")
{
    auto const seed = seed_of_today();
    std::printf("SCRIBELINE_SEED=%u\n", seed);
    CAPTURE(seed);
    auto random = std::mt19937{seed};
    auto asked  = 0;
    for (int i = 0; i < 200 && asked < 24; ++i) {
        auto const d      = draw(random);
        auto const config = config_of_drawn(d);
        CAPTURE(d.machine, d.model, d.bits, d.context, d.batch);
        try {
            auto const  machine = make_machine(config);
            auto const& w       = config.parameters.workload;
            check(d, *machine, step_of(w), 0.01, "decode");
            check(d, *machine, prompts_of(w), 0.02, "prefill");
            ++asked;
        } catch (configs::UserError const&) { // it does not hold the model
        }
    }
    CHECK(asked == 24);
}

TEST_CASE("decode and a part of a prompt in one step run on modules as well")
{
    for (auto const* name : {"h100:8", "lpx", "plain-memory"}) {
        auto const config  = config_of({"--machine", name, "--model", "llama-3.1-8b", "--context", "4096"});
        auto const machine = make_machine(config);
        auto const mixed   = machine->step({{{4096, 4}}, {}, {{1024, 512, 1}}});
        auto const alone   = machine->step({{{4096, 4}}, {}, {}});
        CAPTURE(name);
        CHECK(mixed.evidence.fidelity == "modules");
        CHECK(std::abs(*mixed.deviation_of_form()) < 0.02);
        CHECK(mixed.latency > alone.latency);
        CHECK(machine->step({{{4096, 4}}, {}, {}}).latency == alone.latency); // what came between left nothing behind
    }
}

TEST_CASE("forms alone are a choice, and take no module")
{
    for (auto const* name : {"h100:8", "lpx", "plain-memory"}) {
        auto const words   = std::vector<std::string>{"--machine", name, "--model", "llama-3.1-8b"};
        auto       by_form = words;
        by_form.insert(by_form.end(), {"--fidelity", "closed_form"});
        auto const modules = config_of(words), forms = config_of(by_form);
        auto const found = make_machine(modules)->step(step_of(modules.parameters.workload));
        auto const form  = make_machine(forms)->step(step_of(forms.parameters.workload));
        CAPTURE(name);
        CHECK(form.evidence.fidelity == "forms");
        CHECK(form.evidence.modules == 0);
        CHECK(form.latency == *found.evidence.form);
        CHECK(*form.deviation_of_form() == 0);
    }
}

TEST_CASE("pieces of a prompt that are not run again take the picoseconds that they would have taken")
{
    for (auto const* name : {"lpx", "lpu-v1", "plain-memory", "plain-memory:3"}) {
        auto const config = config_of({"--machine", name, "--model", "llama-3.1-8b", "--context", "1024"});
        for (std::uint64_t const prompts : {1U, 3U}) {
            auto       machine = StreamMachine{};
            auto const step    = counted(config, {{}, {}, {{0, 1024, prompts}}}, machine);
            REQUIRE(step.programs.size() == 1);
            auto const& program = step.programs.front();
            auto        one = StreamSystem{machine, program.layout}, other = StreamSystem{machine, program.layout};
            auto const  short_cut = one.run(program), all = other.run(program, false);
            CAPTURE(name, prompts, program.pieces);
            CHECK(short_cut.time == all.time);
            CHECK(all.pieces_repeated == 0);
            CHECK(short_cut.pieces_run + short_cut.pieces_repeated == all.pieces_run);
            CHECK(short_cut.transactions <= all.transactions);
            // A head on devices of the layers asks their memories beside the prompt that follows.
            auto const shares = program.layout.shares_devices();
            CHECK((short_cut.pieces_repeated > 0) == (program.pieces > 1 && !(shares && prompts > 1)));
            CHECK((short_cut.transactions < all.transactions) == (short_cut.pieces_repeated > 0));
            CHECK(one.run(program).time == short_cut.time); // and the next one is like the first
        }
    }
}

TEST_CASE("groups of a rack ask every byte that its operators read, and links carry every sum and hand-over")
{
    auto const config  = config_of({"--machine", "lpx", "--model", "llama-3.1-8b", "--context", "4096"});
    auto       machine = StreamMachine{};
    auto const step    = counted(config, {{{4096, 1}}, {}, {}}, machine);
    auto       system  = StreamSystem{machine, step.programs.front().layout};
    auto const ran     = system.run(step.programs.front());
    auto const book    = [&](std::string const& name) {
        auto const found = std::find_if(ran.books.entries.begin(), ran.books.entries.end(),
                                           [&](auto const& each) { return each.name == name; });
        REQUIRE(found != ran.books.entries.end());
        CHECK(found->balanced());
        return static_cast<double>(found->left_value);
    };
    CHECK(book("devices, weights") == Approx(step.form.weights.value()).epsilon(1e-4));
    CHECK(book("devices, kv") == Approx(step.form.kv.value()).epsilon(1e-3));
    // Sums are sent by each device of a group; a vector is handed on by each of them.
    auto const& layout = step.programs.front().layout;
    auto const  vector = step.programs.front().vector.value();
    auto const  n      = static_cast<double>(layout.group);
    CHECK(book("devices, collectives") ==
          Approx(2.0 * 2 * (n - 1) * vector * static_cast<double>(step.programs.front().kind_of.size())).epsilon(1e-3));
    auto const in_head = layout.head_hops > 1 ? (layout.head_hops - 1) * static_cast<double>(layout.head_chips) : 0.0;
    auto const handing = static_cast<double>(layout.stages() - (layout.head_hops > 0 ? 0 : 1)) * n;
    CHECK(book("devices, activations") == Approx((handing + in_head) * vector));
}

TEST_CASE("a memory of half the rate makes a rack's products take longer, and a slow link its sums")
{
    auto const time = [](std::vector<std::string> more) {
        auto words = std::vector<std::string>{"--machine", "lpx", "--model", "llama-3.1-8b", "--context", "4096"};
        words.insert(words.end(), more.begin(), more.end());
        auto const config = config_of(words);
        auto const report = make_machine(config)->step(step_of(config.parameters.workload));
        CHECK(report.evidence.fidelity == "modules");
        return report;
    };
    auto const part = [](StepReport const& report, std::string const& name) {
        auto const& all = report.where.parts;
        return std::find_if(all.begin(), all.end(), [&](auto const& each) { return each.name == name; })->time.value();
    };
    auto const as_is  = time({});
    auto const slower = time({"--set", "sram.bandwidth=75 TB/s"});
    CHECK(part(slower, "weights") == Approx(2 * part(as_is, "weights")).epsilon(0.01));
    CHECK(part(slower, "collective") == Approx(part(as_is, "collective")));
    auto const late = time({"--set", "sram.link_latency=1700 ns"});
    CHECK(part(late, "weights") == Approx(part(as_is, "weights")));
    CHECK(part(late, "collective") > part(as_is, "collective"));
    CHECK(part(late, "transfer") > part(as_is, "transfer"));
}

TEST_CASE("a token of a wafer passes sockets, and takes to the cycle what the mesh takes")
{
    for (auto const* name : {"wse3:auto", "wse3:4"}) {
        auto const config = config_of({"--machine", name, "--model", "llama-3.1-70b", "--context", "4096"});
        auto const report = make_machine(config)->step(step_of(config.parameters.workload));
        CAPTURE(name);
        CHECK(report.evidence.fidelity == "folded");
        CHECK(report.evidence.modules > 3 * report.mesh->token.wafers);
        CHECK(report.evidence.transactions > report.mesh->token.wafers); // links, and the answers to the host
        CHECK(report.evidence.kernel_events > 0);
        auto const& books = report.books.entries;
        auto const  own =
            std::find_if(books.begin(), books.end(), [](auto const& each) { return each.name == "wafer modules"; });
        REQUIRE(own != books.end());
        CHECK(own->balanced());
        CHECK(own->left_value == report.mesh->cycles_per_token);
    }
}

TEST_CASE("a layer on a region, and every wavelet of it, stand on a wafer with sockets as well")
{
    for (auto const* fidelity : {"folded", "wavelet"}) {
        auto const config = config_of(
            {"--machine", "wse2", "--model", "tiny", "--context", "60", "--region", "16x16", "--fidelity", fidelity});
        auto const report = make_machine(config)->step(step_of(config.parameters.workload));
        CAPTURE(fidelity);
        CHECK(report.evidence.modules >= 4);
        CHECK(report.evidence.transactions >= 1);
        CHECK(report.evidence.kernel_events >= 1);
        CHECK(report.books.balanced());
    }
}

TEST_CASE("ports of a switch serve what they are asked, and what goes in comes out")
{
    auto       kernel = KernelContext{};
    auto const here   = KernelContext::Within{kernel};
    auto const ports  = std::make_unique<SwitchModule>("switch", 4, configs::BytesPerSecond{1e9});
    auto       gpus   = std::vector<std::unique_ptr<BulkThread>>{};
    auto const seed   = seed_of_today();
    CAPTURE(seed);
    for (std::uint32_t own = 0; own < 4; ++own) {
        gpus.push_back(std::make_unique<BulkThread>(("gpu_" + std::to_string(own)).c_str(), [own,
                                                                                             seed](BulkInitiator& port,
                                                                                                   LocalTime& time) {
            auto random = std::mt19937{seed + own};
            for (int i = 0; i < 50; ++i) {
                auto request  = BulkRequest{1000 + random() % 100000, Traffic::collectives, 0, random() % 2 == 0, {}};
                auto const to = random() % 3;
                request.way   = to == 0 ? Way{Route::direct, (own + 1) % 4, 0, 0}
                                        : Way{to == 1 ? Route::all_others : Route::added_up, 0, 4, 0};
                if (request.way.route == Route::added_up)
                    request.write = true;
                port.transfer(time, request);
            }
        }));
        gpus.back()->initiator.socket.bind(ports->port(own).socket);
    }
    kernel.run();
    CHECK(ports->books().balanced());
    auto const kept = static_cast<SwitchModule const&>(*ports).books().entries.front();
    CHECK(kept.left_value > 0);
    for (std::uint32_t own = 0; own < 4; ++own) {
        auto const& served = static_cast<SwitchModule const&>(*ports).port(own).books();
        CHECK(served.asked() == served.served());
        CHECK(gpus[own]->initiator.books().asked() == served.served());
        CHECK(gpus[own]->finished() > 0);
    }
    gpus.clear();
}

TEST_CASE("a socket that nothing is bound to is told before any process runs")
{
    auto       kernel  = KernelContext{};
    auto const here    = KernelContext::Within{kernel};
    auto       started = false;
    auto const alone   = std::make_unique<BulkThread>("alone", [&](BulkInitiator&, LocalTime&) { started = true; });
    CHECK_THROWS_AS(kernel.run(), configs::SimulationFault);
    CHECK_FALSE(started);
}

TEST_CASE("a machine whose simulation goes wrong says so in its row, and the rows of others stay")
{
    add_machine_kind({"faulty", "unit", &make_faulty});
    auto words = std::vector<std::string>{"--machine", "h100:8", "--model", "llama-3.1-8b", "--context", "4096"};
    auto wrong = ComparedMachine{"broken", config_of(words)};
    auto right = ComparedMachine{"h100:8", config_of(words)};
    wrong.config.parameters.machine.kind = configs::kind_named("faulty");
    auto const all                       = compare({wrong, right}, {4096});
    REQUIRE(all.rows.size() == 2);
    CHECK(all.rows[0].faulty);
    CHECK_FALSE(all.rows[0].fits);
    CHECK_FALSE(all.rows[0].token);
    CHECK_THAT(all.rows[0].reason, Catch::Contains("a module lost a byte"));
    CHECK_FALSE(all.rows[1].faulty);
    CHECK(all.rows[1].token);
    CHECK(all.rows[1].evidence.modules > 0);
}
