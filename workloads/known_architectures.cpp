// The table of architectures; see architectures.hpp. Defaults: transformers,
// src/transformers/models/<type>/configuration_<type>.py, or the configuration_*.py beside the weights where
// transformers does not know the class (phi-msft, MiniCPM, InternLM, Ling, MiMo, Step, Kimi).
#include "workloads/architecture_rows.hpp"

namespace scribeline::workloads {

namespace rows {

Architecture llama()
{
    // Llava's text_config states no more than its vocabulary.
    return with_sizes({32, 4096, 11'008, 32, 32, 32'000, 2048, {}}, llama_like({"LlamaForCausalLM"}, {"llama"}, 1e-6));
}

Architecture mistral()
{
    return with_sizes({32, 4096, 14'336, 32, 8, 32'000, 131'072, 4096},
                      with_kv_heads_stated(llama_like({"MistralForCausalLM"}, {"mistral"}, 1e-6)));
}

// `use_sliding_window` is false in all published Qwen configurations although they carry a window.
Architecture qwen(Words names, Words types)
{
    auto row              = with_kv_heads_stated(llama_like(std::move(names), std::move(types), 1e-6));
    row.window_needs_flag = true;
    return row;
}

// The decoders of the multimodal classes are Qwen 2; those of Qwen2.5-VL are written flat or as a block.
Architecture qwen2()
{
    return with_sizes(
        {32, 4096, 22'016, 32, 32, 151'936, 32'768, {}},
        qwen({"Qwen2ForCausalLM", "Qwen2VLForConditionalGeneration", "Qwen2_5_VLForConditionalGeneration",
              "Qwen2AudioForConditionalGeneration"},
             {"qwen2", "qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text", "qwen2_5_omni_text"}));
}

Architecture qwen3()
{
    return with_sizes({32, 4096, 22'016, 32, 32, 151'936, 32'768, {}},
                      with_heads_of(128, with_qk_norm(qwen({"Qwen3ForCausalLM", "Qwen3VLForConditionalGeneration"},
                                                           {"qwen3", "qwen3_vl", "qwen3_vl_text"}))));
}

Architecture qwen3_moe()
{
    auto row  = with_experts(qwen3());
    row.names = {"Qwen3MoeForCausalLM", "Qwen3VLMoeForConditionalGeneration", "Qwen3OmniMoeForConditionalGeneration"};
    row.model_types = {"qwen3_moe", "qwen3_vl_moe", "qwen3_vl_moe_text", "qwen3_omni_moe_text"};
    row.sizes       = {};
    return row;
}

// MiMo 7B is a Qwen 2 with a head that predicts one token more.
Architecture mimo() { return qwen({"MiMoForCausalLM"}, {"mimo"}); }

// OLMo 2 norms what attention and feed-forward give, not what they take. Its query and key norms span all heads.
Architecture olmo2() { return with_qk_norm(with_norms_behind(llama_like({"Olmo2ForCausalLM"}, {"olmo2"}, 1e-5))); }

// Three of four layers have a window.
Architecture olmo3()
{
    auto row        = with_window_every(4, olmo2());
    row.names       = {"Olmo3ForCausalLM"};
    row.model_types = {"olmo3"};
    return row;
}

Architecture exaone4()
{
    auto row        = with_window_every(4, olmo2());
    row.names       = {"Exaone4ForCausalLM"};
    row.model_types = {"exaone4"};
    return row;
}

Architecture phi()
{
    auto row =
        with_layer_norm(without_gate(Activation::gelu_tanh, llama_like({"PhiForCausalLM"}, {"phi", "phi-msft"}, 1e-5)));
    row.parallel_blocks = true;
    row.rotary_fraction = 0.5;
    return row;
}

// Phi-3.5-MoE and its smaller kin norm with a mean and a bias, as Phi-2 does.
Architecture phi_moe()
{
    return with_layer_norm(
        with_experts_of_intermediate(with_kv_heads_stated(llama_like({"PhiMoEForCausalLM"}, {"phimoe"}, 1e-5))));
}

// Its norm of queries and keys stands in the file (use_qk_norm) and spans all heads; here it is done by head.
Architecture minimax()
{
    return with_experts_of_intermediate(
        with_kv_heads_stated(llama_like({"MiniMaxM2ForCausalLM"}, {"minimax_m2", "minimax"}, 1e-6)));
}

// Every second layer has a window. One more score a head, a learned one that no value belongs to, is left out.
Architecture gpt_oss()
{
    return with_heads_of(64, with_window_every(2, with_experts_of_intermediate(with_kv_heads_stated(
                                                      llama_like({"GptOssForCausalLM"}, {"gpt_oss"}, 1e-5)))));
}

// Every fourth layer attends to all and rotates nothing; the others attend within pieces of the context.
Architecture llama4()
{
    auto row = with_window_every(
        4, with_experts_of_intermediate(with_kv_heads_stated(
               llama_like({"Llama4ForCausalLM", "Llama4ForConditionalGeneration"}, {"llama4_text", "llama4"}, 1e-5))));
    row.chunks         = true;
    row.rope_theta     = 500'000;
    row.shared_experts = 1;
    return row;
}

// Kimi K2 is a DeepSeek-V3 of other sizes, and says so in its class. A file without experts is dense throughout.
Architecture deepseek(Words names, Words types)
{
    auto row         = with_experts(llama_like(std::move(names), std::move(types), 1e-6));
    row.latent       = true;
    row.may_be_dense = true;
    return row;
}

// DeepSeek's attention with GLM's sizes.
Architecture glm4_moe_lite()
{
    auto row   = with_shared_experts(1, 1, llama_like({"Glm4MoeLiteForCausalLM"}, {"glm4_moe_lite"}, 1e-5));
    row.latent = true;
    return row;
}

// Latent attention without experts; a head of values is a share of the hidden vector.
Architecture minicpm3()
{
    auto row                  = with_tied_embeddings(llama_like({"MiniCPM3ForCausalLM"}, {"minicpm3"}, 1e-5));
    row.latent                = true;
    row.value_dim_from_hidden = true;
    return row;
}

Architecture glm(Words names, Words types, double epsilon)
{
    return with_heads_of(
        128, with_rotated(0.5, with_kv_heads_stated(llama_like(std::move(names), std::move(types), epsilon))));
}

// GLM-4-0414: norms before and behind.
Architecture glm4()
{
    auto row = glm({"Glm4ForCausalLM", "Glm4vForConditionalGeneration"}, {"glm4", "glm4v", "glm4v_text"}, 1.5625e-7);
    row.post_norms = true;
    return row;
}

// GLM-4.5 to 4.7.
Architecture glm4_moe()
{
    return with_rotated(
        0.5,
        with_shared_experts(1, 1,
                            with_kv_heads_stated(llama_like({"Glm4MoeForCausalLM", "Glm4vMoeForConditionalGeneration"},
                                                            {"glm4_moe", "glm4v_moe", "glm4v_moe_text"}, 1e-5))));
}

// Command-R and Command-A: attention and feed-forward read the same norm, which subtracts the mean.
Architecture cohere(Words names, Words types)
{
    auto row            = with_tied_embeddings(with_layer_norm(llama_like(std::move(names), std::move(types), 1e-5)));
    row.parallel_blocks = true;
    return row;
}

// Gemma reads hidden_activation and ignores the hidden_act that its first files carry.
Architecture gemma(Words names, Words types)
{
    auto row = with_heads_of(
        256, with_tied_embeddings(with_kv_heads_stated(llama_like(std::move(names), std::move(types), 1e-6))));
    row.activation     = Activation::gelu_tanh;
    row.activation_key = "hidden_activation";
    return row;
}

Architecture gemma2()
{
    auto row       = with_window_every(2, gemma({"Gemma2ForCausalLM"}, {"gemma2"}));
    row.post_norms = true;
    return row;
}

// The 4B file states neither heads nor vocabulary.
Architecture gemma3()
{
    auto row       = with_qk_norm(with_window_every(
              6, gemma({"Gemma3ForCausalLM", "Gemma3ForConditionalGeneration"}, {"gemma3_text", "gemma3"})));
    row.post_norms = true;
    row.rope_theta = 1e6;
    row.sizes      = {26, 2304, 9216, 8, 4, 262'208, 131'072, 4096};
    return row;
}

Architecture starcoder2()
{
    return with_tied_embeddings(with_layer_norm(without_gate(
        Activation::gelu_tanh, with_kv_heads_stated(llama_like({"Starcoder2ForCausalLM"}, {"starcoder2"}, 1e-5)))));
}

// Granite multiplies embeddings, scores, residuals and logits by a number each, which is not counted. The hybrid class
// serves the dense and the attention-only ones of Granite 4 too; without experts its feed-forward is the shared one.
Architecture granite_hybrid()
{
    auto row = with_experts_of_intermediate(
        with_tied_embeddings(llama_like({"GraniteMoeHybridForCausalLM"}, {"granitemoehybrid"}, 1e-6)));
    row.may_be_dense = true;
    row.recurrence   = RecurrenceOf::mamba2;
    row.state_space  = true;
    return row;
}

// Three of four layers have a window; a shared expert; norms of queries and keys.
Architecture step()
{
    auto row            = with_qk_norm(with_experts(with_kv_heads_stated(
                   llama_like({"Step3p7FlashForCausalLM", "Step3p5ForCausalLM"}, {"step3p7", "step3p5"}, 1e-5))));
    row.window_period   = 4;
    row.gated_attention = true;
    row.output_gate     = OutputGate::head;
    return row;
}

std::vector<Architecture> all()
{
    return {
        llama(),
        llama_like({"YiForCausalLM"}, {"Yi"}, 1e-5),
        mistral(),
        with_kv_heads_stated(llama_like({"MinistralForCausalLM"}, {"ministral"}, 1e-5)),
        with_kv_heads_stated(llama_like({"Ministral3ForCausalLM"}, {"ministral3"}, 1e-5)),
        qwen2(),
        qwen3(),
        mimo(),
        phi(),
        llama_like({"Phi3ForCausalLM", "Phi3VForCausalLM", "Phi4MMForCausalLM", "Phi4MultimodalForCausalLM"},
                   {"phi3", "phi3_v", "phi4mm", "phi4_multimodal"}, 1e-5),
        gemma({"GemmaForCausalLM"}, {"gemma"}),
        gemma2(),
        gemma3(),
        olmo2(),
        olmo3(),
        exaone4(),
        llama_like({"ExaoneForCausalLM"}, {"exaone"}, 1e-5),
        glm({"GlmForCausalLM"}, {"glm"}, 1.5625e-7),
        glm4(),
        cohere({"CohereForCausalLM"}, {"cohere"}),
        with_window_every(4, cohere({"Cohere2ForCausalLM"}, {"cohere2"})),
        with_tied_embeddings(qwen({"SmolLM3ForCausalLM"}, {"smollm3"})),
        with_heads_of(128, with_kv_heads_stated(llama_like({"SeedOssForCausalLM"}, {"seed_oss"}, 1e-6))),
        with_qk_norm(llama_like({"HunYuanDenseV1ForCausalLM"}, {"hunyuan_v1_dense"}, 1e-5)),
        with_heads_of(
            128, with_tied_embeddings(llama_like({"Ernie4_5ForCausalLM", "Ernie4_5_ForCausalLM"}, {"ernie4_5"}, 1e-5))),
        with_qk_norm(without_gate(Activation::xielu, llama_like({"ApertusForCausalLM"}, {"apertus"}, 1e-5))),
        without_gate(Activation::relu_squared, llama_like({"ArceeForCausalLM"}, {"arcee"}, 1e-5)),
        with_rotated(0.5, with_layer_norm(without_gate(Activation::relu_squared,
                                                       llama_like({"NemotronForCausalLM"}, {"nemotron"}, 1e-5)))),
        starcoder2(),
        with_rotated(0.25, with_layer_norm(llama_like({"StableLmForCausalLM"}, {"stablelm"}, 1e-5))),
        llama_like({"InternLM2ForCausalLM"}, {"internlm2"}, 1e-6),
        llama_like({"InternLM3ForCausalLM"}, {"internlm3"}, 1e-6),
        with_tied_embeddings(llama_like({"MiniCPMForCausalLM"}, {"minicpm"}, 1e-6)),
        minicpm3(),
        llama_like({"GraniteForCausalLM"}, {"granite"}, 1e-6),
        with_experts_of_intermediate(with_kv_heads_stated(llama_like({"MixtralForCausalLM"}, {"mixtral"}, 1e-5))),
        qwen3_moe(),
        with_experts(qwen({"Qwen2MoeForCausalLM"}, {"qwen2_moe"})),
        phi_moe(),
        minimax(),
        gpt_oss(),
        llama4(),
        with_experts(llama_like({"DeepseekForCausalLM"}, {"deepseek"}, 1e-6)),
        deepseek({"DeepseekV2ForCausalLM"}, {"deepseek_v2"}),
        deepseek({"DeepseekV3ForCausalLM", "MistralLarge3ForCausalLM"}, {"deepseek_v3", "kimi_k2", "mistral_large_3"}),
        glm4_moe(),
        glm4_moe_lite(),
        with_qk_norm(with_experts_of_intermediate(llama_like({"OlmoeForCausalLM"}, {"olmoe"}, 1e-5))),
        with_qk_norm(with_experts(llama_like({"HunYuanMoEV1ForCausalLM"}, {"hunyuan_v1_moe"}, 1e-5))),
        with_tied_embeddings(with_experts(llama_like({"Ernie4_5_MoeForCausalLM"}, {"ernie4_5_moe"}, 1e-5))),
        with_qk_norm(with_experts(llama_like({"Dots1ForCausalLM"}, {"dots1"}, 1e-6))),
        with_experts(
            llama_like({"BailingMoeForCausalLM", "BailingMoeV2ForCausalLM"}, {"bailing_moe", "bailing_moe_v2"}, 1e-6)),
        with_experts_of_intermediate(llama_like({"GraniteMoeForCausalLM", "GraniteMoeSharedForCausalLM"},
                                                {"granitemoe", "granitemoeshared"}, 1e-6)),
        granite_hybrid(),
        step(),
    };
}

} // namespace rows

std::vector<Architecture> const& known_architectures()
{
    static auto const all = [] {
        auto list = rows::all();
        for (auto& row : rows::hybrid())
            list.push_back(std::move(row));
        return list;
    }();
    return all;
}

} // namespace scribeline::workloads
