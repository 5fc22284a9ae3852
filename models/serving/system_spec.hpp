// What a serving system is made of: pools of replicas, and what joins them.
#pragma once

#include "configs/config.hpp"
#include "models/serving/replica.hpp"
#include "models/serving/tier_spec.hpp"
#include "models/serving/tool_pool.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

// Replicas that are alike.
struct PoolSpec {
    std::string     name     = "serve";
    Role            role     = Role::all;
    std::uint32_t   replicas = 1;
    configs::Config config; // of one: machine, model, engine

    // Of one replica to the network between pools, each way; nothing: as its machine has it.
    std::optional<configs::BytesPerSecond> network;
    std::optional<configs::Seconds>        network_latency;
    // To the tiers, each way; nothing: as its machine has it.
    std::optional<configs::BytesPerSecond> host_link;
};

struct SystemSpec {
    std::string             name;
    std::vector<PoolSpec>   pools; // one of role `all`, or one of `prefill` and one of `decode`
    configs::Router         router       = configs::Router::round_robin;
    configs::KvTransfer     kv_transfer  = configs::KvTransfer::by_layer;
    bool                    step_by_step = false;
    double                  time_scale   = 1; // of what machines take: for a band around a figure
    std::vector<KvTierSpec> tiers;            // below the KV pools of who takes in prompts, fastest first
    std::optional<ToolSpec> tools;            // nothing: tools take as long as they are said to
    // So many sessions are under way, whatever their arrivals; nothing: they come when they arrive. A request without a
    // session is one.
    std::optional<std::uint64_t> concurrency;
};

// Throws configs::UserError where pools cannot work together.
void require_possible(SystemSpec const& spec);

} // namespace scribeline::models
