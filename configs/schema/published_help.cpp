#include "configs/schema/published_help.hpp"

namespace scribeline::configs {

char const* published_help()
{
    return R"(
Prints simulated, closed form, published, deviation, tolerance and source of each row, then the mean and worst
deviation by kind and metric. Exit 1 when a row is outside its tolerance, does not fit, or none can be simulated.

A cases file is CSV: a header with all of these columns in any order, then a row per case. Cells may be quoted; blank
lines and lines that begin with # are skipped. Mistakes are told, all at once, before anything runs.

  case_id            a name; need not differ
  kind               decode      one layer of a decode step on the region, as 'run' has it
                     gemv        a matrix-vector product on a square region
                     collective  a reduction, broadcast or all-reduce on a line of PEs
                     transfer    wavelets from one end of a line of PEs to the other
                     prefill     a prompt as long as the context in one layer on the region, as 'run --prompt' has it
  machine            as --machine; a path starts at the cases file
  model              decode, prefill: as --model
                     gemv: N of the product [1, N] x [N, N]
                     collective: chain, star, two_level, tree or broadcast; reduce: before it changes nothing,
                     all_reduce: before chain, two_level or tree makes it the all-reduce of a decode layer
                     transfer: nothing
  region             PEs, columns x rows, such as 420x420. Empty: for decode the fastest square;
                     with mapping.schedule=pipeline in set a whole token, placed by the planner
                     collective and transfer: a line such as 64x1 or 1x64; a transfer over h hops has h + 1 PEs
  groups             of the two-level reduction. Empty: 0, the divisor of the line nearest to its square root
  context            tokens in the KV cache. Empty: as in 'scribeline explain workload.context'
  batch              empty or 1; rows with more are answered 'not simulated'
  set                parameters as --set, between semicolons: wafer.clock=1.1 GHz;workload.kv_heads=full
                     (WaferLLM's decode rows need both: keys and values at full width, time at 1.1 GHz)
                     collective, transfer: wavelets=64, how many each PE sends (or a transfer as a whole), or the
                     context cell; setup=before|included, whether operations are set up before the first cycle
                     (before: reductions and broadcasts, as closed forms count; included: all-reduces, transfers)
  metric             cycles, latency: of what the row runs, for decode one layer
                     cycles_per_layer: the same, of decode and prefill alone
                     time_per_token, tokens_per_second: of decode, layers times the one layer; also called
                     time_per_output_token, cycles_per_token, tokens_per_second_per_user, tokens_per_request_per_s
                     prompt_tokens_per_second, prompt_tokens_per_s: of prefill, tokens of the prompt
  value, unit        cycles; ns, us, ms, s, at the row's wafer.clock; tok/s of tokens_per_second
  tolerance_percent  of the deviation; empty: report only
  source             who measured it, how

A file about GPUs has other columns; its header tells. kind, machine, value, unit, tolerance_percent, source and case_id
must be there, and what the kinds in the file need:

  kind               gpu_gemm                C[m,n] = A[m,k] B[k,n]: bits, m, n, k; activation_bits where
                                             the activations have others than the weights
                     gpu_attention           one query a sequence against its cache: bits, batch, heads, kv_heads,
                                             head_dim, context
                     gpu_prefill_attention   the same of whole prompts
                     gpu_allreduce           library (nccl, tensorrt_llm, vllm), gpus, bytes
                     gpu_decode, gpu_served  a token without and with the server: model, bits, batch, context, gpus;
                                             library=nccl: its ring adds up, else whatever is fastest
                     gpu_power               watts of a GPU without its server, in the mean over so many seconds, while
                                             batch users were served: the same, and prompt (tokens of each), seconds,
                                             tokens_in, tokens_out; context: the mean of a sequence
  machine            also as tables of measurements call the device: h100_sxm, gb200
  library            what follows the name after a space is ignored: NCCL 2.27.3
  bits               of weights, or of keys and values: 4, 8, 16, or bfloat16, float16, fp8, int8, nvfp4, int4
  set                parameters as --set: gpu.memory_bandwidth=4.8 TB/s;workload.kv_bits=8
  unit               ns, us, ms, s; of a token also tok/s, of one user; of a power W (device_power)

A file about requests that were served has the columns concurrency or trace. case_id, kind, machine, model, metric,
value, unit, tolerance_percent and source must be there:

  kind               served                 input, output (a length, or a distribution as serve takes it), concurrency
                     served_trace           trace: a file of requests, which starts at the cases file
                     served_disaggregated   as served, with machine for the prompts and decode_machine for the tokens
  machine            of one replica, as --machine; replicas, decode_replicas: how many, without: 1
  engine, version    vllm, sglang or trtllm, and whose times configs/engines has; without: the newest
  requests           of a closed loop; without: ten times the concurrency
  set                parameters as --set: engine.max_num_seqs=128;gpu.tensor=2
  metric             time_to_first_token, inter_token_latency, end_to_end_latency, queue_time: means over requests;
                     makespan; output_tokens_per_second

)";
}

} // namespace scribeline::configs
