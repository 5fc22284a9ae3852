// Names of modules that a quantised checkpoint makes an exception of: "lm_head", "model.layers.0.self_attn*",
// "re:.*self_attn.*".
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace scribeline::workloads {

class ModulePatterns {
  public:
    // False where a regular expression has more in it than is understood here.
    bool add(std::string_view pattern);

    bool empty() const { return names_.empty() && globs_.empty(); }
    // Whether a name of one expert among the others stands there.
    bool names_experts() const { return names_experts_; }

    // `module` as "layers.0.self_attn.q_proj", without what stands before the layers. A name matches if it is the
    // module's or a run of whole words of it.
    bool match(std::string_view module) const;

  private:
    std::unordered_set<std::string> names_;
    std::vector<std::string>        globs_; // with * for any letters
    bool                            names_experts_ = false;
};

} // namespace scribeline::workloads
