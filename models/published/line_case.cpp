#include "models/published/line_case.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/collective_forms.hpp"
#include "workloads/mapping/reduction_tree.hpp"

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using namespace workloads;

std::uint32_t groups_of(LineCase const& wish) { return wish.groups == 0 ? default_groups(wish.pes) : wish.groups; }

// Position 0 has one parent, the far end; in between wavelets only pass.
ReductionTree from_end_to_end(std::uint32_t pes)
{
    ReductionTree tree;
    for (std::uint32_t p = 0; p < pes; ++p)
        tree.nodes.push_back({p, {}, 0, pes - 1, true});
    tree.nodes.front().parent = pes - 1;
    tree.nodes.back().children.push_back({0, true});
    return tree;
}

ReductionTree tree_of(LineCase const& wish)
{
    bool const centred = wish.stage == LineStage::all_reduce;
    switch (wish.pattern) {
    case LinePattern::transfer:
        return from_end_to_end(wish.pes);
    case LinePattern::tree:
        return binary_tree(wish.pes);
    case LinePattern::two_level:
        return centred ? centred_two_level(wish.pes, groups_of(wish)) : two_level(wish.pes, groups_of(wish));
    case LinePattern::chain:
    case LinePattern::star:
    case LinePattern::broadcast:
        break;
    }
    return centred ? centred_chain(wish.pes) : chain(wish.pes);
}

} // namespace

Program line_case_program(LineCase const& wish, configs::Parameters const& p)
{
    double const need = p.fabric.wavelet_size.value() * wish.wavelets,
                 left = p.pe.sram.value() - p.pe.sram_runtime.value();
    if (need > left)
        throw configs::UserError{configs::Exit::answer_is_no,
                                 fmt::format("{} wavelets are {:.0f} bytes, and a PE's SRAM has {:.0f} beside its code",
                                             wish.wavelets, need, left)};
    auto const    costs = wish.prepared ? StreamCosts::prepared() : StreamCosts::of(p);
    Message const message{wish.wavelets};
    if (wish.pattern == LinePattern::star)
        return line_program(StarReduce{wish.axis, wish.pes, 0}, message, costs);
    bool const broadcasts = wish.stage != LineStage::reduce;
    return line_program(LineCollective{wish.axis, tree_of(wish), 0, broadcasts}, wish.stage, message, costs);
}

std::optional<double> line_case_form(LineCase const& wish, configs::Parameters const& p)
{
    auto const times = wish.prepared ? LineTimes::prepared(p) : LineTimes::of(p);
    if (wish.pattern == LinePattern::transfer) {
        // Set-up of the send, the way, and the task that receives; words follow one another at the link's rate.
        double const tasks = 2 * times.setup + times.activation;
        return tasks + 2 * times.ramp + times.hop * wish.hops() + times.serialisation * wish.wavelets;
    }
    if (wish.stage == LineStage::all_reduce) {
        if (wish.pattern == LinePattern::two_level)
            return centred_all_reduce_form(wish.pes, groups_of(wish), wish.wavelets, times);
        if (wish.pattern == LinePattern::chain)
            return centred_all_reduce_form(wish.pes, 1, wish.wavelets, times);
        return std::nullopt;
    }
    if (!wish.prepared)
        return std::nullopt;
    switch (wish.pattern) {
    case LinePattern::chain:
        return chain_form(wish.pes, wish.wavelets, times);
    case LinePattern::star:
        return star_form(wish.pes, wish.wavelets, times);
    case LinePattern::two_level:
        return two_level_form(wish.pes, groups_of(wish), wish.wavelets, times);
    case LinePattern::tree:
        return spatial_model(tree_load(wish.pes, wish.wavelets), times);
    case LinePattern::broadcast:
        return broadcast_form(wish.pes, wish.wavelets, times);
    case LinePattern::transfer:
        break;
    }
    return std::nullopt;
}

} // namespace scribeline::models
