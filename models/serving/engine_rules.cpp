#include "models/serving/engine_rules.hpp"

#include "configs/does_not_fit.hpp"
#include "models/serving/engine_time.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::EngineName;
using configs::Exit;
using configs::UserError;

// What each engine takes when it is told nothing, from its public sources: vllm engine arguments, sglang server_args,
// TensorRT-LLM documentation. The first of two counts is for devices of less than 70 GiB.
struct Defaults {
    EngineName    name;
    char const*   said;
    std::uint64_t step_tokens_small, step_tokens, sequences_small, sequences, block;
    double        memory; // share that the engine may take
};
constexpr Defaults all_defaults[] = {
    {EngineName::vllm, "vllm", 2048, 8192, 256, 1024, 16, 0.9},
    {EngineName::sglang, "sglang", 2048, 8192, 2048, 2048, 1, 0.88},
    {EngineName::trtllm, "trtllm", 8192, 8192, 2048, 2048, 32, 0.9},
};
constexpr double large_memory = 70.0 * 1024 * 1024 * 1024;

Defaults const& defaults_of(EngineName name)
{
    for (auto const& each : all_defaults)
        if (each.name == name)
            return each;
    SCRIBELINE_EXPECT(!"an engine without defaults");
    return all_defaults[0];
}

// SGLang reserves 0.7 of the output that is still to come at first, 0.14 of that 600 steps later (global_config).
constexpr double reserved_at_first = 0.7, reserved_share_at_least = 0.14, reserved_steps = 600;

// Tokens of the KV pool: what the engine's share of the memory leaves beside weights and activations. SRAM has no such
// share: an engine owns all of it.
double pool_tokens(RoomOfTier const& tier, double share)
{
    auto const all = static_cast<double>(tier.kv_tokens);
    if (tier.tier != "hbm" || !(tier.kv.value() > 0))
        return all;
    auto const left = tier.capacity.value() * share - tier.weights.value() - tier.runtime.value();
    return all * left / tier.kv.value();
}

} // namespace

EngineRules engine_rules(configs::Parameters const& parameters, Room const& room, std::uint32_t devices,
                         std::uint32_t layers)
{
    auto const& engine = parameters.engine;
    auto const  time   = engine_time(parameters, layers);
    SCRIBELINE_EXPECT(!room.tiers.empty() && devices > 0);
    auto const& standard = defaults_of(engine.name);
    auto const& tier     = room.tiers.front();
    auto const  large    = tier.capacity.value() / devices >= large_memory;
    auto const  given    = [](std::uint64_t value, std::uint64_t otherwise) { return value > 0 ? value : otherwise; };

    auto rules        = EngineRules{};
    rules.name        = engine.name;
    rules.step_tokens = given(engine.max_num_batched_tokens, large ? standard.step_tokens : standard.step_tokens_small);
    rules.sequences   = given(engine.max_num_seqs, large ? standard.sequences : standard.sequences_small);
    rules.block       = given(engine.block_size, standard.block);
    rules.prefix_caching          = engine.enable_prefix_caching;
    rules.chunked                 = engine.enable_chunked_prefill;
    rules.reserves_output         = engine.name == EngineName::trtllm && engine.guaranteed_no_evict;
    rules.prompt_threshold        = engine.name == EngineName::vllm ? engine.long_prefill_token_threshold : 0;
    rules.reserved_at_first       = reserved_at_first * engine.schedule_conservativeness.value;
    rules.reserved_at_least       = rules.reserved_at_first * reserved_share_at_least;
    rules.reserved_less_each_step = (rules.reserved_at_first - rules.reserved_at_least) / reserved_steps;
    rules.plans_ahead             = engine.async_scheduling;
    rules.step_overhead           = ticks_of(time.step);
    rules.request_overhead        = ticks_of(time.request);
    rules.prompt_launch           = ticks_of(time.prompt_launch);
    rules.token_floor             = ticks_of(time.token);
    rules.api_request             = ticks_of(engine.api_request);
    rules.api_prompt_token        = ticks_of(engine.api_prompt_token);
    rules.api_token               = ticks_of(engine.api_token);

    auto const share  = engine.gpu_memory_utilization.value > 0 ? engine.gpu_memory_utilization.value : standard.memory;
    auto const tokens = pool_tokens(tier, share);
    if (tokens < static_cast<double>(rules.block))
        throw configs::DoesNotFit{
            fmt::format("no block of keys and values is left: weights take {:.1f} GB and the runtime {:.1f} GB of the "
                        "{:.1f} GB that {} may use (engine.gpu_memory_utilization). Take more devices",
                        tier.weights.value() / 1e9, tier.runtime.value() / 1e9, tier.capacity.value() * share / 1e9,
                        standard.said),
            tier.weights.value() + tier.runtime.value(), tier.capacity.value() * share};
    rules.pool_blocks = static_cast<std::uint64_t>(tokens) / rules.block;

    if (rules.step_tokens < rules.sequences && engine.max_num_batched_tokens > 0) {
        if (engine.max_num_seqs > 0)
            throw UserError{Exit::bad_config,
                            fmt::format("engine.max_num_batched_tokens = {}: each of engine.max_num_seqs = {} requests "
                                        "needs one token of a step. Give at least as many tokens",
                                        rules.step_tokens, rules.sequences)};
    }
    rules.sequences = std::min(rules.sequences, rules.step_tokens);
    return rules;
}

} // namespace scribeline::models
