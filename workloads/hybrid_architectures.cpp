// Architectures whose layers are not all attention and a feed-forward of one kind: running states, an index, heads of
// two sizes, gates.
#include "workloads/architecture_rows.hpp"

namespace scribeline::workloads::rows {

namespace {

// Three of four layers, or as a list says, have a gated delta net; attention has a gate as wide as its queries.
Architecture with_gated_delta(Architecture row)
{
    row.recurrence         = RecurrenceOf::gated_delta;
    row.gated_delta        = true;
    row.attention_period   = 4;
    row.gated_attention    = true;
    row.output_gate        = OutputGate::element;
    row.gate_unless_denied = true;
    row.rotary_fraction    = 0.25;
    row.head_dim           = 256;
    return row;
}

Architecture qwen3_next()
{
    auto row        = with_gated_delta(qwen3_moe());
    row.names       = {"Qwen3NextForCausalLM"};
    row.model_types = {"qwen3_next"};
    return row;
}

// Qwen 3.5 and 3.6.
Architecture qwen3_5()
{
    auto row        = with_gated_delta(qwen3());
    row.names       = {"Qwen3_5ForConditionalGeneration", "Qwen3_5ForCausalLM"};
    row.model_types = {"qwen3_5", "qwen3_5_text"};
    row.sizes       = {};
    return row;
}

Architecture qwen3_5_moe()
{
    auto row        = with_gated_delta(qwen3_moe());
    row.names       = {"Qwen3_5MoeForConditionalGeneration", "Qwen3_5MoeForCausalLM"};
    row.model_types = {"qwen3_5_moe", "qwen3_5_moe_text"};
    return row;
}

Architecture with_index(Architecture row)
{
    row.sparse_index = true;
    return row;
}

// DeepSeek's attention and index with GLM's sizes.
Architecture glm_moe_dsa()
{
    auto row        = with_index(glm4_moe_lite());
    row.names       = {"GlmMoeDsaForCausalLM"};
    row.model_types = {"glm_moe_dsa"};
    return row;
}

Architecture with_mamba2(NormOfState norm, Architecture row)
{
    row.recurrence    = RecurrenceOf::mamba2;
    row.norm_of_state = norm;
    row.state_space   = true;
    return row;
}

// Every layer has one half: a state space, attention without rotation, or a feed-forward.
Architecture nemotron_h()
{
    auto row           = with_mamba2(NormOfState::groups,
                                     with_heads_of(128, without_gate(Activation::relu_squared,
                                                                     with_kv_heads_stated(llama_like({"NemotronHForCausalLM"},
                                                                                                     {"nemotron_h"}, 1e-5)))));
    row.experts        = true;
    row.may_be_dense   = true;
    row.narrow_experts = true;
    row.halves_apart   = true;
    row.activation_key = "mlp_hidden_act";
    return row;
}

Architecture bamba()
{
    return with_mamba2(NormOfState::all, with_kv_heads_stated(llama_like({"BambaForCausalLM"}, {"bamba"}, 1e-5)));
}

// A state space and attention side by side in every layer.
Architecture falcon_h1()
{
    auto row =
        with_mamba2(NormOfState::flag, with_kv_heads_stated(llama_like({"FalconH1ForCausalLM"}, {"falcon_h1"}, 1e-5)));
    row.attention_in_all = true;
    return row;
}

Architecture with_lightning(std::uint32_t period, Architecture row)
{
    row.recurrence       = RecurrenceOf::lightning;
    row.lightning        = true;
    row.attention_period = period;
    return row;
}

// MiniMax-01 and M1: attn_type_list says which layers attend.
Architecture minimax_text()
{
    return with_lightning(
        0, with_experts_of_intermediate(with_kv_heads_stated(llama_like(
               {"MiniMaxText01ForCausalLM", "MiniMaxM1ForCausalLM"}, {"minimax_text_01", "minimax_m1"}, 1e-5))));
}

// Ring-linear: of a group of layers (layer_group_size) the last attends.
Architecture ring_linear()
{
    return with_lightning(
        8, with_qk_norm(with_experts(llama_like({"BailingMoeLinearV2ForCausalLM", "BailingMoeLinearForCausalLM"},
                                                {"bailing_moe_linear", "bailing_moe_linear_v2"}, 1e-6))));
}

Architecture kimi_linear()
{
    auto row       = deepseek({"KimiLinearForCausalLM"}, {"kimi_linear"});
    row.recurrence = RecurrenceOf::kimi_delta;
    row.kimi_delta = true;
    // Kimi K3 is such a model within another file; its layers have more than those of Kimi Linear.
    row.gated_attention = true;
    row.output_gate     = OutputGate::element;
    row.narrow_experts  = true;
    row.mixes_blocks    = true;
    return row;
}

// Layers with a window have more heads of keys than those without; heads of values are smaller than those of keys.
Architecture mimo_v2()
{
    auto row         = with_experts(with_kv_heads_stated(
                llama_like({"MiMoV2FlashForCausalLM", "MiMoV2ForCausalLM"}, {"mimo_v2_flash", "mimo_v2"}, 1e-5)));
    row.window_heads = true;
    return row;
}

// Most layers attend to the blocks of tokens that an index finds.
Architecture minimax_m3()
{
    auto row = with_experts_of_intermediate(
        with_kv_heads_stated(llama_like({"MiniMaxM3ForCausalLM", "MiniMaxM3VLForConditionalGeneration"},
                                        {"minimax_m3", "minimax_m3_vl", "minimax_m3_vl_text"}, 1e-6)));
    row.block_index     = true;
    row.gated_attention = true; // which the file denies
    row.output_gate     = OutputGate::element;
    return row;
}

// Nemotron Super and Ultra of the Llama generation: what a search has left of each layer.
Architecture nemotron_nas()
{
    auto row      = llama_like({"DeciLMForCausalLM"}, {"nemotron-nas"}, 1e-5);
    row.per_layer = true;
    return row;
}

// LongCat-Flash: a layer is twice DeepSeek's attention with a dense feed-forward, and the experts stand beside the
// first of these. Counted as two layers; that the experts may run beside the second is left out.
Architecture longcat()
{
    auto row                 = with_experts(llama_like({"LongcatFlashForCausalLM"}, {"longcat_flash"}, 1e-5));
    row.latent               = true;
    row.dense_beside_experts = true;
    row.two_attentions       = true;
    return row;
}

Architecture lfm2(Words names, Words types)
{
    auto row =
        with_tied_embeddings(with_qk_norm(with_kv_heads_stated(llama_like(std::move(names), std::move(types), 1e-5))));
    row.recurrence  = RecurrenceOf::short_convolution;
    row.convolution = true;
    return row;
}

// Layers without a window have larger heads, fewer of keys, and make values of their keys. Where there are experts, the
// dense feed-forward serves all tokens beside them.
Architecture gemma4()
{
    auto row                 = gemma3();
    row.names                = {"Gemma4ForConditionalGeneration", "Gemma4ForCausalLM"};
    row.model_types          = {"gemma4", "gemma4_text"};
    row.two_heads            = true;
    row.experts              = true;
    row.may_be_dense         = true;
    row.dense_beside_experts = true;
    row.sizes                = {};
    return row;
}

// Trinity: norms before and behind, and a gate on what attention gives.
Architecture afmoe()
{
    auto row = with_window_every(
        4, with_qk_norm(with_experts(with_kv_heads_stated(llama_like({"AfmoeForCausalLM"}, {"afmoe"}, 1e-5)))));
    row.post_norms         = true;
    row.gated_attention    = true;
    row.output_gate        = OutputGate::element;
    row.gate_unless_denied = true;
    return row;
}

} // namespace

std::vector<Architecture> hybrid()
{
    return {
        qwen3_next(),
        qwen3_5(),
        qwen3_5_moe(),
        with_index(deepseek({"DeepseekV32ForCausalLM"}, {"deepseek_v32"})),
        glm_moe_dsa(),
        nemotron_h(),
        bamba(),
        falcon_h1(),
        minimax_text(),
        ring_linear(),
        kimi_linear(),
        mimo_v2(),
        minimax_m3(),
        nemotron_nas(),
        longcat(),
        lfm2({"Lfm2ForCausalLM"}, {"lfm2"}),
        with_experts(lfm2({"Lfm2MoeForCausalLM"}, {"lfm2_moe"})),
        gemma4(),
        afmoe(),
    };
}

} // namespace scribeline::workloads::rows
