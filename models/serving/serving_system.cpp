#include "models/serving/serving_system.hpp"

#include "configs/failure.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "models/machine_list.hpp"
#include "models/serving/serving_modules.hpp"
#include "models/serving/tier_system.hpp"
#include "models/serving/work_law.hpp"
#include "models/tlm/kernel_context.hpp"
#include "workloads/model_shape.hpp"
#include "workloads/settled_widths.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace scribeline::models {

void require_possible(SystemSpec const& spec)
{
    auto const with = [&](Role role) {
        return std::count_if(spec.pools.begin(), spec.pools.end(), [&](PoolSpec const& p) { return p.role == role; });
    };
    auto const refuse = [&](std::string const& what) {
        throw configs::UserError{configs::Exit::bad_config, fmt::format("{}: {}", spec.name, what)};
    };
    if (spec.pools.empty())
        refuse("there is no pool. Give at least one");
    for (auto const& pool : spec.pools)
        if (pool.replicas == 0)
            refuse(fmt::format("pool {}: 0 replicas. Give at least one", pool.name));
    if (with(Role::all) > 0 ? with(Role::prefill) + with(Role::decode) > 0
                            : with(Role::prefill) == 0 || with(Role::decode) == 0)
        refuse("tokens cannot be made: give pools that do all, or at least one of role prefill and one of role decode");
    auto const& model = spec.pools.front().config.parameters.workload.model;
    for (auto const& pool : spec.pools)
        if (pool.config.parameters.workload.model != model)
            refuse(
                fmt::format("pool {} has model {}, the first one {}: keys and values of one are nothing to the other",
                            pool.name, pool.config.parameters.workload.model, model));
}

namespace {

// Beyond that a step is not computed in one go: prompts of engines without chunks, and a batch that decodes beside
// them.
constexpr std::uint64_t most_prompt_step = 16384;

// Of the law of a wafer's steps, as a share of a step.
constexpr double slow_tolerance = 5e-3;

// A pool on its machine.
struct Pool {
    PoolSpec const*          spec;
    std::unique_ptr<Machine> machine;
    std::unique_ptr<StepLaw> law;
    std::unique_ptr<WorkLaw> work;
    Room                     room;
    EngineRules              rules;
    std::uint32_t            layers = 0;
};

configs::Config settled(configs::Config config)
{
    // The law of steps is asked thousands of times, from within a process of the kernel: forms, where a machine has
    // both. How far off they are from its modules is told in the end.
    if (config.parameters.run.fidelity == configs::Fidelity::automatic)
        config.parameters.run.fidelity = configs::Fidelity::closed_form;
    auto const shape = workloads::read_model(config.parameters.workload.model);
    workloads::settle_widths(config, shape);
    return config;
}

Pool pool_of(PoolSpec const& spec, double time_scale)
{
    auto       pool   = Pool{};
    auto const config = settled(spec.config);
    auto const shape  = workloads::read_model(config.parameters.workload.model);
    pool.spec         = &spec;
    pool.layers       = shape.layers;
    pool.machine      = make_machine(config, workloads::decode_step(shape, config.parameters.workload));
    pool.room         = pool.machine->room();
    pool.rules        = engine_rules(config.parameters, pool.room, pool.machine->standing().devices, shape.layers);
    auto const step_tokens =
        std::max(pool.rules.step_tokens + pool.rules.sequences,
                 pool.rules.name == configs::EngineName::sglang ? most_prompt_step : std::uint64_t{0});
    auto const wafer  = configs::applies("wafer", config.parameters.machine.kind);
    auto       limits = LawLimits{pool.rules.pool_tokens(), step_tokens};
    limits.scale      = time_scale;
    if (wafer) // each step that is asked of one takes a tenth of a second
        limits.tolerance = slow_tolerance;
    pool.law  = std::make_unique<StepLaw>(*pool.machine, limits);
    pool.work = std::make_unique<WorkLaw>(*pool.machine, limits);
    if (pool.law->pipelined()) // several steps are under way: who arrives waits for the next, as it is
        pool.rules.plans_ahead = false;
    // A pipeline takes a sequence a stage, and a wafer as many as its memory was planned for, none longer than that.
    auto const planned_for = pool.law->pipelined() || wafer;
    if (planned_for && pool.room.sequences && *pool.room.sequences > 0) {
        pool.rules.sequences = std::min(pool.rules.sequences, *pool.room.sequences);
        pool.rules.longest   = std::max<std::uint64_t>(pool.room.tiers.front().kv_tokens / *pool.room.sequences,
                                                     config.parameters.workload.context);
    }
    return pool;
}

configs::BytesPerSecond network_of(Pool const& pool)
{
    if (pool.spec->network)
        return *pool.spec->network;
    auto const& p = pool.spec->config.parameters;
    if (configs::applies("wafer", p.machine.kind))
        return p.wafer.io_bandwidth;
    return p.nvlink.network * static_cast<double>(pool.machine->standing().devices);
}

configs::BytesPerSecond host_link_of(Pool const& pool)
{
    if (pool.spec->host_link)
        return *pool.spec->host_link;
    auto const& p       = pool.spec->config.parameters;
    auto const  devices = static_cast<double>(pool.machine->standing().devices);
    return (configs::applies("wafer", p.machine.kind) ? p.wafer.io_bandwidth : p.nvlink.host_link) * devices;
}

// The modules of a system, joined.
class System {
  public:
    System(SystemSpec const& spec, workloads::RequestSource& source) : spec_{spec}, tiers_{spec.tiers}
    {
        for (auto const& pool : spec.pools)
            pools_.push_back(pool_of(pool, spec.time_scale));
        KernelContext::Within const here{kernel_};
        source_ = std::make_unique<SourceModule>("source", source, log_, failure_, spec.concurrency);
        router_ = std::make_unique<RouterModule>("router", spec.router, failure_);
        source_->requests.socket.bind(router_->inlet.socket);
        for (std::size_t p = 0; p < pools_.size(); ++p)
            for (std::uint32_t i = 0; i < pools_[p].spec->replicas; ++i)
                add_engine(p, i);
        join_ports();
        auto const& first = pools_.front().rules;
        source_->set_engine(first.block, first.api_request);
        if (spec.tools) {
            tools_ = std::make_unique<ToolModule>("tools", *spec.tools);
            source_->set_tools(*tools_);
        }
        source_->begin();
    }

    ServingOutcome run()
    {
        kernel_.run();
        failure_.rethrow();
        return outcome();
    }

  private:
    void add_engine(std::size_t p, std::uint32_t number)
    {
        auto& pool    = pools_[p];
        auto  options = ReplicaOptions{pool.spec->role, spec_.step_by_step, pool.work.get()};
        if (pool.spec->role != Role::decode) // what comes to such a pool has been found already
            options.tiers = tiers_.add(fmt::format("{} {}", pool.spec->name, number), pool.rules.block,
                                       pool.room.kv_bytes_per_token.value() * static_cast<double>(pool.rules.block),
                                       host_link_of(pool));
        engines_.push_back(std::make_unique<EngineModule>(fmt::format("engine_{}", engines_.size()).c_str(), pool.rules,
                                                          *pool.law, log_, options, failure_));
        auto& engine = *engines_.back();
        of_engine_.push_back({p, number});
        engine.set_number(engines_.size() - 1);
        engine.answers.socket.bind(source_->answers.socket);
        engine.questions.socket.bind(router_->inlet.socket);
        router_->add(engine);
    }

    void join_ports()
    {
        auto const apart =
            std::any_of(pools_.begin(), pools_.end(), [](Pool const& pool) { return pool.spec->role != Role::all; });
        if (!apart)
            return;
        auto all = std::vector<EngineModule*>{};
        for (std::size_t i = 0; i < engines_.size(); ++i) {
            auto const& pool = pools_[of_engine_[i].pool];
            ports_.push_back(std::make_unique<NetworkPort>(fmt::format("port_{}", i).c_str(),
                                                           "network of " + pool.spec->name, network_of(pool)));
            engines_[i]->set_port(*ports_.back());
            all.push_back(engines_[i].get());
        }
        for (std::size_t i = 0; i < engines_.size(); ++i) {
            auto const& pool = pools_[of_engine_[i].pool];
            if (pool.spec->role != Role::prefill)
                continue;
            auto const& p         = pool.spec->config.parameters;
            auto        departure = Departure{};
            departure.how         = spec_.kv_transfer;
            departure.token       = pool.room.kv_bytes_per_token.value();
            departure.layers      = pool.layers;
            departure.latency     = ticks_of(pool.spec->network_latency.value_or(p.nvlink.network_latency));
            engines_[i]->set_departure(departure, *ports_[i], all);
        }
    }

    ServingOutcome outcome()
    {
        auto result    = ServingOutcome{};
        result.modules = 2 + engines_.size() + ports_.size() + tiers_.modules() + (tools_ != nullptr ? 1 : 0);
        for (auto const& record : log_)
            result.makespan = std::max(result.makespan, record.end);
        auto hash = std::uint64_t{14695981039346656037ULL};
        for (std::size_t i = 0; i < engines_.size(); ++i) {
            auto const& replica = engines_[i]->replica();
            auto        engine  = EngineOutcome{};
            engine.pool         = of_engine_[i].pool;
            engine.number       = of_engine_[i].number;
            engine.totals       = replica.totals();
            engine.spending     = replica.spending();
            engine.blocks       = replica.pool().blocks();
            engine.taken        = replica.pool().taken();
            engine.given_back   = replica.pool().given_back();
            engine.in_use       = replica.pool().in_use();
            result.makespan     = std::max(result.makespan, replica.now());
            result.wakes += engine.totals.wakes;
            hash = (hash ^ replica.state_hash()) * 1099511628211ULL;
            result.engines.push_back(engine);
        }
        for (std::size_t i = 0; i < engines_.size(); ++i)
            result.engines[i].idle = result.engines[i].totals.idle + result.makespan - engines_[i]->replica().now();
        result.state_hash = hash;
        result.messages   = source_->requests.sent() + source_->answers.received();
        for (std::size_t i = 0; i < ports_.size(); ++i) {
            auto const& target = ports_[i]->target;
            result.links.push_back({fmt::format("{} {}", pools_[of_engine_[i].pool].spec->name, of_engine_[i].number),
                                    target.books().served(Traffic::kv), target.transactions(),
                                    ticks_of_picoseconds(target.occupied())});
        }
        for (auto& pool : pools_)
            result.pools.push_back(outcome_of(pool));
        tiers_.tell(result);
        if (tools_ != nullptr)
            result.tools = tools_->outcome();
        result.reuse = source_->reuse();
        result.log   = std::move(log_);
        result.books = books_of(result);
        return result;
    }

    static PoolOutcome outcome_of(Pool& pool)
    {
        auto       result        = PoolOutcome{};
        auto const off           = pool.law->deviation();
        result.name              = pool.spec->name;
        result.role              = pool.spec->role;
        result.machine           = pool.spec->config.machine;
        result.standing          = pool.machine->standing();
        result.rules             = pool.rules;
        result.block_bytes       = pool.room.kv_bytes_per_token.value() * static_cast<double>(pool.rules.block);
        result.replicas          = pool.spec->replicas;
        result.compared          = off.steps;
        result.largest_deviation = off.largest;
        result.evaluations       = pool.law->evaluations();
        result.fidelity          = pool.law->fidelity();
        result.causes            = pool.work->causes();
        result.knows_prompts     = pool.work->knows_prompts();
        result.awake             = pool.work->awake();
        result.always            = pool.work->always();
        result.around            = pool.work->around();
        result.kv                = pool.room.tiers.front().kv;
        result.weights           = pool.room.tiers.front().weights;
        auto const& kind         = kind_row(pool.spec->config);
        if (kind.nameplate != nullptr) {
            auto const plate = kind.nameplate(pool.spec->config.parameters);
            auto const share = plate.devices > 0 ? static_cast<double>(result.standing.devices) / plate.devices : 0.0;
            result.power     = plate.power * share;
            result.bandwidth = plate.bandwidth * share;
        }
        return result;
    }

    // What is counted by requests against what engines, pools and links count.
    static configs::Books books_of(ServingOutcome const& o)
    {
        auto ended = std::uint64_t{0}, dropped = ended, made = ended;
        for (auto const& record : o.log) {
            ended += record.ending == Ending::done;
            dropped += record.ending == Ending::dropped;
            made += record.made;
        }
        auto engines_made = std::uint64_t{0}, put = engines_made, kept = put, taken = put, back = put, time = put,
             of_all = put;
        for (auto const& engine : o.engines) {
            auto const& t = engine.totals;
            engines_made += t.made_tokens;
            put += t.prompt_tokens + t.decoded_tokens + t.shared_tokens + t.came_tokens + t.moved_up_tokens;
            kept += t.kept_tokens + t.lost_tokens;
            taken += engine.taken;
            back += engine.given_back + engine.in_use;
            time += static_cast<std::uint64_t>(t.machine + t.engine + engine.idle);
            of_all += static_cast<std::uint64_t>(o.makespan);
        }
        auto out = std::uint64_t{0}, in = out;
        for (auto const& link : o.links) {
            auto const pool = &link - o.links.data();
            (o.pools[o.engines[static_cast<std::size_t>(pool)].pool].role == Role::prefill ? out : in) += link.bytes;
        }
        auto books    = configs::Books{};
        books.entries = {
            {"requests", "begun", "ended + dropped", o.log.size(), ended + dropped},
            {"tokens out", "made by engines", "received by clients", engines_made, made},
            {"tokens in the cache", "computed + found + moved in", "kept to the end + lost", put, kept},
            {"blocks", "taken", "given back + in use", taken, back},
            {"bytes moved between pools", "sent", "received", out, in},
            {"time of replicas, in picoseconds", "machine + engine + idle", "makespan of each", time, of_all}};
        TierSystem::keep_books(o, books);
        books.require_balanced();
        return books;
    }

    struct OfEngine {
        std::size_t   pool;
        std::uint32_t number;
    };

    KernelContext     kernel_;
    SystemSpec const& spec_;
    Failure           failure_;
    RequestLog        log_;
    std::vector<Pool> pools_;
    TierSystem        tiers_;

    std::unique_ptr<SourceModule>              source_;
    std::unique_ptr<RouterModule>              router_;
    std::unique_ptr<ToolModule>                tools_;
    std::vector<std::unique_ptr<EngineModule>> engines_;
    std::vector<OfEngine>                      of_engine_;
    std::vector<std::unique_ptr<NetworkPort>>  ports_;
};

} // namespace

ServingOutcome serve(SystemSpec const& spec, workloads::RequestSource& source)
{
    require_possible(spec);
    auto system         = System{spec, source};
    auto outcome        = system.run();
    outcome.source      = source.description();
    outcome.closed_loop = spec.concurrency.has_value();
    for (auto const& note : source.notes())
        outcome.notes.push_back(note);
    return outcome;
}

} // namespace scribeline::models
