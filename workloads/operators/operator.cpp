#include "workloads/operators/operator.hpp"

#include <algorithm>
#include <array>

namespace scribeline::workloads {

namespace {

constexpr std::array kind_names{"norm",     "qkv",      "rope",        "kv_write", "attention", "softmax",
                                "out_proj", "gate_up",  "activation",  "down",     "residual",  "embed",
                                "lm_head",  "sampling", "router",      "latent",   "heads",     "convolution",
                                "state",    "index",    "index_select"};

// In the order of the enumeration.
constexpr std::array id_names{"layer_input",
                              "attention_mix",
                              "attention_norm",
                              "qkv",
                              "qk_norm",
                              "rope",
                              "kv_write",
                              "scores",
                              "softmax",
                              "values",
                              "query_down",
                              "query_norm",
                              "query_up",
                              "latent_kv",
                              "latent_norm",
                              "absorb_keys",
                              "expand_values",
                              "output_gate",
                              "out_proj",
                              "index_query",
                              "index_key",
                              "index_weights",
                              "index_scores",
                              "index_select",
                              "state_in",
                              "state_rates",
                              "convolution",
                              "state_key_norm",
                              "state_recall",
                              "state_update",
                              "state_read",
                              "state_norm",
                              "state_out",
                              "state_sum",
                              "post_attention_norm",
                              "attention_residual",
                              "ffn_mix",
                              "ffn_norm",
                              "router",
                              "to_experts",
                              "from_experts",
                              "gate_up",
                              "up",
                              "activation",
                              "down",
                              "post_ffn_norm",
                              "ffn_residual",
                              "embedding",
                              "final_norm",
                              "lm_head",
                              "sampling"};
static_assert(id_names.size() == static_cast<std::size_t>(OperatorId::sampling) + 1);

} // namespace

char const* name_of(OperatorKind kind) { return kind_names.at(static_cast<std::size_t>(kind)); }
char const* name_of(OperatorId id) { return id_names.at(static_cast<std::size_t>(id)); }

Operator const* find_operator(std::vector<Operator> const& list, std::string_view name)
{
    auto const found = std::find_if(list.begin(), list.end(), [&](auto const& op) { return op.name == name; });
    return found == list.end() ? nullptr : &*found;
}

Operator const* find_operator(std::vector<Operator> const& list, OperatorId id)
{
    auto const found = std::find_if(list.begin(), list.end(), [&](auto const& op) { return op.id == id; });
    return found == list.end() ? nullptr : &*found;
}

} // namespace scribeline::workloads
