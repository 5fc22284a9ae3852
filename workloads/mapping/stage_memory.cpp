#include "workloads/mapping/stage_memory.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace scribeline::workloads {

namespace {

double count(std::vector<Block> const& blocks, BlockKind kind)
{
    return static_cast<double>(
        std::count_if(blocks.begin(), blocks.end(), [&](Block const& block) { return block.kind == kind; }));
}

} // namespace

StageMemory::StageMemory(DecodeStep const& step, LayerLayout const& l, configs::Parameters const& p)
    : layout_{l}, capacity_{p.pe.sram.value()}, kv_{p.workload.kv_bits / 8.0}, activation_{p.workload.activation_bits /
                                                                                           8.0},
      scores_per_token_{l.heads_per_row * l.share}, columns_{l.columns}, tokens_{l.tokens}, context_{step.context}
{
    auto const&  shape  = step.shape;
    double const weight = p.workload.weight_bits / 8.0, kv = kv_, activation = activation_;

    auto const   size      = [](std::uint64_t elements) { return static_cast<double>(padded(elements)); };
    double const hidden    = size(l.hidden);
    double const attention = static_cast<double>(l.attention_weights());
    double const expansion = static_cast<double>(l.feed_forward_weights());

    cache_ = static_cast<double>(l.cache()) * kv;

    // What a layer's budget has beside its weights, its cache and its two norms stands there once.
    once_ = -(attention + expansion) * weight - cache_ - 2 * hidden * activation;
    for (auto const& part : sram_budget(l, p))
        once_ += part.bytes;

    // The budget counts a norm for each half, whether it stands before or after. Beside it: those of models that norm
    // on both sides, and those of queries and keys.
    double const more = shape.pre_norms && shape.post_norms ? hidden : 0;
    attention_ = attention * weight + (hidden + more + (shape.qk_norm ? size(l.query() + l.key()) : 0.0)) * activation;
    feed_forward_ = expansion * weight + (hidden + more) * activation;

    // A row of PEs holds so many words of the vocabulary.
    std::uint64_t const words = (std::uint64_t{shape.vocabulary} + l.rows - 1) / l.rows;
    double const        table = size(l.hidden * words) * weight;
    embedding_                = table;
    head_                     = table + (hidden + size(words)) * activation; // final norm, and what comes out
    shared_table_             = shape.tied_embeddings ? table : 0;
}

double StageMemory::weights(BlockKind kind) const
{
    switch (kind) {
    case BlockKind::embedding:
        return embedding_;
    case BlockKind::attention:
        return attention_;
    case BlockKind::feed_forward:
        return feed_forward_;
    case BlockKind::head:
        return head_;
    }
    SCRIBELINE_EXPECT(!"a kind of block without weights");
    return 0;
}

double StageMemory::bytes(std::vector<Block> const& blocks, std::uint32_t requests) const
{
    double sum = 0;
    for (auto const& part : parts(blocks, requests))
        sum += part.bytes;
    return sum;
}

std::vector<BudgetPart> StageMemory::parts(std::vector<Block> const& blocks, std::uint32_t requests) const
{
    double const attentions = count(blocks, BlockKind::attention);
    double const embedding  = count(blocks, BlockKind::embedding);
    double const head       = count(blocks, BlockKind::head);
    double const shared     = embedding > 0 && head > 0 ? shared_table_ : 0;
    return {{"code, runtime and vectors", once_},
            {"weights of layers", attentions * attention_ + count(blocks, BlockKind::feed_forward) * feed_forward_},
            {"KV cache", attentions * requests * cache_},
            {"embedding and LM head", reserved_ + embedding * embedding_ + head * head_ - shared}};
}

std::uint32_t StageMemory::requests(std::vector<Block> const& blocks) const
{
    double const attentions = count(blocks, BlockKind::attention);
    double const left       = capacity_ - bytes(blocks, 0);
    if (attentions == 0 || left < 0)
        return 0;
    double const most = std::floor(left / (attentions * cache_));
    return static_cast<std::uint32_t>(std::min(most, double{std::numeric_limits<std::uint32_t>::max()}));
}

KvGrowth StageMemory::growth(std::vector<Block> const& blocks) const
{
    double const attentions = count(blocks, BlockKind::attention);
    if (attentions == 0)
        return {};
    double const left = capacity_ - bytes(blocks, 1);
    SCRIBELINE_EXPECT(left >= 0);
    // Of a column. Every token of it has a score as well. Padding makes it a few fewer than the bytes of a token say.
    auto const need = [&](std::uint64_t tokens) {
        auto const scores = padded(scores_per_token_ * tokens) - padded(scores_per_token_ * std::uint64_t{tokens_});
        return attentions * (static_cast<double>(layout_.cache(tokens)) * kv_ - cache_) +
               static_cast<double>(scores) * activation_;
    };
    double const token = attentions * 2.0 * layout_.key() * kv_ + static_cast<double>(scores_per_token_) * activation_;
    auto most = tokens_ + static_cast<std::uint64_t>(std::ceil((left + attentions * 2 * kv_ + activation_) / token));
    while (need(most) > left)
        --most;
    // Columns before the one that holds the end of the context are as full as the prompt left them.
    std::uint64_t const before = (context_ - 1) / tokens_ * tokens_;
    return {before + most, most * columns_};
}

} // namespace scribeline::workloads
