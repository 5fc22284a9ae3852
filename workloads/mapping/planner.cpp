#include "workloads/mapping/planner.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/plan_refusal.hpp"
#include "workloads/mapping/region_choice.hpp"
#include "workloads/mapping/region_sizes.hpp"
#include "workloads/mapping/stage_memory.hpp"
#include "workloads/mapping/streamed_weights.hpp"
#include "workloads/mapping/tiling.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

// So much makes two regions as fast as each other; the rest of the forms' error is for sizes that the search passes by.
constexpr double as_fast = error_of_forms * 2 / 3;

// So many of the coarse sizes, with other numbers of regions above one another, are refined.
constexpr std::size_t most_leads = 8;

// A size with what came of it.
struct Choice {
    configs::GridSize region;
    TablePlace        tables  = TablePlace::regions;
    std::uint64_t     regions = 0; // on a wafer
    std::uint64_t     fewest  = 0; // stages; 0: some block alone is too large
    std::uint32_t     wafers  = 0; // for them
    std::string       misfit;      // that block and its bytes
    double            over = 0;    // of it, beyond the SRAM
    Cuts              cuts;        // empty: does not fit
    Tiling::Speed     speed;
};

Choice measured(Tiling const& tiling)
{
    auto choice    = Choice{};
    choice.region  = tiling.region();
    choice.tables  = tiling.tables();
    choice.regions = tiling.regions(1);
    if (auto const blocks = tiling.misfit(); !blocks.empty()) {
        double const need = tiling.memory().bytes(blocks, 1);
        choice.over       = need - tiling.memory().capacity();
        choice.misfit = fmt::format("does not fit: {:.0f} of {:.0f} bytes a PE, {}", need, tiling.memory().capacity(),
                                    describe(blocks));
    } else {
        choice.fewest = tiling.fewest_stages();
        choice.wafers = tiling.wafers_for(choice.fewest);
    }
    return choice;
}

// With the tables on one wafer where that is enough, otherwise on two: also where more wafers are there to be used.
Choice measured_on_wafer(DecodeStep const& step, configs::Parameters const& p, configs::GridSize region)
{
    auto const one  = measured(Tiling{step, p, region, TablePlace::one_wafer});
    bool const less = p.mapping.objective == configs::Objective::latency || p.mapping.wafers < 2;
    return less && one.wafers == 1 ? one : measured(Tiling{step, p, region, TablePlace::two_wafers});
}

Choice measured_at(DecodeStep const& step, configs::Parameters const& p, configs::GridSize region, bool on_wafer)
{
    return on_wafer ? measured_on_wafer(step, p, region) : measured(Tiling{step, p, region, TablePlace::regions});
}

bool is_better(configs::Objective objective, Choice const& a, Choice const& b)
{
    if (a.cuts.empty() != b.cuts.empty())
        return b.cuts.empty();
    if (a.cuts.empty()) {
        if ((a.fewest == 0) != (b.fewest == 0))
            return b.fewest == 0;
        return a.fewest == 0 ? a.over < b.over : a.fewest * b.regions < b.fewest * a.regions;
    }
    if (objective == configs::Objective::throughput && a.speed.tokens_per_second != b.speed.tokens_per_second)
        return a.speed.tokens_per_second > b.speed.tokens_per_second;
    if (a.speed.cycles != b.speed.cycles)
        return a.speed.cycles < b.speed.cycles;
    return a.cuts.size() * a.region.columns * a.region.rows < b.cuts.size() * b.region.columns * b.region.rows;
}

std::string verdict(configs::Objective objective, Choice const& best, Choice const& choice, std::uint32_t wafers)
{
    if (choice.cuts.empty())
        return choice.fewest == 0 ? choice.misfit
                                  : fmt::format("needs {} regions, which are on {} wafers, not {}", choice.fewest,
                                                choice.wafers, wafers);
    bool const   latency = objective == configs::Objective::latency;
    double const ratio   = latency ? choice.speed.cycles / best.speed.cycles
                                   : best.speed.tokens_per_second / choice.speed.tokens_per_second;
    char const*  what    = latency ? "a token" : "in all";
    if (ratio < 0.9995)
        return fmt::format(
            "{:.1f} % faster a token, which the closed forms cannot tell, and {:.0f} % of the tokens/s in all",
            100 * (1 / ratio - 1), 100 * choice.speed.tokens_per_second / best.speed.tokens_per_second);
    if (ratio < 1.0005)
        return fmt::format("as fast, {}", what);
    return ratio < 2 ? fmt::format("{:.1f} % slower {}", 100 * (ratio - 1), what)
                     : fmt::format("{:.1f} times slower {}", ratio, what);
}

std::vector<Candidate> candidates_of(configs::Objective objective, std::vector<Choice> const& choices,
                                     std::uint32_t wafers)
{
    auto candidates = std::vector<Candidate>{};
    for (auto const& choice : choices) {
        auto const stages = choice.cuts.empty() ? choice.fewest : choice.cuts.size();
        candidates.push_back(
            {choice.region, static_cast<std::uint32_t>(stages), choice.wafers, choice.speed.cycles,
             choice.speed.tokens_per_second,
             &choice == &choices.front() ? "chosen" : verdict(objective, choices.front(), choice, wafers)});
    }
    return candidates;
}

// Embedding or head over all PEs of a wafer; what they take there is reserved in every stage.
Stage table_stage(BlockKind kind, std::uint32_t wafer, configs::GridSize whole)
{
    auto stage   = Stage{};
    stage.wafer  = wafer;
    stage.region = whole;
    stage.blocks = {{kind}};
    return stage;
}

// The stages of a cut, in their places, and how far the caches can grow.
void place(TokenPlan& plan, Tiling const& tiling, Cuts const& cuts, configs::GridSize whole)
{
    auto const blocks = blocks_of(tiling.step().shape);
    auto const none   = std::numeric_limits<std::uint64_t>::max();
    auto       next   = blocks.begin();
    plan.growth       = {none, none};
    if (tiling.wafer_tables()) {
        plan.stages.push_back(table_stage(BlockKind::embedding, 0, whole));
        ++next;
    }
    double fullest = 0;
    for (std::size_t s = 0; s < cuts.size(); ++s) {
        auto       stage = Stage{};
        auto const where = place_of(s, tiling.regions_x(), tiling.regions_y());
        stage.wafer      = where.wafer;
        stage.grid_x     = where.grid_x;
        stage.grid_y     = where.grid_y;
        stage.x0         = where.grid_x * tiling.region().columns;
        stage.y0         = where.grid_y * tiling.region().rows;
        stage.region     = tiling.region();
        auto const end   = s + 1 < cuts.size() ? cuts[s + 1] : tiling.units().size();
        for (std::size_t i = cuts[s]; i < end; ++i)
            for (std::uint32_t b = 0; b < tiling.units()[i].blocks; ++b)
                stage.blocks.push_back(*next++);
        stage.bytes_per_pe = tiling.memory().bytes(stage.blocks, 1);
        stage.requests     = tiling.memory().requests(stage.blocks);
        fullest            = std::max(fullest, stage.bytes_per_pe);
        if (stage.requests > 0) {
            auto const growth = tiling.memory().growth(stage.blocks);
            if (growth.balanced > 0) { // windows and running states do not grow
                plan.growth.concatenated = std::min(plan.growth.concatenated, growth.concatenated);
                plan.growth.balanced     = std::min(plan.growth.balanced, growth.balanced);
            }
        }
        plan.stages.push_back(std::move(stage));
    }
    if (plan.growth.balanced == none)
        plan.growth = {};
    plan.wafers = tiling.wafers_for(cuts.size());
    if (tiling.wafer_tables()) {
        plan.stages.push_back(table_stage(BlockKind::head, plan.wafers - 1, whole));
        plan.stages.front().bytes_per_pe = plan.stages.back().bytes_per_pe = fullest; // shared with the stages there
        ++next;
    }
    SCRIBELINE_EXPECT(next == blocks.end());
}

void add_notes(TokenPlan& plan, DecodeStep const& step, configs::Parameters const& p)
{
    if (p.mapping.wafers > plan.wafers)
        plan.notes.push_back(fmt::format("{} of {} wafers are used", plan.wafers, p.mapping.wafers));
    auto const beside = p.wafer.columns / plan.region.columns;
    if (beside > plan.regions_x)
        plan.notes.push_back(
            fmt::format("1 of {} columns of regions is used: the hidden vector can turn east from square "
                        "regions only",
                        beside));
    if (step.shape.parallel_blocks && p.mapping.split == configs::Split::half)
        plan.notes.push_back("attention and feed-forward run side by side in this model, so they share a region");
    if (plan.wafer_tables)
        plan.notes.push_back("embedding and LM head are spread over all PEs of the first and of the last wafer");
    if (plan.streamed) {
        double bytes = 0;
        for (auto const& block : blocks_of(step.shape))
            bytes += weights_over_edge(step, block);
        plan.notes.push_back(fmt::format(
            "weights are streamed: {:.3g} GB of them cross {} edge{} for a token, those of "
            "each block while the block before computes{}",
            bytes / 1e9, plan.wafers == 1 ? "the wafer's" : "the wafers'", plan.wafers == 1 ? "" : "s",
            std::any_of(step.kinds.begin(), step.kinds.end(), [](auto const& kind) { return kind.kind.experts > 0; })
                ? ", all experts of a layer included"
                : ""));
    }
    if (!plan.streamed && step.shape.tied_embeddings && (plan.wafer_tables ? plan.wafers > 1 : plan.stages.size() > 1))
        plan.notes.push_back("the embedding and the LM head are one table, and stand in two places: it is held twice");
    bool const balanced = p.mapping.kv_growth == configs::Growth::balanced;
    plan.notes.push_back(balanced
                             ? fmt::format("a request's cache can grow to {} tokens, shifted evenly over the columns "
                                           "(appended behind the context: {})",
                                           plan.growth.balanced, plan.growth.concatenated)
                             : fmt::format("a request's cache can grow to {} tokens, appended behind the context "
                                           "(shifted evenly over the columns: {})",
                                           plan.growth.concatenated, plan.growth.balanced));
}

bool streams(configs::Parameters const& p) { return p.mapping.weights == configs::Weights::streamed; }

TokenPlan layer_plan(DecodeStep const& step, configs::Parameters const& p)
{
    if (streams(p))
        throw configs::UserError{configs::Exit::bad_config,
                                 "mapping.weights = streamed: one layer stands on the region for all (mapping.schedule "
                                 "= layer), so none follows it. Leave out --region, or choose mapping.schedule = "
                                 "pipeline."};
    auto       plan    = TokenPlan{};
    auto const kind    = commonest_kind(step);
    plan.region        = region_for(step, kind, p);
    auto const layouts = layouts_of(step, plan.region, p);
    require_fit(layouts[kind], step, kind, p);
    StageMemory const memory{step, layouts, p};
    auto const        layer = first_layer_of(step, kind);
    auto              stage = Stage{};
    stage.region            = plan.region;
    stage.blocks            = {{BlockKind::attention, layer}, {BlockKind::feed_forward, layer}};
    stage.bytes_per_pe      = memory.bytes(stage.blocks, 1);
    stage.requests          = memory.requests(stage.blocks);
    if (stage.bytes_per_pe <= memory.capacity())
        plan.growth = memory.growth(stage.blocks);
    plan.stages.push_back(std::move(stage));
    plan.notes.push_back(
        "mapping.schedule = layer: one layer stands on the region and is counted for all; embedding and "
        "LM head have no place on it");
    if (step.kinds.size() > 1)
        plan.notes.push_back(
            fmt::format("mapping.schedule = layer: of the model's {} kinds of layers the one that most "
                        "layers are of is simulated, and the others counted in proportion to their "
                        "closed forms",
                        step.kinds.size()));
    if (p.mapping.wafers != 1)
        plan.notes.push_back("mapping.schedule = layer: one wafer is used");
    return plan;
}

// Every size, with the tables where they are wanted, and the fewest wafers that any of them needs; 0: none fits.
struct Choices {
    std::vector<Choice> list;
    std::uint32_t       fewest = 0;
};

Choices measured(DecodeStep const& step, configs::Parameters const& p, bool on_wafer)
{
    auto choices = Choices{};
    for (auto const size : coarse_sizes(p, on_wafer)) {
        choices.list.push_back(measured_at(step, p, size, on_wafer));
        auto const wafers = choices.list.back().wafers;
        if (wafers > 0 && (choices.fewest == 0 || wafers < choices.fewest))
            choices.fewest = wafers;
    }
    return choices;
}

[[noreturn]] void refuse(DecodeStep const& step, configs::Parameters const& p, Choices const& choices)
{
    auto const tiling = [&](Choice const& choice) { return Tiling{step, p, choice.region, choice.tables}; };
    if (choices.fewest == 0) {
        auto const less = [](Choice const& a, Choice const& b) { return a.over < b.over; };
        refuse_block(tiling(*std::min_element(choices.list.begin(), choices.list.end(), less)), p);
    }
    auto const holds = [&](Choice const& choice) { return choice.wafers == choices.fewest; };
    refuse_model(tiling(*std::find_if(choices.list.begin(), choices.list.end(), holds)), p, choices.fewest);
}

// Cuts the model, where the size holds it on so many wafers.
void cut(Choice& choice, DecodeStep const& step, configs::Parameters const& p, std::uint32_t wafers)
{
    if (choice.wafers == 0 || choice.wafers > wafers)
        return;
    Tiling const tiling{step, p, choice.region, choice.tables};
    // Tables on one wafer are there for the plans that need no more.
    choice.cuts = tiling.cuts(choice.tables == TablePlace::one_wafer ? 1 : wafers);
    SCRIBELINE_EXPECT(!choice.cuts.empty());
    choice.speed  = tiling.speed(choice.cuts);
    choice.wafers = tiling.wafers_for(choice.cuts.size());
}

// Adds what lies between the best of the coarse sizes and their neighbours, and what is beside the best of that.
void refine(std::vector<Choice>& choices, DecodeStep const& step, configs::Parameters const& p, std::uint32_t wafers)
{
    bool const on_wafer = choices.front().tables != TablePlace::regions;
    auto       leads    = std::vector<Choice>{};
    for (auto const& choice : choices) {
        auto const above_another = [&](Choice const& c) { return p.wafer.rows / c.region.rows; };
        auto const alike         = [&](Choice const& lead) {
            return above_another(lead) == above_another(choice) && is_square(lead.region) == is_square(choice.region);
        };
        if (leads.size() < most_leads && !choice.cuts.empty() && std::none_of(leads.begin(), leads.end(), alike))
            leads.push_back(choice);
    }
    auto places = std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t>{}; // of a size among the choices
    for (std::size_t i = 0; i < choices.size(); ++i)
        places.emplace(std::pair{choices[i].region.columns, choices[i].region.rows}, i);
    for (auto best : leads) {
        auto const take = [&](std::vector<configs::GridSize> const& sizes) {
            for (auto const size : sizes) {
                auto const [place, is_new] = places.emplace(std::pair{size.columns, size.rows}, choices.size());
                if (is_new) {
                    choices.push_back(measured_at(step, p, size, on_wafer));
                    cut(choices.back(), step, p, wafers);
                }
                if (auto const& choice = choices[place->second]; is_better(p.mapping.objective, choice, best))
                    best = choice;
            }
        };
        take(between_neighbours(best.region, p, on_wafer));
        take(beside(best.region, p, on_wafer));
        take(beside(best.region, p, on_wafer));
    }
}

// Best first. Of those whose tokens take as long, as far as the closed forms can tell, the best is the one that gives
// most tokens a second in all.
void sort_best_first(std::vector<Choice>& choices, configs::Objective objective)
{
    auto const better = [&](Choice const& a, Choice const& b) { return is_better(objective, a, b); };
    std::stable_sort(choices.begin(), choices.end(), better);
    if (objective != configs::Objective::latency)
        return;
    auto const longest = choices.front().speed.cycles * (1 + as_fast);
    auto const slower  = [&](Choice const& choice) { return choice.cuts.empty() || choice.speed.cycles > longest; };
    auto const end     = std::find_if(choices.begin(), choices.end(), slower);
    auto const fewer   = [](Choice const& a, Choice const& b) {
        return a.speed.tokens_per_second < b.speed.tokens_per_second;
    };
    auto const best = std::max_element(choices.begin(), end, fewer);
    if (best != end)
        std::rotate(choices.begin(), best, best + 1);
}

TokenPlan pipeline_plan(DecodeStep const& step, configs::Parameters const& p)
{
    auto const most = p.mapping.wafers == 0 ? p.mapping.max_wafers : p.mapping.wafers;
    auto const fits = [&](Choices const& choices) { return choices.fewest > 0 && choices.fewest <= most; };
    if (p.mapping.tables == configs::Tables::wafer && p.mapping.region.columns != 0 &&
        p.mapping.region.columns != p.wafer.columns)
        refuse_narrow_tables(p);
    if (streams(p) && p.mapping.tables == configs::Tables::wafer)
        throw configs::UserError{configs::Exit::bad_config,
                                 "mapping.tables = wafer: tables that lie over a wafer stay there, and mapping.weights "
                                 "= streamed brings the LM head as it brings a layer. Choose one of the two."};
    auto choices = measured(step, p, p.mapping.tables == configs::Tables::wafer);
    if (p.mapping.tables == configs::Tables::automatic && !streams(p) && (!fits(choices) || p.mapping.wafers == 0)) {
        auto other = measured(step, p, true);
        if (other.fewest > 0 && (choices.fewest == 0 || other.fewest < choices.fewest))
            choices = std::move(other);
    }
    if (!fits(choices))
        refuse(step, p, choices);
    auto const wafers = p.mapping.wafers == 0 ? choices.fewest : p.mapping.wafers;

    for (auto& choice : choices.list)
        cut(choice, step, p, wafers);
    sort_best_first(choices.list, p.mapping.objective);
    if (p.mapping.region.columns == 0) {
        refine(choices.list, step, p, wafers);
        sort_best_first(choices.list, p.mapping.objective);
    }

    auto const&  best = choices.list.front();
    Tiling const tiling{step, p, best.region, best.tables};
    auto         plan = TokenPlan{};
    plan.region       = best.region;
    plan.regions_x    = tiling.regions_x();
    plan.regions_y    = tiling.regions_y();
    plan.wafer_tables = tiling.wafer_tables();
    plan.table_bytes  = tiling.memory().reserved();
    plan.busiest      = best.speed.busiest;
    plan.streamed     = streams(p);
    plan.requests     = best.speed.requests;
    plan.candidates   = candidates_of(p.mapping.objective, choices.list, wafers);
    place(plan, tiling, best.cuts, {p.wafer.columns, p.wafer.rows});
    add_notes(plan, step, p);
    return plan;
}

} // namespace

configs::Schedule schedule_of(configs::Parameters const& p)
{
    if (p.mapping.schedule != configs::Schedule::automatic)
        return p.mapping.schedule;
    return p.mapping.region.columns != 0 ? configs::Schedule::layer : configs::Schedule::pipeline;
}

TokenPlan plan_token(DecodeStep const& step, configs::Parameters const& p)
{
    return schedule_of(p) == configs::Schedule::layer ? layer_plan(step, p) : pipeline_plan(step, p);
}

} // namespace scribeline::workloads
