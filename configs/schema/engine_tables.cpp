// Every parameter of an inference engine, one row each. Names are those of vLLM where it has the parameter.
#include "configs/schema/engine_tables.hpp"

namespace scribeline::configs {

namespace {

namespace src {
auto const defaults =
    "the engine's own defaults (vllm engine arguments; sglang server_args; TensorRT-LLM documentation)";
auto const fit  = "fit of vLLM 0.15 on an H100 (inference-sim, trained-physics)";
auto const user = "what to simulate";
} // namespace src

} // namespace

Group engine_group()
{
    using P = EngineParams;
    return table<&Parameters::engine>(
               "The inference engine that `serve` puts on every replica; 0 is the engine's own default")
        .row<&P::name>("vllm", "whose scheduler decides what a step computes", src::user, Origin::choice)
        .row<&P::version>("newest", "of the engine: whose times configs/engines has", src::user, Origin::choice)
        .row<&P::max_num_batched_tokens>("0", "0", "1048576", "computed in one step at most; 0: as the engine has it",
                                         src::defaults, Origin::published)
        .counts("token")
        .row<&P::max_num_seqs>("0", "0", "1048576", "requests that run at once; 0: as the engine has it", src::defaults,
                               Origin::published)
        .counts("request")
        .row<&P::block_size>("0", "0", "4096", "of a block of the KV pool; 0: as the engine has it", src::defaults,
                             Origin::published)
        .counts("token")
        .row<&P::gpu_memory_utilization>("0 %", "0 %", "100 %",
                                         "of the memory that weights, activations and KV pool may take together; 0: as "
                                         "the engine has it",
                                         src::defaults, Origin::published)
        .row<&P::enable_prefix_caching>("true", "blocks of ended requests are found again by their hash", src::defaults,
                                        Origin::published)
        .row<&P::enable_chunked_prefill>("true", "a prompt may be taken in over several steps", src::defaults,
                                         Origin::published)
        .row<&P::long_prefill_token_threshold>("0", "0", "1048576",
                                               "vllm: of one prompt in one step at most; 0: no bound of its own",
                                               src::defaults, Origin::published)
        .counts("token")
        .row<&P::guaranteed_no_evict>("true",
                                      "trtllm: a request is admitted when all its output has room; false: it may be "
                                      "paused later",
                                      src::defaults, Origin::published)
        .row<&P::schedule_conservativeness>("100 %", "1 %", "1000 %",
                                            "sglang: scales the share of output that is reserved for what runs",
                                            src::defaults, Origin::published)
        .row<&P::async_scheduling>("true",
                                   "a step is planned while the one before it runs: who arrives meanwhile waits for "
                                   "one step more",
                                   src::defaults, Origin::published)
        .row<&P::step_overhead>("126 us", "0 s", "1 s", "of the engine, between two steps that a host launches",
                                src::fit, Origin::published)
        .row<&P::layer_overhead>("32 us", "0 s", "1 s", "the same for each layer of a step", src::fit,
                                 Origin::published)
        .row<&P::request_overhead>("20 us", "0 s", "1 s", "the same for each request of the batch", src::fit,
                                   Origin::published)
        .row<&P::prompt_layer_launch>("490 us", "0 s", "1 s",
                                      "by the host, of each layer for each prompt that a step takes in, whose kernels "
                                      "stand in no graph: a step takes at least that",
                                      src::fit, Origin::published)
        .row<&P::api_request>("1 ms", "0 s", "10 s", "between client and engine, once a request", src::fit,
                              Origin::published)
        .row<&P::api_prompt_token>("0 s", "0 s", "1 s",
                                   "of each token of a prompt, by the one thread that takes in the requests of a "
                                   "replica",
                                   src::fit, Origin::published)
        .row<&P::api_token>("46 us", "0 s", "1 s",
                            "between engine and client, of each token: a step takes at least that for all of its own",
                            src::fit, Origin::published)
        .row<&P::router>("round_robin",
                         "which replica takes a request: each in turn, that with the fewest tokens to "
                         "do, or that which holds most of the prompt",
                         src::user, Origin::choice)
        .row<&P::kv_transfer>(
            "by_layer",
            "how keys and values move from a prefill pool to a decode pool: when the prompt is done, or "
            "layer by layer while it is computed",
            src::user, Origin::choice);
}

} // namespace scribeline::configs
