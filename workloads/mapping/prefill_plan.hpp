// How a prompt passes the regions of a plan: in chunks, one behind another. A chunk is as many tokens for each row of a
// region as fit its SRAM, or fewer; while a region works on one, the region behind it has the one before. Queries
// attend to the keys of their own chunk and of those before it.
//
// Where one layer stands on a region for all (mapping.schedule = layer) the largest chunk that fits is taken, as in the
// published runs; in a pipeline the one with which the prompt is done first.
//
// A chunk takes as long with one token as with a token in every row. A prompt of few tokens is sooner done by decode
// steps, one token behind another through the stages of the plan, and is taken so where the closed forms say it is.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/mesh_forms.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::workloads {

// An operator of one layer, of the kind that most layers are of, over all chunks.
struct PrefillTime {
    std::string name, shape;
    MeshTime    time;
};

struct PrefillPlan {
    std::uint32_t            tokens = 0, chunks = 0, tokens_of_a_row = 0; // of the prompt; of a chunk, in a row of PEs
    bool                     hidden_shifts = true;                        // blocks of weights move while PEs multiply
    bool                     by_decode     = false; // a token is a chunk, and takes what it takes to decode one
    bool                     no_chunk      = false; // by decode because products of a chunk have no room
    double                   cycles = 0, cycles_of_a_layer = 0;  // of the prompt, all chunks
    double                   first_chunk = 0, busiest_stage = 0; // cycles: through all stages; of all chunks in one
    double                   bytes = 0, left = 0;                // of a PE: the chunk needs, beside weights and cache
    std::size_t              kind = 0;                           // of the layer whose operators these are
    std::vector<PrefillTime> operators;
    std::vector<std::string> notes;
};

// Throws configs::UserError: answer_is_no where not even the smallest chunk fits, bad_config for what is not simulated.
PrefillPlan plan_prefill(DecodeStep const&, configs::Parameters const&, TokenPlan const&);

// plan_token, and where a prompt goes through a pipeline, with room for it: of plans that leave more of the SRAM free
// no more wafers, and whose tokens take at most a twentieth longer, the one with the earliest first token. Where none
// of them holds the prompt and mapping.wafers = 0, more wafers are taken.
TokenPlan plan_with_prompt(DecodeStep const&, configs::Parameters const&);

} // namespace scribeline::workloads
