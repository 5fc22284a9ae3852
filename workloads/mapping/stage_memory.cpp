#include "workloads/mapping/stage_memory.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace scribeline::workloads {

namespace {

double size(std::uint64_t elements) { return static_cast<double>(padded(elements)); }

// Of all sequences, in the layers that have most.
std::uint64_t most_scores_of_token(Layouts const& layouts)
{
    std::uint64_t most = 0;
    for (auto const& l : layouts)
        if (l.mixer != Mixer::recurrence && l.mixer != Mixer::none)
            most = std::max(most, std::uint64_t{l.batch} * l.scores_of_token());
    return std::max<std::uint64_t>(most, 1);
}

double count(std::vector<Block> const& blocks, BlockKind kind)
{
    return static_cast<double>(
        std::count_if(blocks.begin(), blocks.end(), [&](Block const& block) { return block.kind == kind; }));
}

} // namespace

StageMemory::StageMemory(DecodeStep const& step, Layouts const& layouts, configs::Parameters const& p)
    : kind_at_{step.shape.kind_at}, capacity_{p.pe.sram.value()}, kv_{p.workload.kv_bits / 8.0},
      activation_{p.workload.activation_bits / 8.0}, scores_per_token_{most_scores_of_token(layouts)},
      runtime_{p.pe.sram_runtime.value()}, streamed_{p.mapping.weights == configs::Weights::streamed},
      columns_{layouts.front().columns}, context_{step.context}
{
    auto const&  shape  = step.shape;
    double const weight = step.stored_bits / 8;

    for (std::size_t k = 0; k < layouts.size(); ++k) {
        auto const&  l         = layouts[k];
        double const hidden    = size(l.hidden);
        double const attention = static_cast<double>(l.attention_weights());
        double const expansion = static_cast<double>(l.feed_forward_weights());
        Kind         kind{l, static_cast<double>(l.cache()) * kv_ + l.state_bytes(activation_), 0, 0,
                  step.kinds[k].kind.window == 0 && l.cache() > 0};

        // What a layer's budget has beside its weights, its cache and its two norms stands there once.
        double once = -(attention + expansion) * weight - kind.cache - 2 * hidden * activation_;
        for (auto const& part : sram_budget(l, p))
            once += part.bytes;
        if (once > once_) {
            once_   = once;
            scores_ = static_cast<double>(padded(std::uint64_t{l.batch} *
                                                 (l.index_heads != 0 ? l.index_heads * l.tokens : l.scores()))) *
                      activation_;
        }

        // The budget counts a norm for each half, whether it stands before or after. Beside it: those of models that
        // norm on both sides, and those of queries and keys, or of their compressed forms.
        double const more       = shape.pre_norms && shape.post_norms ? hidden : 0;
        double const heads      = shape.qk_norm ? size(l.query() + l.key()) : 0.0;
        double const compressed = l.latent != 0 ? size(l.query_rank) + size(l.latent) : 0.0;
        kind.attention          = attention * weight + (hidden + more + heads + compressed) * activation_;
        kind.feed_forward       = expansion * weight + (hidden + more) * activation_;
        kinds_.push_back(kind);
    }

    // A row of PEs holds so many words of the vocabulary.
    auto const&         l     = layouts.front();
    std::uint64_t const words = (std::uint64_t{shape.vocabulary} + l.rows - 1) / l.rows;
    double const        table = size(l.hidden * words) * weight;
    embedding_                = streamed_ ? size(l.hidden) * weight : table;
    head_         = table + (size(l.hidden) + size(l.batch * words)) * activation_; // final norm, and what comes out
    shared_table_ = shape.tied_embeddings && !streamed_ ? table : 0;
}

double StageMemory::weights(Block block) const
{
    switch (block.kind) {
    case BlockKind::embedding:
        return embedding_;
    case BlockKind::attention:
        return kind_of(block).attention;
    case BlockKind::feed_forward:
        return kind_of(block).feed_forward;
    case BlockKind::head:
        return head_;
    }
    SCRIBELINE_EXPECT(!"a kind of block without weights");
    return 0;
}

double StageMemory::cache(Block block) const { return block.kind == BlockKind::attention ? kind_of(block).cache : 0; }

double StageMemory::bytes(std::vector<Block> const& blocks, std::uint32_t requests) const
{
    double sum = 0;
    for (auto const& part : parts(blocks, requests))
        sum += part.bytes;
    return sum;
}

std::vector<BudgetPart> StageMemory::parts(std::vector<Block> const& blocks, std::uint32_t requests) const
{
    double const embedding = count(blocks, BlockKind::embedding);
    double const head      = count(blocks, BlockKind::head);
    double const shared    = embedding > 0 && head > 0 ? shared_table_ : 0;
    double       layers = 0, caches = 0;
    for (auto const& block : blocks) {
        if (block.kind == BlockKind::attention || block.kind == BlockKind::feed_forward)
            layers += weights(block);
        caches += cache(block);
    }
    if (streamed_)
        return {{"code, runtime and vectors", once_},
                {"two buffers of weights", buffers_},
                {"KV cache", requests * caches},
                {"embedding and LM head", reserved_}};
    return {{"code, runtime and vectors", once_},
            {"weights of layers", layers},
            {"KV cache", requests * caches},
            {"embedding and LM head", reserved_ + embedding * embedding_ + head * head_ - shared}};
}

std::vector<BudgetPart> StageMemory::parts_of_once() const
{
    return {{"code and runtime", runtime_},
            {"scores of the context", scores_},
            {"other vectors and sums", once_ - runtime_ - scores_},
            {"two buffers of weights", buffers_},
            {"embedding and LM head", reserved_}};
}

std::uint64_t StageMemory::longest_scored() const
{
    auto const left  = capacity_ - (once() - scores_);
    auto const token = static_cast<double>(scores_per_token_) * activation_;
    return left < token ? 0 : static_cast<std::uint64_t>(std::floor(left / token)) * columns_;
}

std::uint32_t StageMemory::requests(std::vector<Block> const& blocks) const
{
    double caches = 0;
    for (auto const& block : blocks)
        caches += cache(block);
    double const left = capacity_ - bytes(blocks, 0);
    if (caches == 0 || left < 0)
        return 0;
    double const most = std::floor(left / caches);
    return static_cast<std::uint32_t>(std::min(most, double{std::numeric_limits<std::uint32_t>::max()}));
}

double StageMemory::grown(Kind const& kind, std::uint64_t tokens) const
{
    return kind.grows ? static_cast<double>(kind.layout.cache(tokens)) * kv_ + kind.layout.state_bytes(activation_)
                      : kind.cache;
}

KvGrowth StageMemory::growth(std::vector<Block> const& blocks) const
{
    auto kinds = std::vector<Kind const*>{};
    for (auto const& block : blocks)
        if (block.kind == BlockKind::attention && kind_of(block).grows)
            kinds.push_back(&kind_of(block));
    if (kinds.empty())
        return {};
    double const left = capacity_ - bytes(blocks, 1);
    SCRIBELINE_EXPECT(left >= 0);
    // Of a column. Every token of it has a score as well. Padding makes it a few fewer than the bytes of a token say.
    std::uint64_t const held = kinds.front()->layout.tokens;
    auto const          need = [&](std::uint64_t tokens) {
        auto const scores = padded(scores_per_token_ * tokens) - padded(scores_per_token_ * held);
        double     sum    = static_cast<double>(scores) * activation_;
        for (auto const* kind : kinds)
            sum += grown(*kind, tokens) - kind->cache;
        return sum;
    };
    constexpr std::uint32_t even  = 1024; // tokens that no padding adds to
    double                  token = static_cast<double>(scores_per_token_) * activation_, slack = activation_;
    for (auto const* kind : kinds) {
        token += static_cast<double>(kind->layout.cache(even)) * kv_ / even;
        slack += 2 * kv_ * kind->layout.caches;
    }
    auto most = held + static_cast<std::uint64_t>(std::ceil((left + slack) / token));
    while (need(most) > left)
        --most;
    // Columns before the one that holds the end of the context are as full as the prompt left them.
    std::uint64_t const before = (context_ - 1) / held * held;
    return {before + most, most * columns_};
}

} // namespace scribeline::workloads
