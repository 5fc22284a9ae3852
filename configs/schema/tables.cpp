// Every parameter, one row each. The defaults are a WSE-2; machines/*.toml hold complete machines, with sources.
#include "configs/schema/energy_tables.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/table.hpp"

#include <algorithm>

namespace scribeline::configs {

namespace {

namespace src {
auto const examples  = "Cerebras csl-examples";
auto const reduce    = "HPDC 2024, arXiv 2404.15888";
auto const sdk_paper = "Cerebras SDK white paper, 2022";
auto const user      = "what to simulate";
auto const ours      = "how to simulate";
} // namespace src

Group machine()
{
    using P = MachineParams;
    return table<&Parameters::machine>("What the machine is")
        .row<&P::kind>(
            "wafer",
            "wafer: a mesh of PEs; gpu: GPUs with HBM; sram: chips that hold all in SRAM; "
            "plain: an accelerator on DDR or LPDDR",
            src::user, Origin::choice, kind_names(),
            [](Parameters& p, std::string_view given) { p.machine.kind = kind_named(given); },
            [](Parameters const& p) { return kind_name(p.machine.kind); });
}

Group wafer()
{
    using P = WaferParams;
    return table<&Parameters::wafer>("The grid of processing elements (PEs) that a program may use, and its edge")
        .row<&P::columns>("750", "1", "8192", "usable PEs along x", src::examples, Origin::datasheet)
        .row<&P::rows>("994", "1", "8192", "usable PEs along y", src::examples, Origin::datasheet)
        .row<&P::reticle_columns>("12", "1", "1024", "reticles along x",
                                  "SemiAnalysis 2026; Linley 2019 counts 84 dies", Origin::published)
        .row<&P::reticle_rows>("7", "1", "1024", "reticles along y", "SemiAnalysis 2026; Linley 2019 counts 84 dies",
                               Origin::published)
        .row<&P::clock>("0.85 GHz", "1 MHz", "10 GHz", "clock of the fabric and the PEs",
                        "Cerebras csl-examples; HPDC 2024. WaferLLM (OSDI 2025) states at most 1.1 GHz and converts "
                        "its cycles with that",
                        Origin::datasheet)
        .row<&P::io_bandwidth>("150 GB/s", "1 MB/s", "1 PB/s",
                               "between a wafer and its host, all edges together: weights that are streamed, KV caches "
                               "that are parked",
                               "vendor's specification of the system", Origin::datasheet)
        .row<&P::io_latency>("2 us", "1 ns", "1 ms", "from the host to the edge of a wafer, or back",
                             "no figure published; taken to be as long as the way to another wafer, which passes the "
                             "same adapters and one switch",
                             Origin::assumed)
        .row<&P::link_bandwidth>("150 GB/s", "1 MB/s", "1 PB/s", "from a wafer to the next one of a plan",
                                 "vendor's specification of the system: all that leaves a wafer, to one neighbour",
                                 Origin::datasheet)
        .row<&P::link_latency>("2 us", "1 ns", "1 ms", "from the edge of a wafer to the edge of the next",
                               "no figure published; the order of a remote memory access through one Ethernet switch: "
                               "two network adapters and the switch at some 0.5 us each, and the cables",
                               Origin::assumed);
}

Group fabric()
{
    using P = FabricParams;
    return table<&Parameters::fabric>("Routers and the links between them")
        .row<&P::colors>("24", "1", "32", "statically routed virtual channels of a router", src::sdk_paper,
                         Origin::datasheet)
        .row<&P::switch_positions>("4", "1", "16", "routes that one color can switch between", src::reduce,
                                   Origin::published)
        .row<&P::input_queue_depth>("5", "1", "16", "wavelets that one tile holds of one color",
                                    "no figure published; the least that lets a PE send a wavelet each cycle over a "
                                    "ramp of two cycles",
                                    Origin::assumed)
        .counts("wavelet")
        .row<&P::hop_latency>("1 cycle", "1 cycle", "8 cycles", "from router to router", src::reduce, Origin::published)
        .row<&P::ramp_latency>("2 cycles", "1 cycle", "8 cycles", "between a PE and its router, each way", src::reduce,
                               Origin::published)
        .row<&P::link_serialisation>("1 cycle", "1 cycle", "64 cycles", "time of one wavelet on one port", src::reduce,
                                     Origin::published)
        .row<&P::wavelet_size>("4 B", "4 B", "4 B", "payload of one wavelet: two 16-bit elements or one of 32 bits",
                               src::sdk_paper, Origin::datasheet);
}

Group scribe()
{
    using P = ScribeParams;
    return table<&Parameters::scribe>("Scribe-line links, which join the facing edges of two reticles")
        .row<&P::extra_latency>("0 cycles", "0 cycles", "1024 cycles", "of a hop over a scribe line, beyond any hop",
                                "silicon shows the same hop everywhere (FABRICA performance model, 2,100 samples)",
                                Origin::published)
        .row<&P::link_serialisation>("1 cycle", "1 cycle", "1024 cycles",
                                     "time of one wavelet on one link over a scribe line; where it is less than "
                                     "fabric.link_serialisation, that counts",
                                     "no figure of a scribe line alone published; as fabric.link_serialisation",
                                     Origin::assumed)
        .row<&P::spare_links>("0", "0", "8192",
                              "of the links between two reticles: so many broken ones are replaced by spare wires, at "
                              "no cost in time",
                              "redundancy is published, no figure is; so a broken link costs a PE", Origin::assumed)
        .counts("link");
}

Group yield()
{
    using P = YieldParams;
    return table<&Parameters::yield>("Defects of a wafer and the spare PEs that repair it (scribeline yield)")
        .row<&P::defect_density>("0.001 /mm2", "0 /mm2", "1 /mm2", "defects on a square millimetre, on average",
                                 "vendor's article on defect tolerance, of a 5 nm process; a 7 nm WSE-2 as that",
                                 Origin::assumed)
        .row<&P::clustering>(
            "none", "0.01", "none",
            "of defects: alpha of the negative binomial count on the area of one reticle; none: Poisson",
            "no figure published; without clusters a given density kills most dies", Origin::assumed)
        .row<&P::wafer_area>("46225 mm2", "1 mm2", "100000 mm2", "area that defects fall on",
                             "vendor's specification: a square of 215 mm", Origin::datasheet)
        .row<&P::core_area>("0.038 mm2", "1e-06 mm2", "100 mm2",
                            "of one PE; a defect between the PEs kills none. At most wafer_area / PEs counts",
                            "vendor's talk at Hot Chips 34, 2022", Origin::published)
        .row<&P::crossing_area>("0 mm2", "0 mm2", "1 mm2",
                                "of one link over a scribe line; a defect there costs the PE on its west or north",
                                "no figure published; wires above a scribe line are coarse", Origin::assumed)
        .row<&P::spare_columns>("54", "0", "8192", "physical columns beyond wafer.columns",
                                "no figure published: 804x1057, the product nearest to the 850,000 cores marketed that "
                                "gives each of 12x7 reticles the same whole grid, and both axes about the same share",
                                Origin::derived)
        .counts("PE")
        .row<&P::spare_rows>("63", "0", "8192", "physical rows beyond wafer.rows",
                             "as yield.spare_columns: 804x1057 physical, 750x994 usable", Origin::derived)
        .counts("PE")
        .row<&P::bypass_latency>("1 cycle", "0 cycles", "64 cycles",
                                 "of a link that repair made longer, for each place that it passes by or moves "
                                 "sideways",
                                 "no figure published; as fabric.hop_latency", Origin::assumed);
}

Group pe()
{
    using P = PeParams;
    return table<&Parameters::pe>("One processing element: its memory and its vector unit")
        .row<&P::sram>("48 KiB", "1 KiB", "64 MiB", "memory of one PE",
                       "Cerebras csl-examples; the linker refuses more", Origin::datasheet)
        .row<&P::sram_runtime>("4176 B", "0 B", "64 MiB", "memory that code and runtime take",
                               "FABRICA performance model: what the runtime leaves to a program", Origin::published)
        .row<&P::vector_setup>(
            "7 cycles", "0 cycles", "1024 cycles", "before the first element of a vector operation in memory",
            "HPDC 2024 and WaferLLM (OSDI 2025): dispatch of one vector operation", Origin::published)
        .row<&P::stream_setup>("7 cycles", "0 cycles", "1024 cycles",
                               "before the first wavelet of an operation from or to the fabric",
                               "FABRICA performance model, vendor's simulator: from the dispatch of a send to its "
                               "first wavelet",
                               Origin::published)
        .row<&P::task_activation>("3 cycles", "0 cycles", "1024 cycles",
                                  "from a wavelet at the PE to the set-up of the operation that it starts",
                                  "FABRICA performance model, vendor's simulator: from the last wavelet to the "
                                  "completion task",
                                  Origin::published)
        .row<&P::mac_rate_fp16>("4 elem/cycle", "0.01 elem/cycle", "1024 elem/cycle",
                                "multiply-accumulate of 16-bit elements", "Cerebras SDK documents: SIMD width",
                                Origin::datasheet)
        .row<&P::mac_rate_fp32>(
            "0.5 elem/cycle", "0.01 elem/cycle", "1024 elem/cycle", "multiply-accumulate of 32-bit elements",
            "FABRICA performance model, measured on a CS-3 (WSE-3); assumed for a WSE-2", Origin::assumed)
        .row<&P::add_rate_fp16>("4 elem/cycle", "0.01 elem/cycle", "1024 elem/cycle",
                                "element-wise add, multiply or maximum of 16-bit elements",
                                "Cerebras SDK documents: SIMD width; the vendor's simulator reaches 3.96",
                                Origin::datasheet)
        .row<&P::copy_rate_fp16>("4.82 elem/cycle", "0.01 elem/cycle", "1024 elem/cycle", "copy of 16-bit elements",
                                 "FABRICA performance model, measured on a CS-3 (WSE-3); assumed for a WSE-2",
                                 Origin::assumed)
        .row<&P::convert_rate>("4.82 elem/cycle", "0.01 elem/cycle", "1024 elem/cycle",
                               "8-bit or 4-bit weights, keys and values to 16 bits, before they are multiplied",
                               "no figure published: taken as a copy, with the set-up of one more vector operation",
                               Origin::assumed)
        .row<&P::scalar_iteration>("11.5 cycles", "1 cycle", "4096 cycles", "one element of a loop of scalar code",
                                   "vendor's simulator: loop back edge 9.5, dependent floating-point operation 2",
                                   Origin::derived)
        .row<&P::sram_read_bytes>("16", "1", "4096", "bytes that the memory reads in one cycle", src::reduce,
                                  Origin::published)
        .counts("byte/cycle")
        .row<&P::sram_write_bytes>("8", "1", "4096", "bytes that the memory writes in one cycle", src::reduce,
                                   Origin::published)
        .counts("byte/cycle")
        .row<&P::sram_banks>("8", "1", "256", "banks of the memory (recorded; conflicts are not modelled)",
                             "Cerebras SDK documents", Origin::datasheet);
}

Group software()
{
    using P = SoftwareParams;
    return table<&Parameters::software>("Code around the kernels")
        .row<&P::operator_overhead>("133 cycles", "0 cycles", "1000000 cycles", "control code around one operator",
                                    "not published; what two measured decode rows leave (WaferLLM, OSDI 2025, table 4: "
                                    "LLaMA3-8B and QWen2-72B on 420x420), the same for both within 1 cycle",
                                    Origin::derived);
}

Group workload()
{
    using P = WorkloadParams;
    return table<&Parameters::workload>("The model and the state of its decoding")
        .row<&P::model>("tiny", "name of a shipped model, or path of a config.json", src::user, Origin::choice)
        .or_path()
        .row<&P::context>("64", "1", "16777216", "tokens already in the KV cache", src::user, Origin::choice)
        .counts("token")
        .row<&P::weight_bits>("checkpoint", "1", "32",
                              "width of a weight, with the scale of its block: 4.25 for mxfp4; or checkpoint: of each "
                              "part of the model what its file says, and 16 where that is more or nothing",
                              src::user, Origin::choice)
        .counts("bit")
        .row<&P::kv_bits>("16", "4", "16",
                          "width of an element of the KV cache; where weight_bits is checkpoint and nobody sets this, "
                          "what the file says, if it says any",
                          src::user, Origin::choice)
        .counts("bit")
        .only({"4", "8", "16"})
        .row<&P::activation_bits>("16", "16", "32", "width of an activation", src::user, Origin::choice)
        .counts("bit")
        .only({"16", "32"})
        .row<&P::kv_heads>("model",
                           "heads of keys and values: as the model has, or one of full width as in the "
                           "published WSE-2 runs",
                           src::user, Origin::choice)
        .row<&P::batch>("1", "1", "1048576",
                        "sequences that one step decodes together in every layer (those that follow one another "
                        "through a pipeline are beside it)",
                        src::user, Origin::choice)
        .counts("sequence")
        .row<&P::expert_imbalance>(
            "0 %", "0 %", "400 %",
            "of routed experts: the k-th most popular is chosen in proportion to 1/k^x, drawn with "
            "run.seed; 0 %: all alike, spread evenly; 100 %: Zipf's law",
            src::user, Origin::choice)
        .row<&P::draft_model>("none",
                              "speculative decoding: the small model that proposes tokens; none: no speculation",
                              src::user, Origin::choice)
        .or_path()
        .row<&P::draft_tokens>("4", "1", "64", "that the draft model proposes for one step of the model", src::user,
                               Origin::choice)
        .counts("token")
        .row<&P::acceptance>(
            "70 %", "0 %", "100 %", "of a proposed token, each on its own, once those before it are accepted",
            "what to simulate; Leviathan et al. 2023 (arXiv 2211.17192) report 0.5 to 0.9 for their models",
            Origin::choice)
        .row<&P::prompt>("0", "0", "16777216",
                         "tokens that are prefilled before the first one is decoded; 0: none. They are part of the "
                         "context",
                         src::user, Origin::choice)
        .counts("token");
}

Group mapping()
{
    using P = MappingParams;
    return table<&Parameters::mapping>("Where the model runs")
        .row<&P::region>("0x0", "0x0", "8192x8192",
                         "PEs that hold the model, or each region of a pipeline; 0x0: the fastest by the closed forms",
                         src::user, Origin::choice)
        .row<&P::groups>("0", "0", "8192", "groups of the two-level reduction; 0: the root of the region's side",
                         src::user, Origin::choice)
        .row<&P::reduction>("two_level", "how partial sums are added up along an axis", src::user, Origin::choice)
        .row<&P::schedule>("auto",
                           "layer: one layer stands on the region and is counted for all; pipeline: every layer stands "
                           "on some region; auto: layer where mapping.region is given, otherwise pipeline",
                           src::user, Origin::choice)
        .row<&P::wafers>("1", "0", "1024",
                         "wafers that a pipeline may use (--machine NAME:N); 0: as few as hold the model "
                         "(--machine NAME:auto)",
                         src::user, Origin::choice)
        .counts("wafer")
        .row<&P::max_wafers>("64", "1", "1024", "the most that mapping.wafers may be, and that the planner tries",
                             src::user, Origin::choice)
        .counts("wafer")
        .row<&P::objective>("latency",
                            "what the planner is after: the shortest token of one user, or most tokens per second of "
                            "all requests in flight",
                            src::user, Origin::choice)
        .row<&P::split>("half",
                        "where a region may end: between layers, or also between attention and feed-forward (not where "
                        "the two run side by side)",
                        src::user, Origin::choice)
        .row<&P::layers_per_region>("0", "0", "65536",
                                    "consecutive layers that a region of a pipeline owns; 0: balanced", src::user,
                                    Origin::choice)
        .counts("layer")
        .row<&P::kv_growth>("balanced",
                            "where the cache of new tokens goes: shifted so that all columns hold alike, or behind the "
                            "context until the PEs there are full",
                            src::user, Origin::choice)
        .row<&P::tables>(
            "auto",
            "where embedding and LM head of a pipeline lie: each on a region like others, or spread over all "
            "PEs of the first and of the last wafer, beside what stands there; auto: on a region, unless "
            "the model then needs more wafers",
            src::user, Origin::choice)
        .row<&P::weights>(
            "resident",
            "resident: the weights of a pipeline stay in the SRAM; streamed: each layer's weights cross the edge of "
            "the wafer while the layer before computes, for models that the wafers do not hold",
            src::user, Origin::choice)
        .row<&P::expert_groups>("0", "0", "8192",
                                "groups of rows of a region that routed experts are dealt out to; 1: all rows hold a "
                                "slice of every expert, and no choice of experts is uneven; 0: those that waste least "
                                "memory, up to as many as a token has experts",
                                src::user, Origin::choice)
        .counts("group");
}

Group run()
{
    using P = RunParams;
    return table<&Parameters::run>("How the simulator runs and what it records")
        .row<&P::fidelity>("auto",
                           "every wavelet; one line along each axis where that is exact; formulas alone; auto: the "
                           "cheapest that is exact, and formulas for a token of which that would take minutes",
                           src::ours, Origin::choice)
        .row<&P::quantum>("0", "0", "1048576",
                          "cycles that reticles run apart; 0: the latency of a scribe-line link, the longest that is "
                          "exact",
                          src::ours, Origin::choice)
        .counts("cycle")
        .row<&P::seed>("1", "0", "18446744073709551615", "of all pseudo-random numbers", src::ours, Origin::choice)
        .row<&P::payload>("false", "wavelets carry real numbers, checked against a plain reference", src::ours,
                          Origin::choice)
        .row<&P::visiting>("forward", "order in which a reticle visits its tiles; no result may depend on it",
                           src::ours, Origin::choice)
        .row<&P::windows>("16", "1", "256", "windows of the activity record", src::ours, Origin::choice)
        .row<&P::trace>("false", "record every move of a wavelet, or every transfer between modules of GPUs", src::ours,
                        Origin::choice)
        .row<&P::trace_events>("1000000", "1", "1000000000", "at most so many recorded moves, or transfers", src::ours,
                               Origin::choice)
        .counts("event")
        .row<&P::trace_every>("1", "1", "1000000000",
                              "one move of a wavelet in so many is recorded, over the whole run or its window",
                              src::ours, Origin::choice)
        .counts("event")
        .row<&P::trace_from>("0", "0", "1000000000000", "the first cycle whose moves of wavelets are recorded",
                             src::ours, Origin::choice)
        .counts("cycle")
        .row<&P::trace_to>("0", "0", "1000000000000",
                           "the first cycle whose moves of wavelets are recorded no more; 0: the end of the run",
                           src::ours, Origin::choice)
        .counts("cycle")
        .row<&P::trace_operator>("all",
                                 "moves of wavelets are recorded while this operator runs, such as qkv, or qkv:3 for "
                                 "that of layer 3; all: whichever runs",
                                 src::ours, Origin::choice)
        .row<&P::threads>("1", "0", "1024",
                          "threads that share out the reticles of a run; 0: one per core; no result depends on it",
                          src::ours, Origin::choice)
        .counts("thread")
        .row<&P::defects>("none",
                          "defects of the wafers, which are repaired: none; a seed, whose wafers are those of `yield "
                          "--seed`; or a map, as `yield --map` reads it",
                          src::user, Origin::choice)
        .or_path();
}

} // namespace

std::vector<Group> const& tables()
{
    static auto const all = [] {
        auto list =
            std::vector<Group>{machine(), wafer(), fabric(), scribe(), yield(), pe(), software(), energy_group()};
        for (auto& group : gpu_groups())
            list.push_back(std::move(group));
        for (auto& group : {workload(), mapping(), run()})
            list.push_back(group);
        return list;
    }();
    return all;
}

std::string Row::range() const
{
    if (!choices.empty())
        return fmt::format("{}", fmt::join(choices, ", "));
    return lowest.empty() ? what : lowest + " .. " + highest;
}

std::vector<Row const*> all_rows()
{
    auto rows = std::vector<Row const*>{};
    for (auto const& group : tables())
        for (auto const& row : group.rows)
            rows.push_back(&row);
    return rows;
}

Row const* find_row(std::string_view name)
{
    for (auto const* row : all_rows())
        if (row->name() == name)
            return row;
    return nullptr;
}

std::vector<std::string> row_names()
{
    auto names = std::vector<std::string>{};
    for (auto const* row : all_rows())
        names.push_back(row->name());
    return names;
}

std::string did_you_mean_row(std::string_view name)
{
    auto const key = name.substr(name.rfind('.') + 1); // all of it when there is no dot
    for (auto const* row : all_rows())
        if (row->key == key)
            return fmt::format("; did you mean '{}'?", row->name());
    if (auto const near = did_you_mean(name, row_names()); !near.empty())
        return near;
    auto keys = std::vector<std::string>{};
    for (auto const* row : all_rows())
        keys.push_back(row->key);
    auto const near_key = nearest(key, keys);
    for (auto const* row : all_rows())
        if (row->key == near_key)
            return fmt::format("; did you mean '{}'?", row->name());
    return {};
}

} // namespace scribeline::configs
