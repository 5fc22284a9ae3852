#include "models/wafer/streamed_weights.hpp"

#include "configs/failure.hpp"
#include "models/tlm/kernel_context.hpp"
#include "models/wafer/edge/wafer_system_module.hpp"
#include "workloads/mapping/steps.hpp"
#include "workloads/mapping/streamed_weights.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace scribeline::models {

namespace {

constexpr char const* edge_name = "weights_over_edge";

// Where the blocks of a token begin among its operators, ways to them left out.
struct BlockStart {
    workloads::Block block;
    std::uint32_t    stage;
    std::size_t      first;
};

std::vector<BlockStart> starts_of(std::vector<OperatorOutcome> const& operators, workloads::DecodeStep const& step,
                                  workloads::TokenPlan const& plan)
{
    auto starts = std::vector<BlockStart>{};
    auto at     = std::size_t{0};
    for (std::uint32_t s = 0; s < plan.stages.size(); ++s)
        for (auto const& block : plan.stages[s].blocks) {
            while (at < operators.size() && (operators[at].kind == "transfer" || operators[at].kind == "repair"))
                ++at;
            auto const kind  = is_half(block.kind) ? step.shape.kind_of(block.layer) : 0;
            auto const first = first_of_feed_forward(step, kind);
            auto const empty = block.kind == workloads::BlockKind::attention      ? first == 0
                               : block.kind == workloads::BlockKind::feed_forward ? first == step.layer(kind).size()
                                                                                  : false;
            if (empty) // a layer without that half
                continue;
            SCRIBELINE_EXPECT(at < operators.size() && operators[at].stage == s);
            starts.push_back({block, s, at});
            switch (block.kind) {
            case workloads::BlockKind::embedding:
                at += 1;
                break;
            case workloads::BlockKind::attention:
                at += first;
                break;
            case workloads::BlockKind::feed_forward:
                at += step.layer(kind).size() - first;
                break;
            case workloads::BlockKind::head:
                at += step.once.size() - 1;
                break;
            }
        }
    return starts;
}

constexpr std::uint64_t bytes_of_token_id = 4;

Picoseconds in_picoseconds(std::uint64_t cycles, configs::Parameters const& p)
{
    return static_cast<Picoseconds>(std::llround(static_cast<double>(cycles) * 1e12 / p.wafer.clock.value()));
}

struct Played {
    StreamedToken token;
    Books         books;
};

// On modules in a kernel of their own. The answers are the ids of the batch's tokens.
Played play(Outcome& o, configs::Parameters const& p, std::uint32_t wafers, std::vector<StreamedBlock> const& blocks)
{
    auto       kernel = KernelContext{};
    auto const here   = KernelContext::Within{kernel};
    auto const module = std::make_unique<WaferSystemModule>("wafers", p.wafer, wafers, blocks, nullptr,
                                                            bytes_of_token_id * p.workload.batch);
    kernel.run();
    auto       played = Played{module->token(), module->books()};
    auto const counts = module->evidence();
    o.modules.modules += counts.modules;
    o.modules.transactions += counts.transactions;
    o.modules.kernel_events += counts.kernel_events;
    return played;
}

void add_audit(Books& books, std::uint64_t cycles, Picoseconds found, configs::Parameters const& p)
{
    auto const by_modules =
        static_cast<std::uint64_t>(std::llround(static_cast<double>(found) * 1e-12 * p.wafer.clock.value()));
    books.entries.push_back({"wafer modules", "cycles of a token by the modules",
                             "by the mesh, with the forms of links", by_modules, cycles});
}

bool over_link(OperatorOutcome const& op) { return op.kind == "transfer" && op.work.off_wafer != 0; }

} // namespace

std::vector<StreamedBlock> blocks_of_token(std::vector<OperatorOutcome> const& operators,
                                           workloads::DecodeStep const& step, configs::Parameters const& p,
                                           workloads::TokenPlan const& plan, bool links)
{
    auto const starts = starts_of(operators, step, plan);
    // From the cycle count, so that rounding cannot accumulate.
    std::uint64_t so_far   = 0;
    auto const    time_at  = [&] { return in_picoseconds(so_far, p); };
    auto const    duration = [&](std::uint64_t cycles) {
        auto const from = time_at();
        so_far += cycles;
        return time_at() - from;
    };
    auto blocks = std::vector<StreamedBlock>{};
    auto before = std::size_t{0}; // operators of blocks so far
    for (std::size_t b = 0; b < starts.size(); ++b) {
        auto const& start = starts[b];
        auto        block = StreamedBlock{};
        block.wafer       = plan.stages[start.stage].wafer;
        block.stage       = start.stage;
        block.bytes =
            plan.streamed ? static_cast<std::uint64_t>(std::ceil(workloads::weights_over_edge(step, start.block))) : 0;
        std::uint64_t way = 0, compute = 0;
        for (; before < start.first; ++before) {
            auto const& op = operators[before];
            way += op.end - op.start;
            if (links && over_link(op)) {
                way -= op.parts[static_cast<std::size_t>(Part::off_wafer)];
                block.link_bytes = op.work.off_wafer;
            }
        }
        auto const end = b + 1 < starts.size() ? starts[b + 1].first : operators.size();
        for (; before < end && operators[before].kind != "transfer"; ++before)
            compute += operators[before].end - operators[before].start;
        block.way     = duration(way);
        block.compute = duration(compute);
        blocks.push_back(block);
    }
    for (; before < operators.size(); ++before) // the token's id goes back
        blocks.back().compute += duration(operators[before].end - operators[before].start);
    return blocks;
}

Books play_on_modules(Outcome& o, configs::Parameters const& p, workloads::DecodeStep const& step,
                      workloads::TokenPlan const& plan)
{
    auto const blocks = blocks_of_token(o.operators, step, p, plan, true);
    auto       played = play(o, p, plan.wafers, blocks);
    if (!plan.streamed) {
        add_audit(played.books, o.operators.back().end, played.token.total, p);
        return std::move(played.books);
    }
    auto const& token  = played.token;
    auto const  starts = starts_of(o.operators, step, plan);

    auto          list  = std::vector<OperatorOutcome>{};
    std::uint64_t later = 0;
    auto          next  = std::size_t{0};
    for (std::size_t i = 0; i < o.operators.size(); ++i) {
        auto& op = o.operators[i];
        if (next < starts.size() && starts[next].first == i) {
            auto const& start = starts[next];
            if (!token.stays[next]) {
                auto const wait = static_cast<std::uint64_t>(
                    std::ceil(static_cast<double>(token.waits[next]) * 1e-12 * p.wafer.clock.value() - 1e-6));
                OperatorOutcome edge;
                edge.name  = edge_name;
                edge.kind  = edge_kind;
                edge.stage = start.stage;
                edge.layer = is_half(start.block.kind) ? static_cast<std::int32_t>(start.block.layer) : -1;
                edge.parts[static_cast<std::size_t>(Part::off_wafer)] = wait;
                edge.start                                            = op.start + later;
                edge.end                                              = edge.start + wait;
                edge.work.off_wafer                                   = blocks[next].bytes;
                later += wait;
                list.push_back(std::move(edge));
            }
            ++next;
        }
        op.start += later;
        op.end += later;
        list.push_back(std::move(op));
    }
    o.operators        = std::move(list);
    o.token.edge_bytes = token.bytes;
    for (auto const bytes : token.of_wafer)
        o.token.edge_cycles =
            std::max(o.token.edge_cycles,
                     static_cast<std::uint64_t>(
                         std::ceil(static_cast<double>(bytes) / p.wafer.io_bandwidth.value() * p.wafer.clock.value())));
    auto books = token.books;
    books.entries.insert(books.entries.end(), played.books.entries.begin(), played.books.entries.end());
    return books;
}

void play_whole(Outcome& o, configs::Parameters const& p)
{
    auto block    = StreamedBlock{};
    block.compute = in_picoseconds(o.cycles_per_token, p);
    auto played   = play(o, p, 1, {block});
    add_audit(played.books, o.cycles_per_token, played.token.total, p);
    o.books.entries.insert(o.books.entries.end(), played.books.entries.begin(), played.books.entries.end());
}

OperatorOutcome weights_over_edge(workloads::DecodeStep const& step, workloads::TokenPlan const& plan)
{
    OperatorOutcome edge;
    edge.name = edge_name;
    edge.kind = edge_kind;
    for (auto const& stage : plan.stages)
        if (stage.blocks.size() > 2)
            for (auto const& block : stage.blocks)
                edge.work.off_wafer += static_cast<std::uint64_t>(std::ceil(workloads::weights_over_edge(step, block)));
    return edge;
}

} // namespace scribeline::models
