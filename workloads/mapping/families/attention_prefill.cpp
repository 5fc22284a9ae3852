// What a prompt does in every kind of attention that scores keys: docs/model.md, 21 (a prompt).
#include "workloads/mapping/families/family.hpp"

#include <fmt/format.h>

namespace scribeline::workloads {

std::uint32_t new_keys(PrefillForms const& f, HeadsLayout const& h) { return f.shape.key_matrices > 0 ? h.keys() : 0; }

// Four multiplications and two additions for each pair.
void prefill_rope(PrefillForms& f)
{
    for (auto const& h : f.layout.attention)
        f.once() += f.vectors(3ull * (h.query() + new_keys(f, h)), f.layout.tokens);
}

void prefill_kv_write(PrefillForms& f)
{
    for (auto const& h : f.layout.attention)
        f.once() += MeshForms::of(f.costs().copy(h.keys() + h.values(), f.layout.tokens));
}

void prefill_scores(PrefillForms& f)
{
    auto const t = f.layout.tokens;
    for (auto const& h : f.layout.attention) {
        f.per_pair() += f.attend_scores(h);
        f.describe(
            fmt::format("{}x{} by {}x{} transposed, {} heads", t, h.key, t, h.key, h.heads_per_column * h.share));
    }
}

void prefill_softmax(PrefillForms& f)
{
    for (auto const& h : f.layout.attention)
        f.per_pair() += f.softmax(h);
}

void prefill_values(PrefillForms& f)
{
    auto const t = f.layout.tokens;
    for (auto const& h : f.layout.attention) {
        f.per_pair() += f.weigh_values(h);
        f.describe(fmt::format("{}x{} by {}x{}, {} heads", t, t, t, h.value, h.heads_per_column * h.share));
    }
}

void prefill_out_proj(PrefillForms& f)
{
    for (auto const& h : f.layout.attention) {
        f.align(f.layout.tokens, h.inner);
        f.product(f.layout.tokens, h.inner, f.layout.hidden);
    }
}

} // namespace scribeline::workloads
