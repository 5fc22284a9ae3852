// Parameters of what serves requests on a machine: the scheduler of an inference engine, under the engine's own names,
// and the time that the engine itself takes. The rows that give each member its key, default, range, help, source and
// origin stand in configs/schema/engine_tables.cpp.
#pragma once

#include "configs/gpu_parameters.hpp"
#include "configs/units/quantity.hpp"

#include <cstdint>
#include <string>

namespace scribeline::configs {

enum class EngineName { vllm, sglang, trtllm };
enum class Router { round_robin, least_tokens, prefix_aware };
enum class KvTransfer { whole, by_layer };

// 0 of a count or a share: as the engine has it on devices of that memory (models/serving/engine_rules.cpp).
struct EngineParams {
    EngineName    name;
    std::string   version;                // whose times configs/engines has: "0.19", "newest"
    std::uint32_t max_num_batched_tokens; // computed in one step at most
    std::uint32_t max_num_seqs;           // that run at once
    std::uint32_t block_size;             // tokens of a block of the KV pool
    Share         gpu_memory_utilization; // of the device's memory that weights, activations and KV pool may take
    bool          enable_prefix_caching;
    bool          enable_chunked_prefill;
    std::uint32_t long_prefill_token_threshold; // of a prompt in one step at most; 0: no bound of its own
    bool          guaranteed_no_evict;          // trtllm: room for all output is reserved at admission
    Share         schedule_conservativeness;    // sglang: scales the share of output that is reserved

    bool    async_scheduling;    // a step is planned while the one before it runs
    Seconds step_overhead;       // of the engine, between two steps
    Seconds layer_overhead;      // the same for each layer of the model
    Seconds request_overhead;    // the same for each request of the batch
    Seconds prompt_layer_launch; // by the host, of a layer for each prompt of a step: a step takes at least that
    Seconds api_request;         // from the client to the engine, once a request
    Seconds api_prompt_token;    // of a prompt, by the one thread that takes requests in
    Seconds api_token;           // from the engine to the client, of each token: the same

    Router     router;      // which replica takes a request
    KvTransfer kv_transfer; // from where prompts are taken in to where tokens are made
};

} // namespace scribeline::configs
