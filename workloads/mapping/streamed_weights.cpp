#include "workloads/mapping/streamed_weights.hpp"

#include "workloads/mapping/steps.hpp"

namespace scribeline::workloads {

double weights_over_edge(DecodeStep const& step, Block block)
{
    double     bytes = 0;
    auto const add   = [&](std::vector<Operator> const& list, std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i)
            bytes += list[i].bytes_held;
    };
    switch (block.kind) {
    case BlockKind::embedding:
        return step.once.front().bytes_weights;
    case BlockKind::head: // a tied table is held by the embedding, and read here
        for (std::size_t i = 1; i < step.once.size(); ++i)
            bytes += step.once[i].bytes_weights;
        return bytes;
    case BlockKind::attention:
    case BlockKind::feed_forward:
        break;
    }
    auto const  kind  = step.shape.kind_of(block.layer);
    auto const& list  = step.layer(kind);
    auto const  first = first_of_feed_forward(step, kind);
    if (block.kind == BlockKind::attention)
        add(list, 0, first);
    else
        add(list, first, list.size());
    return bytes;
}

} // namespace scribeline::workloads
