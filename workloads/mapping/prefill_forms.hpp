// Closed forms of a layer's prefill: a chunk of a prompt through the operators of one layer, on one region.
#pragma once

#include "configs/parameters.hpp"
#include "workloads/mapping/mesh_forms.hpp"
#include "workloads/mapping/prefill_layout.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace scribeline::workloads {

// Cycles of one operator: of a chunk by itself, and for each chunk of keys that its queries attend to, its own
// included.
struct PrefillOperator {
    std::string name;
    std::string shape; // "7x7 times 7x7, 600 steps"
    MeshTime    once, per_pair;
};

class PrefillForms {
  public:
    // Throws configs::UserError (bad_config) for an operator that it knows nothing of.
    PrefillForms(PrefillShape const&, PrefillLayout const&, configs::Parameters const&, bool hidden_shifts);

    std::vector<PrefillOperator> const& operators() const { return list_; }
    // Of a layer's attention or feed-forward: cycles of the chunk that `before` others precede.
    double attention(std::uint32_t before) const { return cycles(0, middle_, before); }
    double feed_forward() const { return cycles(middle_, list_.size(), 0); }
    // Chunks of keys that the queries of that chunk attend to, its own included: those within the window.
    double pairs(std::uint32_t before) const;

    PrefillShape const&  shape;
    PrefillLayout const& layout;

    // What families write the operator at hand with.
    MeshForms const& mesh() const { return forms_; }
    std::uint32_t    activation_bits() const { return activation_bits_; }
    MeshCosts const& costs() const { return forms_.costs(); }
    MeshTime&        once() { return list_.back().once; }
    MeshTime&        per_pair() { return list_.back().per_pair; }
    void             describe(std::string text) { list_.back().shape = std::move(text); }
    void             product(std::uint32_t tokens, std::uint32_t inner, std::uint32_t width, double times = 1);
    void             align(std::uint32_t tokens, std::uint32_t inner, double times = 1);
    void     through(std::uint32_t inner, std::uint32_t width); // a product, with its alignment, over all columns
    MeshTime vectors(std::uint64_t operations, std::uint32_t length) const;
    MeshTime norm(std::uint32_t elements, std::uint32_t pes, std::uint32_t groups_of_sums) const;
    MeshTime attend_scores(HeadsLayout const&) const;
    MeshTime softmax(HeadsLayout const&) const;
    MeshTime weigh_values(HeadsLayout const&) const;

  private:
    double cycles(std::size_t first, std::size_t last, std::uint32_t before) const;

    MeshForms const     forms_;
    double const        weight_bits_;
    std::uint32_t const kv_bits_, activation_bits_;
    bool const          hidden_shifts_;

    std::vector<PrefillOperator> list_;
    std::size_t                  middle_ = 0;
};

} // namespace scribeline::workloads
