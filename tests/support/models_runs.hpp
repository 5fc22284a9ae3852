// A run as the program does it, from the words of its command line.
#pragma once

#include "support/run_line.hpp"

#include "configs/schema/resolve.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/decode_layer.hpp"

#include <string>
#include <vector>

namespace scribeline::tests {

// `words` are the arguments of `scribeline run`.
inline configs::Config config_of(std::vector<std::string> words)
{
    words.insert(words.begin(), "run");
    return configs::resolve(tests::run_line(words));
}

inline workloads::LayerProgram layer_of(configs::Parameters const& p)
{
    return workloads::map_decode_layer(workloads::decode_step(workloads::read_model(p.workload.model), p.workload), p);
}

} // namespace scribeline::tests
