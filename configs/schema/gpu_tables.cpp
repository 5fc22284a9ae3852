// Every parameter of GPUs, SRAM-only racks and plain-memory accelerators, one row each. The defaults of `gpu`,
// `kernels` and `nvlink` are an H100; machines/*.toml hold complete machines, with sources.
#include "configs/schema/gpu_tables.hpp"

#include "configs/schema/energy_tables.hpp"
#include "configs/schema/engine_tables.hpp"
#include "configs/schema/price_tables.hpp"

#include <algorithm>
#include <array>

namespace scribeline::configs {

namespace {

namespace src {
auto const tables         = "stas00/ml-engineering, accelerator tables";
auto const system         = "ai-dynamo/aiconfigurator, system description 095f58a";
auto const benches        = "te42kyfo/gpu-benches, 2024-06";
auto const gemm_rows      = "matrix products measured on an H100 (ai-dynamo/aiconfigurator): fitted, docs/gpu.md";
auto const attention_rows = "decode attention measured on an H100 (ai-dynamo/aiconfigurator): fitted, docs/gpu.md";
auto const reduce_rows    = "all-reduce measured on H100s (ai-dynamo/aiconfigurator): fitted, docs/gpu.md";
auto const user           = "what to simulate";
} // namespace src

// Those of models/host/tier_spec.cpp.
std::vector<std::string> tiers()
{
    return {"none",        "ddr5_4800_8ch", "ddr5_6400_12ch", "grace_lpddr5x", "vera_lpddr5x",
            "cxl_gen5_x8", "nvme_gen4",     "nvme_gen5",      "rdma_8x400",    "storage_3fs"};
}

Group gpu()
{
    using P = GpuParams;
    return table<&Parameters::gpu>("GPUs that share a model, as the datasheet of one has it")
        .row<&P::devices>("8", "1", "65536", "GPUs that share the model", src::user, Origin::choice)
        .row<&P::tensor>("0", "0", "65536", "GPUs that share each layer; 0: as is fastest", src::user, Origin::choice)
        .row<&P::pipeline>("0", "0", "65536", "stages that the layers are cut into; 0: as is fastest", src::user,
                           Origin::choice)
        .row<&P::experts>(
            "sliced",
            "routed experts of a layer: each cut among the GPUs that share the layer, or whole and dealt out "
            "to them (expert parallelism)",
            src::user, Origin::choice)
        .row<&P::expert_kernel>(
            "expert_centric",
            "experts of a step of decode: around experts (tokens are gathered, padded, quantised where experts are "
            "narrow, scattered and combined), or around what they give (two kernels, a warp for each value, sums in "
            "registers; Cursor's warp decode)",
            src::user, Origin::choice)
        .row<&P::lm_head_cut>("true",
                              "the output projection is cut among the GPUs that share a layer; otherwise each of them "
                              "computes all logits (gpt-fast)",
                              src::user, Origin::choice)
        .row<&P::sms>("132", "1", "65536", "streaming multiprocessors (SMs) of a GPU, all dies together", src::tables,
                      Origin::datasheet)
        .row<&P::dies>("1", "1", "16", "dies that make up one GPU", src::tables, Origin::datasheet)
        .row<&P::clock>("1.83 GHz", "1 MHz", "100 GHz", "boost clock of the SMs", src::tables, Origin::datasheet)
        .row<&P::peak_16>("989.4 TFLOP/s", "1 GFLOP/s", "1000 PFLOP/s", "dense products of 16-bit floating point",
                          src::tables, Origin::datasheet)
        .row<&P::peak_8>("1.9789 PFLOP/s", "1 GFLOP/s", "1000 PFLOP/s", "dense products of 8 bits", src::tables,
                         Origin::datasheet)
        .row<&P::peak_4>("1.9789 PFLOP/s", "1 GFLOP/s", "1000 PFLOP/s", "dense products of 4 bits",
                         "no 4-bit units: as with 8 bits", Origin::derived)
        .row<&P::shared_memory>("228 KiB", "1 KiB", "64 MiB", "shared memory of one SM", src::tables, Origin::datasheet)
        .row<&P::l2>("50 MB", "1 KiB", "1 TB", "L2 cache, all dies together", src::tables, Origin::datasheet)
        .row<&P::l2_bandwidth>("10 TB/s", "1 GB/s", "10 PB/s", "reads from L2",
                               "te42kyfo/gpu-benches, 2024-06, on an H200, which has the same die", Origin::published)
        .row<&P::die_link>("5 TB/s", "1 GB/s", "1 PB/s", "between two dies of a GPU, each way; unused with one die",
                           "one die: no such link, the figure is that of a B200", Origin::assumed)
        .row<&P::memory_kind>("hbm3", "generation of the HBM, or of GDDR", src::tables, Origin::datasheet)
        .only({"hbm2", "hbm2e", "hbm3", "hbm3e", "hbm4", "gddr6", "gddr6x", "gddr7"})
        .row<&P::memory_stacks>("5", "1", "64", "stacks of HBM; of GDDR, devices of 32 data pins", src::tables,
                                Origin::datasheet)
        .row<&P::memory>("80 GB", "1 MB", "100 TB", "HBM that a program may use", src::system, Origin::datasheet)
        .row<&P::memory_runtime>("2 GB", "0 B", "100 TB", "HBM that driver, libraries and workspace take",
                                 "no figure published; contexts, communication buffers and workspace of the usual "
                                 "servers, some 1 to 3 GB",
                                 Origin::assumed)
        .row<&P::memory_bandwidth>("3.35 TB/s", "1 GB/s", "1 PB/s", "peak of the HBM", src::system, Origin::datasheet)
        .row<&P::memory_latency>("370 ns", "1 ns", "10 us", "one read of idle HBM, as an SM sees it",
                                 "te42kyfo/gpu-benches, 2024-06: 650 cycles on a PCIe card", Origin::published)
        .row<&P::power>("700 W", "1 W", "100 kW", "the most that a GPU takes", src::tables, Origin::datasheet)
        .row<&P::kv_tier>("none",
                          "memory behind nvlink.host_link that takes the keys and values that HBM has no room for: "
                          "DRAM, CXL, drives, network (docs/hbm.md)",
                          src::user, Origin::choice)
        .only(tiers())
        .row<&P::kv_prefetch>("1", "0", "1024", "layers whose keys and values are fetched while others compute",
                              src::user, Origin::choice)
        .counts("layer")
        .row<&P::weights_tier>("none",
                               "memory behind nvlink.host_link that takes the weights of layers that HBM has no room "
                               "for; they are fetched in every step",
                               src::user, Origin::choice)
        .only(tiers())
        .row<&P::weights_prefetch>("1", "0", "1024", "layers whose weights are fetched while others compute", src::user,
                                   Origin::choice)
        .counts("layer")
        .row<&P::host_gpus>("8", "1", "65536", "GPUs that share one host, and its memory beyond the HBM",
                            "HGX board of eight", Origin::datasheet);
}

Group kernels()
{
    using P = KernelParams;
    return table<&Parameters::kernels>("What kernels do with a GPU")
        .row<&P::fixed>("2.6 us", "0 s", "1 ms", "of a kernel launched by itself: launch, first and last wave",
                        src::gemm_rows, Origin::derived)
        .row<&P::graph_step>("1.35 us", "0 s", "1 ms", "of a kernel that follows another one in a graph",
                             "te42kyfo/gpu-benches, 2024-06: dependent small kernels in a graph, on an H200",
                             Origin::published)
        .row<&P::tensor_share>("80 %", "1 %", "100 %", "of the arithmetic peak that large matrix products sustain",
                               src::gemm_rows, Origin::derived)
        .row<&P::tensor_share_4>("80 %", "1 %", "100 %", "the same of products of 4 bits",
                                 "no 4-bit units: as with 8 bits", Origin::derived)
        .row<&P::tile_sms>("1", "1", "16", "SMs that compute a tile together: each loads its share of the columns",
                           "as the library's fastest kernels do; sharing in a cluster is not modelled", Origin::derived)
        .counts("SM")
        .row<&P::pipeline_share>("125 %", "1 %", "200 %",
                                 "of shared memory, what tiles on their way from memory amount to",
                                 "matrix products measured on an H100 and a B200 (ai-dynamo/aiconfigurator): fitted "
                                 "together, docs/gpu.md. All stages are asked for ahead, and as much as if a quarter "
                                 "more were",
                                 Origin::derived)
        .row<&P::loaded_latency>("220 %", "100 %", "2000 %", "a read of memory under load, of memory_latency",
                                 src::gemm_rows, Origin::derived)
        .row<&P::split_step>("2 us", "0 s", "1 ms", "of a product split along k: wait for the parts and add them",
                             src::gemm_rows, Origin::derived)
        .row<&P::sm_load_bytes>("64", "1", "4096", "bytes that an SM takes from L2 in a cycle", src::benches,
                                Origin::published)
        .counts("byte/cycle")
        .row<&P::sm_shared_bytes>("128", "1", "4096", "bytes that an SM reads from shared memory in a cycle",
                                  "32 banks of 4 B, CUDA programming guide", Origin::datasheet)
        .counts("byte/cycle")
        .row<&P::special_functions>("16", "1", "1024", "exponentials of an SM in a cycle",
                                    "CUDA programming guide: arithmetic throughput", Origin::datasheet)
        .counts("element/cycle")
        .row<&P::softmax_overlap>(
            "33 %", "0 %", "100 %",
            "of softmax and products in attention over a prompt: of the shorter, what the longer "
            "hides",
            "prefill attention measured on an H100 (ai-dynamo/aiconfigurator): fitted, docs/gpu.md", Origin::derived)
        .row<&P::convert_rate>("10", "1", "1024",
                               "elements of keys and values that an SM takes in a cycle without tensor cores",
                               "128 lanes at some 12 instructions an element; decode attention with one query head per "
                               "key head on an H100",
                               Origin::derived)
        .counts("element/cycle")
        .row<&P::attention_block>("64", "1", "65536", "tokens of a sequence that are not divided further",
                                  "tile of the usual kernels", Origin::published)
        .counts("token")
        .row<&P::attention_flight>("18 KiB", "1 KiB", "1 MiB",
                                   "keys and values that one block of threads has on their way", src::attention_rows,
                                   Origin::derived)
        .row<&P::attention_blocks>("2", "1", "64", "blocks of threads of decode attention on an SM",
                                   "two pipelines of tiles of keys and values and the scores fill shared memory",
                                   Origin::derived)
        .counts("block")
        .row<&P::attention_skew>("1024", "0", "1048576", "tokens that the last block of threads lags behind",
                                 src::attention_rows, Origin::derived)
        .counts("token")
        .row<&P::quantise_kernels>("3", "0", "64",
                                   "kernels before a product of 8 or 4 bits that quantise its activations by "
                                   "themselves: largest value, scale, convert",
                                   src::gemm_rows, Origin::derived)
        .counts("kernel")
        .row<&P::quantise_bytes>("5", "0", "64",
                                 "bytes that they move per element: 2 read for the largest value; 2 and 1 to convert",
                                 "counted", Origin::derived)
        .counts("byte");
}

Group nvlink()
{
    using P = NvlinkParams;
    return table<&Parameters::nvlink>("Between GPUs, and from a GPU to its host")
        .row<&P::domain>("8", "1", "65536", "GPUs that reach one another over NVLink", "HGX board of eight",
                         Origin::datasheet)
        .row<&P::bandwidth>("450 GB/s", "1 MB/s", "1 PB/s", "NVLink of one GPU, each way", src::system,
                            Origin::datasheet)
        .row<&P::in_switch>("true", "the switch can add up what passes it", "NVLink 4 switches (SHARP)",
                            Origin::datasheet)
        .row<&P::store_share>("64 %", "1 %", "100 %", "of it that loads and stores of SMs reach", src::reduce_rows,
                              Origin::derived)
        .row<&P::copy_share>("72 %", "1 %", "100 %", "of it that the long streams of a ring reach", src::reduce_rows,
                             Origin::derived)
        .row<&P::switch_share>("58 %", "1 %", "100 %",
                               "of it that vectors which the switch adds up reach: of their own bytes, whatever the "
                               "number of GPUs",
                               "all-reduce of 256 and 512 MiB measured on eight H100s (ai-dynamo/aiconfigurator)",
                               Origin::derived)
        .row<&P::collective_start>("1.35 us", "0 s", "1 ms", "of a kernel that communicates",
                                   "as any kernel in a graph (te42kyfo/gpu-benches)", Origin::derived)
        .row<&P::exchange>("1.42 us", "0 s", "1 ms", "a flag to one peer and its own seen: store, fence, poll",
                           src::reduce_rows, Origin::derived)
        .row<&P::exchange_peer>("50 ns", "0 s", "1 ms", "more for each further peer", src::reduce_rows, Origin::derived)
        .row<&P::fence>("1.7 us", "0 s", "1 ms", "until what was written is seen by all others", src::reduce_rows,
                        Origin::derived)
        .row<&P::store_block>("127 GB/s", "1 MB/s", "1 PB/s",
                              "that the blocks of threads of a short vector (8 KiB) store to other GPUs; longer "
                              "vectors have more of them",
                              src::reduce_rows, Origin::derived)
        .row<&P::ring_start>("3.7 us", "0 s", "1 ms", "of a ring's library, beyond collective_start", src::reduce_rows,
                             Origin::derived)
        .row<&P::ring_step>("800 ns", "0 s", "1 ms", "from one GPU of a ring to the next", src::reduce_rows,
                            Origin::derived)
        .row<&P::bulk_start>("22 us", "0 s", "10 ms", "of the library's protocol for long messages, beyond ring_start",
                             src::reduce_rows, Origin::derived)
        .row<&P::all_reduce>("fastest", "how partial sums of tensor parallelism are added up", src::user,
                             Origin::choice)
        .row<&P::host_link>("55 GB/s", "1 MB/s", "1 PB/s", "PCIe or NVLink-C2C of one GPU, each way",
                            "nvbandwidth, PCIe Gen5 x16, measured", Origin::published)
        .row<&P::network>("45 GB/s", "1 MB/s", "1 PB/s", "network of one GPU, beyond the NVLink domain, each way",
                          "one adapter of 400 Gb/s a GPU; 90 GB/s measured for two (deepseek-ai/DeepEP)",
                          Origin::derived)
        .row<&P::network_latency>("5 us", "0 s", "10 ms", "of that network",
                                  "no clean figure; the order of an RDMA write that a GPU starts", Origin::assumed);
}

Group sram()
{
    using P = SramParams;
    return table<&Parameters::sram>("Chips that hold weights and KV cache in SRAM and run by a fixed schedule")
        .row<&P::chips>("576", "1", "1048576", "chips that share the model",
                        "chips that served Llama-2-70B: recalled, unverified", Origin::assumed)
        .row<&P::memory>("230 MB", "1 KiB", "1 TB", "SRAM of a chip", "vendor's claim: Groq pages", Origin::published)
        .row<&P::bandwidth>("80 TB/s", "1 GB/s", "100 PB/s", "of that SRAM", "vendor's claim: Groq pages",
                            Origin::published)
        .row<&P::bandwidth_share>("11.5 %", "1 %", "100 %", "of it that products of a matrix and a vector sustain",
                                  "what reaches the matrix units: 409,600 weights in 40 cycles (Abts et al., ISCA "
                                  "2020, recalled), which are 32 streams of 320 B at 900 MHz, 9.2 TB/s",
                                  Origin::derived)
        .row<&P::peak_16>("188 TFLOP/s", "1 GFLOP/s", "1000 PFLOP/s", "of a chip, 16 bits",
                          "vendor's claim: Groq pages", Origin::published)
        .row<&P::peak_8>("750 TFLOP/s", "1 GFLOP/s", "1000 PFLOP/s", "of a chip, 8 bits", "vendor's claim: Groq pages",
                         Origin::published)
        .row<&P::arithmetic_share>("80 %", "1 %", "100 %", "of the arithmetic that large products sustain",
                                   "as a GPU: nothing measured is published", Origin::assumed)
        .row<&P::group>("0", "0", "1048576", "chips that share a layer; 0: as many as hold it", src::user,
                        Origin::choice)
        .counts("chip")
        .row<&P::link_bandwidth>("240 GB/s", "1 MB/s", "1 PB/s", "links of a chip, each way",
                                 "16 links of 4 lanes at 30 Gb/s: recalled, unverified", Origin::assumed)
        .row<&P::link_latency>("700 ns", "1 ns", "1 ms", "from chip to chip",
                               "vendor's paper (ISCA 2022) reports the order of 0.7 us a hop: recalled, unverified",
                               Origin::assumed)
        .row<&P::operator_fixed>("220 ns", "0 s", "1 ms", "of an operator: vectors pass the units of a chip",
                                 "200 cycles of 900 MHz: there and back over the slices of half a chip, and 20 "
                                 "superlanes after one another (Abts et al., ISCA 2020, recalled)",
                                 Origin::derived)
        .row<&P::server>("350 us", "0 s", "1 s", "between two tokens, of the server around the chips",
                         "what is left of 1.33 ms a token of Llama-2-7B, as the vendor states in 2024 (750 tokens a "
                         "second), on the 72 chips that hold it",
                         Origin::derived)
        .row<&P::power>("215 W", "1 W", "100 kW", "of a chip", "recalled, unverified: 215 to 300 W", Origin::assumed);
}

Group plain()
{
    using P = PlainParams;
    return table<&Parameters::plain>("An accelerator with modest arithmetic on DDR or LPDDR")
        .row<&P::devices>("1", "1", "65536", "accelerators that share the model, one after another", src::user,
                          Origin::choice)
        .row<&P::memory>("480 GB", "1 MB", "1 PB", "of one accelerator", "LPDDR5X of a Grace CPU: recalled, unverified",
                         Origin::assumed)
        .row<&P::bandwidth>("512 GB/s", "1 MB/s", "1 PB/s", "peak of that memory",
                            "LPDDR5X of a Grace CPU: recalled, unverified", Origin::assumed)
        .row<&P::bandwidth_share>("95 %", "1 %", "100 %", "of it that long reads sustain",
                                  "486 GB/s in STREAM on a Grace CPU", Origin::derived)
        .row<&P::peak_16>("100 TFLOP/s", "1 GFLOP/s", "1000 PFLOP/s", "16 bits",
                          "no product: modest beside a GPU, ample for that memory", Origin::assumed)
        .row<&P::peak_8>("200 TFLOP/s", "1 GFLOP/s", "1000 PFLOP/s", "8 bits", "twice that of 16 bits", Origin::assumed)
        .row<&P::arithmetic_share>("80 %", "1 %", "100 %", "of the arithmetic that large products sustain", "as a GPU",
                                   Origin::assumed)
        .row<&P::operator_fixed>("2 us", "0 s", "1 ms", "of an operator", "as a kernel of a GPU", Origin::assumed)
        .row<&P::link_bandwidth>("55 GB/s", "1 MB/s", "1 PB/s", "to the next accelerator, each way",
                                 "nvbandwidth, PCIe Gen5 x16, measured", Origin::published)
        .row<&P::link_latency>("5 us", "0 s", "10 ms", "to the next accelerator",
                               "no clean figure; a copy that a driver starts takes 5 to 10 us", Origin::assumed)
        .row<&P::power>("300 W", "1 W", "100 kW", "of one accelerator, with its memory",
                        "no product: the order of a server CPU", Origin::assumed);
}

// A kind of machine, and the parameters that it alone has.
struct OfOneKind {
    std::string                   kind;
    char const*                   counted_by; // the parameter that NAME:N sets; null: there is none
    std::vector<std::string_view> groups;     // that no other kind has
};

// Kinds by number. Those that a program adds stand behind.
std::vector<OfOneKind>& all_kinds()
{
    static auto all = std::vector<OfOneKind>{
        {"wafer", "mapping.wafers", {"wafer", "fabric", "scribe", "pe", "software", "mapping", "yield", "energy"}},
        {"gpu", "gpu.devices", {"gpu", "kernels", "nvlink"}},
        {"sram", "sram.chips", {"sram"}},
        {"plain", "plain.devices", {"plain"}},
    };
    return all;
}

OfOneKind const* find_kind(std::string_view kind)
{
    auto const& all   = all_kinds();
    auto const  found = std::find_if(all.begin(), all.end(), [&](auto const& each) { return each.kind == kind; });
    return found == all.end() ? nullptr : &*found;
}

bool has_group(OfOneKind const& kind, std::string_view group)
{
    return std::find(kind.groups.begin(), kind.groups.end(), group) != kind.groups.end();
}

} // namespace

std::vector<Group> gpu_groups()
{
    return {gpu(), kernels(), nvlink(), sram(), plain(), device_energy_group(), engine_group(), price_group()};
}

std::vector<std::string> const& kind_names()
{
    static auto names = std::vector<std::string>{};
    for (auto i = names.size(); i < all_kinds().size(); ++i)
        names.push_back(all_kinds()[i].kind);
    return names;
}

std::string const& kind_name(MachineKind kind) { return all_kinds().at(static_cast<std::size_t>(kind)).kind; }

MachineKind kind_named(std::string_view name)
{
    auto const& names = kind_names();
    auto const  found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
        throw TextError{
            fmt::format("{} is none of {}{}", shown(name), fmt::join(names, ", "), did_you_mean(name, names))};
    return static_cast<MachineKind>(found - names.begin());
}

void add_kind_name(std::string const& name)
{
    if (find_kind(name) == nullptr)
        all_kinds().push_back({name, nullptr, {}});
}

bool applies(std::string_view group, MachineKind kind) { return applies(group, kind_name(kind)); }

bool applies(std::string_view group, std::string_view kind)
{
    if (group == "serving" || group == "device_energy")
        return !applies("wafer", kind);
    auto const& all   = all_kinds();
    auto const  owner = std::find_if(all.begin(), all.end(), [&](auto const& each) { return has_group(each, group); });
    return owner == all.end() || owner->kind == kind;
}

char const* counted_by(std::string_view kind)
{
    auto const* found = find_kind(kind);
    return found == nullptr ? nullptr : found->counted_by;
}

} // namespace scribeline::configs
