// A step on SRAM racks and plain accelerators as what each group of devices does: bytes that every device of the group
// reads from its own memory, sums between them, vectors for the next group.
//
//     layers 0..n    group 0 | group 1 | ... | group S-1        chips [s * group, (s + 1) * group)
//     once           head: output projection, sampling          chips [head_first, head_first + head_chips)
//
// A rack that has chips to spare gives the head groups of its own, through which the vector is handed on; otherwise it
// stands on the last chips of the layers. The row of the embedding comes with the token's id, at the first group.
#pragma once

#include "models/gpu/step_outcome.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

struct StreamLayout {
    std::uint32_t              group = 1;   // devices that share a layer
    std::vector<std::uint32_t> first_layer; // of each group, and one more: the end
    std::uint32_t              head_first = 0, head_chips = 1;
    std::uint32_t              head_hops = 0; // from the last group of layers to the last of the head

    std::uint32_t stages() const { return static_cast<std::uint32_t>(first_layer.size()) - 1; }
    std::uint32_t hops() const { return stages() - 1 + head_hops; }
    std::uint32_t devices() const;                                                 // in use
    bool          shares_devices() const { return head_first < stages() * group; } // the head stands on those of layers
};

// Of one piece of the work, on one group: each device has its share.
struct StreamOperation {
    StepPart         part = StepPart::vectors; // whose time it is
    configs::Bytes   weights{}, kv{};          // of all devices of the group
    bool             writes = false;           // the latter
    configs::Seconds arithmetic{};
    configs::Bytes   reduced{}; // the vector that the group then adds up; none: nothing
};

// Pieces follow one another through the groups, each as soon as a group is free and the piece is there.
struct StreamProgram {
    StreamLayout                              layout;
    std::vector<std::vector<StreamOperation>> kinds; // of layers
    std::vector<std::uint32_t>                kind_of;
    std::vector<StreamOperation>              before, after; // at the first group, at the head
    configs::Bytes                            vector{};      // of a piece, from one group to the next
    std::uint64_t                             pieces             = 1;
    std::uint64_t                             pieces_of_a_prompt = 1; // the head has work with the last of them alone
};

} // namespace scribeline::models
