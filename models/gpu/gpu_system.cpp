// Makes the modules, binds them, runs them and adds up what they did.
#include "models/gpu/gpu_system.hpp"

#include "configs/failure.hpp"
#include "models/gpu/forms/memory_rate.hpp"
#include "models/gpu/gpu_module.hpp"
#include "models/gpu/gpu_stage.hpp"
#include "models/host/host_tier.hpp"
#include "models/nvlink/switch_module.hpp"
#include "models/tlm/background_traffic.hpp"
#include "models/tlm/bulk_target.hpp"
#include "models/tlm/kernel_context.hpp"
#include "models/tlm/stream_server.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

// A GPU asks its HBM for what takes so long at once, at most: alone, or where others ask as well. Targets serve pieces
// in the order in which they come, so pieces of those that share one are of like size.
constexpr Picoseconds longest_piece = 1'000'000, longest_shared_piece = 100'000;
// Of traffic that goes on beside, and of what a port sends where there is some.
constexpr std::uint64_t piece_of_others = 262144;

// Directed links between dies work side by side.
configs::BytesPerSecond rate_between_dies(configs::GpuParams const& gpu)
{
    return gpu.die_link * (gpu.dies * (gpu.dies - 1.0));
}

bool is_tier(std::string const& name) { return name != "none"; }

} // namespace

class GpuSystem::Modules {
  public:
    Modules(configs::Parameters const& p, GpuPlan const& plan, GpuSystemOptions const& options);
    RecordedGpuSystem run(GpuProgram const& program);

  private:
    // A GPU with what belongs to it alone. Members outlive those that follow them.
    struct Gpu {
        StreamServer                hbm;
        std::unique_ptr<LinkServer> dies, network, host_link;
        std::unique_ptr<BulkTarget> hbm_target, dies_target, network_target, host_link_target;
        std::unique_ptr<CopyEngine> engine;
        std::unique_ptr<GpuModule>  module;
        BulkTarget*                 port = nullptr;
    };
    // Memory that its GPUs share.
    struct Host {
        std::vector<std::unique_ptr<HostTier>>   tiers;
        std::vector<std::unique_ptr<BulkTarget>> targets;
    };

    void             make_switches(TransactionProbe* probe);
    void             make_hosts(TransactionProbe* probe);
    void             make_gpu(std::uint32_t number, TransactionProbe* probe);
    void             make_others();
    BulkTarget&      tier(std::uint32_t gpu, std::string const& name);
    bool             quiet(Picoseconds now) const;
    static GpuTotals memory_of(Gpu const& gpu);
    GpuTotals        ran_by(Gpu const& gpu) const; // kernels that were not run again left out
    GpuTotals        totals_of(Gpu const& gpu) const;
    std::uint64_t    repeated() const; // transactions of such kernels
    GpuTotals        totals_of_stage(std::uint32_t stage) const;
    GpuTotals        totals() const;
    StepParts        parts(configs::Seconds time) const;

    KernelContext       kernel_; // outlives all modules
    configs::Parameters p_;
    GpuPlan             plan_;
    GpuSystemOptions    options_;
    TransactionLog      log_;
    GpuSystemState      state_;
    std::uint32_t       stages_of_domain_;

    std::vector<std::unique_ptr<SwitchModule>>      switches_; // one for each domain
    std::vector<Host>                               hosts_;
    std::vector<std::unique_ptr<StageRun>>          stages_;
    std::vector<std::unique_ptr<Gpu>>               gpus_;
    std::vector<std::unique_ptr<BackgroundTraffic>> others_;
    std::uint64_t                                   count_ = 0; // of modules
};

GpuSystem::Modules::Modules(configs::Parameters const& p, GpuPlan const& plan, GpuSystemOptions const& options)
    : p_{p}, plan_{plan}, options_{options}, log_{options.trace_events}, state_{p_},
      stages_of_domain_{std::max(1U, p.nvlink.domain / plan.tensor)}
{
    if (plan.tensor > p.nvlink.domain)
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format("{} GPUs share a layer, and the switch has {} ports (nvlink.domain). Choose "
                        "a smaller gpu.tensor, or a machine with a larger domain",
                        plan.tensor, p.nvlink.domain)};
    auto const read    = p.gpu.memory_bandwidth * sustained_share(p.gpu);
    state_.tensor      = plan.tensor;
    state_.within      = plan.devices() <= p.nvlink.domain;
    auto const longest = options.others.empty() ? longest_piece : longest_shared_piece;
    state_.piece       = static_cast<std::uint64_t>((read * in_seconds(longest)).value());
    state_.shared      = !options.others.empty();
    state_.packet      = options.others.empty() ? 0 : piece_of_others;
    auto*      probe   = options.trace_events > 0 ? &log_ : nullptr;
    auto const here    = KernelContext::Within{kernel_};
    make_switches(probe);
    make_hosts(probe);
    for (std::uint32_t s = 0; s < plan.pipeline; ++s)
        stages_.push_back(std::make_unique<StageRun>(plan.tensor));
    for (std::uint32_t g = 0; g < plan.devices(); ++g)
        make_gpu(g, probe);
    for (std::uint32_t g = 0; g + plan.tensor < plan.devices(); ++g)
        gpus_[g]->module->next_stage = gpus_[g + plan.tensor]->module.get();
    make_others();
    for (std::uint32_t s = 0; s < plan.pipeline; ++s) {
        auto const first = s * plan.tensor;
        stages_[s]->connect(
            {[this](Picoseconds now) { return quiet(now); }, [this, s] { return totals_of_stage(s); },
             [this, first] {
                 auto all = std::vector<PartTimes>{};
                 for (std::uint32_t t = 0; t < plan_.tensor; ++t)
                     all.push_back(gpus_[first + t]->module->parts());
                 return all;
             },
             [this, first](std::size_t t, PartTimes const& parts) { gpus_[first + t]->module->add(parts); }});
    }
    kernel_.run(); // elaborates; every thread waits for work
}

void GpuSystem::Modules::make_switches(TransactionProbe* probe)
{
    auto const of_one  = state_.within ? plan_.devices() : stages_of_domain_ * plan_.tensor;
    auto const domains = (plan_.devices() + of_one - 1) / of_one;
    for (std::uint32_t d = 0; d < domains; ++d) {
        auto const ports = std::min(of_one, plan_.devices() - d * of_one);
        switches_.push_back(
            std::make_unique<SwitchModule>(fmt::format("switch_{}", d).c_str(), ports, p_.nvlink.bandwidth, probe));
        count_ += 1 + ports;
    }
}

void GpuSystem::Modules::make_hosts(TransactionProbe* probe)
{
    hosts_.resize((plan_.devices() + p_.gpu.host_gpus - 1) / p_.gpu.host_gpus);
    for (std::size_t h = 0; h < hosts_.size(); ++h)
        for (auto const& name : {p_.gpu.weights_tier, p_.gpu.kv_tier}) {
            auto& host = hosts_[h];
            auto  same = [&](auto const& each) { return each->spec().name == name; };
            if (!is_tier(name) || std::any_of(host.tiers.begin(), host.tiers.end(), same))
                continue;
            host.tiers.push_back(std::make_unique<HostTier>(shipped_tier(name)));
            host.targets.push_back(
                std::make_unique<BulkTarget>(fmt::format("host_{}_{}", h, name).c_str(), *host.tiers.back(), probe));
            ++count_;
        }
}

BulkTarget& GpuSystem::Modules::tier(std::uint32_t gpu, std::string const& name)
{
    auto& host = hosts_[gpu / p_.gpu.host_gpus];
    for (std::size_t i = 0; i < host.tiers.size(); ++i)
        if (host.tiers[i]->spec().name == name)
            return *host.targets[i];
    throw configs::SimulationFault{"no target for the tier " + name};
}

void GpuSystem::Modules::make_gpu(std::uint32_t number, TransactionProbe* probe)
{
    auto const name = [&](char const* what) { return fmt::format("{}_{}", what, number); };
    auto const make = [&](char const* what, BulkServer& server) {
        ++count_;
        return std::make_unique<BulkTarget>(name(what).c_str(), server, probe);
    };
    auto const bind = [&](BulkInitiator& from, BulkTarget& to, char const* who) {
        if (probe != nullptr)
            log_.connect(name(who), to.name());
        from.socket.bind(to.socket);
        ++count_; // the initiator
    };
    auto const peak = p_.gpu.memory_bandwidth;
    gpus_.push_back(std::unique_ptr<Gpu>{new Gpu{
        StreamServer{"gpu.memory_bandwidth", peak * sustained_share(p_.gpu), peak * sustained_share(p_.gpu, true)},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        {},
        nullptr}});
    auto& gpu      = *gpus_.back();
    gpu.hbm_target = make("hbm", gpu.hbm);

    auto const stage   = number / plan_.tensor;
    auto const domain  = state_.within ? 0 : stage / stages_of_domain_;
    auto const first   = (stage - domain * (state_.within ? 0 : stages_of_domain_)) * plan_.tensor;
    auto const place   = GpuModule::Place{number, stage, first + number % plan_.tensor, first};
    auto const weights = is_tier(p_.gpu.weights_tier), kv = is_tier(p_.gpu.kv_tier);
    if (weights || kv) {
        gpu.engine           = std::make_unique<CopyEngine>(name("copy_engine").c_str(), state_, weights, kv);
        gpu.host_link        = std::make_unique<LinkServer>("nvlink.host_link", p_.nvlink.host_link);
        gpu.host_link_target = make("host_link", *gpu.host_link);
        ++count_;
        bind(gpu.engine->hbm, *gpu.hbm_target, "copy_engine");
        bind(gpu.engine->link, *gpu.host_link_target, "copy_engine");
        if (weights)
            bind(*gpu.engine->weights_tier, tier(number, p_.gpu.weights_tier), "copy_engine");
        if (kv)
            bind(*gpu.engine->kv_tier, tier(number, p_.gpu.kv_tier), "copy_engine");
    }
    gpu.module = std::make_unique<GpuModule>(name("gpu").c_str(), place, state_, *stages_[stage], gpu.engine.get());
    ++count_;
    gpu.port = &switches_[domain]->port(place.port);
    gpu.module->connect(
        {[&gpu] { return std::max(gpu.hbm.free_from(), gpu.dies != nullptr ? gpu.dies->free_from() : 0); },
         [&gpu] { return memory_of(gpu); }});
    bind(gpu.module->hbm, *gpu.hbm_target, "gpu");
    bind(gpu.module->link, *gpu.port, "gpu");
    if (gpu.module->dies != nullptr) {
        gpu.dies        = std::make_unique<LinkServer>("gpu.die_link", rate_between_dies(p_.gpu));
        gpu.dies_target = make("die_link", *gpu.dies);
        bind(*gpu.module->dies, *gpu.dies_target, "gpu");
    }
    if (gpu.module->network != nullptr) {
        gpu.network        = std::make_unique<LinkServer>("nvlink.network", p_.nvlink.network);
        gpu.network_target = make("network", *gpu.network);
        bind(*gpu.module->network, *gpu.network_target, "gpu");
    }
}

void GpuSystem::Modules::make_others()
{
    for (auto const& other : options_.others) {
        if (other.gpu >= gpus_.size() || other.peer >= gpus_.size())
            throw configs::UserError{
                configs::Exit::bad_config,
                fmt::format("traffic of GPU {} with GPU {}: the plan has {}", other.gpu, other.peer, gpus_.size())};
        auto request  = BulkRequest{piece_of_others, Traffic::kv, 0, false, {}};
        auto handed   = other.what == OtherTraffic::What::cache_handed_over;
        request.write = handed;
        request.way   = {Route::direct, other.peer, 0, 0};
        others_.push_back(std::make_unique<BackgroundTraffic>(fmt::format("other_{}", others_.size()).c_str(), request,
                                                              other.rate, [this] { return state_.running > 0; }));
        auto& gpu = *gpus_[other.gpu];
        others_.back()->port.socket.bind((handed ? *gpu.port : *gpu.hbm_target).socket);
        count_ += 2;
    }
}

bool GpuSystem::Modules::quiet(Picoseconds now) const
{
    if (state_.busy > state_.tensor)
        return false;
    auto const busy = [&](LinkServer const* link) { return link != nullptr && link->free_from() > now; };
    for (auto const& gpu : gpus_)
        if (gpu->hbm.free_from() > now || busy(gpu->dies.get()) || busy(gpu->network.get()))
            return false;
    return std::all_of(switches_.begin(), switches_.end(), [&](auto const& each) { return each->free_from() <= now; });
}

GpuTotals GpuSystem::Modules::totals_of(Gpu const& gpu) const
{
    auto sum = ran_by(gpu);
    sum += gpu.module->repeated();
    return sum;
}

GpuTotals GpuSystem::Modules::memory_of(Gpu const& gpu)
{
    auto sum  = GpuTotals{};
    sum.asked = gpu.module->hbm.books();
    sum.of(GpuTier::hbm).add(*gpu.hbm_target);
    if (gpu.dies_target != nullptr) {
        sum.asked += gpu.module->dies->books();
        sum.of(GpuTier::dies).add(*gpu.dies_target);
    }
    return sum;
}

GpuTotals GpuSystem::Modules::ran_by(Gpu const& gpu) const
{
    auto sum = memory_of(gpu);
    sum.asked += gpu.module->link.books();
    sum.of(GpuTier::nvlink).add(*gpu.port);
    if (gpu.network_target != nullptr) {
        sum.asked += gpu.module->network->books();
        sum.of(GpuTier::nvlink).add(*gpu.network_target);
    }
    if (gpu.engine != nullptr) {
        sum.asked += gpu.engine->asked();
        sum.of(GpuTier::host).add(*gpu.host_link_target);
    }
    return sum;
}

std::uint64_t GpuSystem::Modules::repeated() const
{
    auto sum = std::uint64_t{0};
    for (auto const& gpu : gpus_)
        sum += gpu->module->repeated().transactions();
    return sum;
}

GpuTotals GpuSystem::Modules::totals_of_stage(std::uint32_t stage) const
{
    auto sum = GpuTotals{};
    for (std::uint32_t t = 0; t < plan_.tensor; ++t)
        sum += totals_of(*gpus_[stage * plan_.tensor + t]);
    return sum;
}

GpuTotals GpuSystem::Modules::totals() const
{
    auto sum = GpuTotals{};
    for (auto const& gpu : gpus_)
        sum += totals_of(*gpu);
    for (auto const& host : hosts_)
        for (auto const& target : host.targets)
            sum.of(GpuTier::host).add(*target);
    for (auto const& other : others_)
        sum.asked += other->port.books();
    return sum;
}

// Stages work one after another on what passes them: of each, its first GPU. Where several parts of a batch follow one
// another, stages work side by side, and the parts are shares of the time.
StepParts GpuSystem::Modules::parts(configs::Seconds time) const
{
    auto sum = StepParts{};
    for (std::uint32_t s = 0; s < plan_.pipeline; ++s)
        for (std::size_t i = 0; i < step_part_count; ++i)
            sum[i] += in_seconds(gpus_[s * plan_.tensor]->module->parts()[i]);
    auto const all = sum_of(sum);
    if (all.value() > 0)
        for (auto& part : sum)
            part = part * ratio(time, all);
    return sum;
}

RecordedGpuSystem GpuSystem::Modules::run(GpuProgram const& program)
{
    if (state_.failure)
        std::rethrow_exception(state_.failure);
    if (program.first_layer.size() != plan_.pipeline + 1)
        throw configs::SimulationFault{"a program for other stages than the system has"};
    auto const here = KernelContext::Within{kernel_};
    tlm::tlm_global_quantum::instance().set(time_of(options_.quantum));
    auto const before = totals();
    auto const events = [&] {
        auto sum = std::uint64_t{0};
        for (auto const& gpu : gpus_)
            sum += gpu->module->activations() + (gpu->engine != nullptr ? gpu->engine->activations() : 0);
        return sum;
    };
    auto const events_before   = events();
    auto const repeated_before = repeated();
    auto const begin           = picoseconds(sc_core::sc_time_stamp());
    auto const skips = options_.skips && !program.host.any() && options_.others.empty() && options_.trace_events == 0;
    state_.program   = &program;
    state_.repeats   = skips;
    state_.running   = plan_.devices();
    state_.busy      = 0;
    for (std::uint32_t s = 0; s < plan_.pipeline; ++s)
        stages_[s]->begin(program.kind_of, program.first_layer[s + 1], skips && program.passes == 1);
    for (auto const& gpu : gpus_)
        gpu->module->start();
    for (auto const& other : others_)
        other->start();
    kernel_.run();
    if (state_.failure)
        std::rethrow_exception(state_.failure);

    auto  result = RecordedGpuSystem{};
    auto& run    = result.run;
    auto  ended  = begin;
    for (auto const& gpu : gpus_) {
        if (!gpu->module->done())
            throw configs::SimulationFault{fmt::format("{} waits for what nobody does any more", gpu->module->name())};
        ended = std::max(ended, gpu->module->finished());
    }
    run.time  = in_seconds(ended - begin);
    run.parts = parts(run.time);
    static_cast<GpuTotals&>(run) += totals();
    static_cast<GpuTotals&>(run) -= before;
    run.simulated     = run.transactions() - (repeated() - repeated_before);
    run.kernel_events = events() - events_before;
    run.modules       = count_;
    for (auto const& stage : stages_) {
        static_cast<GpuTotals&>(run) += stage->repeated();
        run.layers_skipped += stage->skipped();
    }
    run.layers_run = program.kind_of.size() * program.passes - run.layers_skipped;
    for (auto const& each : switches_)
        for (auto const& entry : each->books().entries)
            run.switches.entries.push_back(entry);
    run.books().require_balanced();
    result.trace = log_.take();
    return result;
}

GpuSystem::GpuSystem(configs::Parameters const& parameters, GpuPlan const& plan, GpuSystemOptions const& options)
    : modules_{std::make_unique<Modules>(parameters, plan, options)}
{
}

GpuSystem::~GpuSystem() = default;

RecordedGpuSystem GpuSystem::run(GpuProgram const& program) { return modules_->run(program); }

configs::Seconds GpuSystemRun::hbm_occupied() const { return in_seconds(of(GpuTier::hbm).occupied); }

Books GpuSystemRun::books() const
{
    auto all = GpuTotals::books();
    all.entries.insert(all.entries.end(), switches.entries.begin(), switches.entries.end());
    return all;
}

RecordedGpuSystem run_gpu_system(workloads::DecodeStep const& step, StepOutcome const& form,
                                 configs::Parameters const& p, GpuSystemOptions const& options)
{
    return GpuSystem{p, {form.tensor, form.pipeline}, options}.run(gpu_program(step, form));
}

} // namespace scribeline::models
