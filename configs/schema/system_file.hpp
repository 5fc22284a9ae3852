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
//     host_link = "440 GB/s"           # of a replica to the tiers, each way; without: as the machine has it
//
//     [[tier]]                         # below the KV pools, fastest first
//     name     = "host"
//     memory   = "host"                # as --tier takes it; without: its name
//     count    = 1                     # of them side by side
//     capacity = "1.5 TB"              # for blocks; without: that of the memory
//     link     = "400 GB/s"            # of its own, each way, beside the host link; without: none
//     shared   = true                  # one for all replicas; without: as the memory has it
//     policy   = "ttl=300 s, pin"
//
//     [tools]                          # processors on which tools work
//     cores    = 64
//     speed    = 1.5                   # times that of the recording
#pragma once

#include "configs/config.hpp"
#include "configs/schema/command_line.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::configs {

constexpr std::uint32_t most_replicas = 4096; // of a pool, assumed: more than any site has

struct SystemFilePool {
    std::string           name, role, machine;
    std::uint32_t         replicas = 1;
    std::string           network, network_latency, host_link; // as written; empty: not given
    std::vector<Override> overrides;
};

// As written; empty: not given.
struct SystemFileTier {
    std::string         name, memory, capacity, link, policy;
    std::uint32_t       count = 1;
    std::optional<bool> shared;
    std::string         place; // "FILE:LINE:COLUMN"
};

struct SystemFileTools {
    std::uint32_t cores = 1;
    double        speed = 1;
};

struct SystemFile {
    std::string                 name; // for messages
    std::string                 description;
    std::vector<Override>       overrides; // for all pools: router, kv_transfer
    std::vector<SystemFilePool> pools;
    std::vector<SystemFileTier> tiers;

    std::optional<SystemFileTools> tools;
};

// A name out of configs/systems, or a path. Throws UserError: no_input (there is none), bad_config (with its place).
SystemFile read_system_file(std::string const& name_or_path);

std::vector<std::string> shipped_systems();

} // namespace scribeline::configs
