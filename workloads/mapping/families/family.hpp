// How families of operators (workloads/operators) lie on the mesh and run there: one file each says layout, memory,
// steps of decode and forms of prefill. families.cpp lists them.
#pragma once

#include "workloads/mapping/layer_layout.hpp"
#include "workloads/mapping/prefill_forms.hpp"
#include "workloads/mapping/step_writer.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::workloads {

struct StepRow {
    OperatorId id;
    void (*write)(StepWriter&);
};

struct PrefillRow {
    OperatorId id;
    void (*write)(PrefillForms&);
};

// The first half of a layer. Sizes are elements of one PE.
struct MappedMixer {
    Mixer mixer;
    void (*lay)(LayerLayout&, DecodeStep const&, LayerStep const&); // what common_layout() does not say
    std::uint64_t (*weights)(LayerLayout const&);
    std::uint64_t (*cache)(LayerLayout const&, std::uint64_t tokens_of_a_column);
    double (*state)(LayerLayout const&, double activation_bytes); // bytes of what is kept beside the cache
    std::uint64_t (*vectors)(LayerLayout const&);                 // beside queries, keys, values and scores
    std::vector<StepRow>    steps;
    std::vector<PrefillRow> prefill;
};
// Forms of prefill that several of them share.
void prefill_rope(PrefillForms&);
void prefill_kv_write(PrefillForms&);
void prefill_scores(PrefillForms&);
void prefill_softmax(PrefillForms&);
void prefill_values(PrefillForms&);
void prefill_out_proj(PrefillForms&);

// Elements of keys per column that these layers make: none where they take those of a layer before.
std::uint32_t new_keys(PrefillForms const&, HeadsLayout const&);

double no_state(LayerLayout const&, double);

// An index lies as a cache does: its keys along y, tokens along x. What families that have one share: tokens of the
// column that most of the chosen fall into, scores of all tokens, and the forms of a prompt.
std::uint32_t most_of_a_column(std::uint64_t chosen, std::uint32_t columns, std::uint32_t tokens);
void          index_scores(StepWriter&);
void          index_select(StepWriter&);
void          prefill_index_scores(PrefillForms&);
void          prefill_index_select(PrefillForms&);

MappedMixer const& mapped_attention();
MappedMixer const& mapped_latent_attention();
MappedMixer const& mapped_recurrence();
MappedMixer const& mapped_attention_and_recurrence();
MappedMixer const& mapped_no_mixer();

// The second half, and what runs once. Layout: lay_experts().
struct MappedRows {
    std::vector<StepRow>    steps;
    std::vector<PrefillRow> prefill;
};
extern MappedRows const mapped_norms, mapped_feed_forward, mapped_once;

void lay_experts(LayerLayout&, LayerStep const&, configs::Parameters const&);

MappedMixer const& mapped_mixer(Mixer);

// Of the layer's own family first, then of what all layers have.
void (*writer_of(OperatorId, LayerLayout const&))(StepWriter&);
void (*prefill_of(OperatorId, Mixer))(PrefillForms&); // null: none

} // namespace scribeline::workloads
