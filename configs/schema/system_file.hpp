// A file of a serving system: pools of replicas, and what joins them.
//
//     description = "4 H200 take in prompts, 4 make tokens"
//     router      = "least_tokens"
//     kv_transfer = "by_layer"
//
//     [[pool]]
//     name     = "prefill"
//     role     = "prefill"             # all, prefill, decode; without: all
//     machine  = "h200:1"              # as --machine takes it
//     replicas = 4
//     network  = "45 GB/s"             # of a replica, each way; without: as the machine has it
//     set      = { "engine.max_num_seqs" = 64 }
#pragma once

#include "configs/config.hpp"
#include "configs/schema/command_line.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::configs {

constexpr std::uint32_t most_replicas = 4096; // of a pool, assumed: more than any site has

struct SystemFilePool {
    std::string           name, role, machine;
    std::uint32_t         replicas = 1;
    std::string           network, network_latency; // as written; empty: not given
    std::vector<Override> overrides;
};

struct SystemFile {
    std::string                 name; // for messages
    std::string                 description;
    std::vector<Override>       overrides; // for all pools: router, kv_transfer
    std::vector<SystemFilePool> pools;
};

// A name out of configs/systems, or a path. Throws UserError: no_input (there is none), bad_config (with its place).
SystemFile read_system_file(std::string const& name_or_path);

std::vector<std::string> shipped_systems();

} // namespace scribeline::configs
