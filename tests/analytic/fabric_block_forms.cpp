// Does a layer take on the mesh what the planner's closed forms of its halves say?
#include "configs/schema/resolve.hpp"
#include "fabric/mesh.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/decode_layer.hpp"
#include "workloads/mapping/planner.hpp"
#include "workloads/mapping/token_forms.hpp"

#include <catch2/catch.hpp>

using namespace scribeline;
using workloads::BlockKind;

TEST_CASE("a layer takes what the closed forms of attention and feed-forward say, within 3 %")
{
    struct Case {
        char const*       machine;
        char const*       model;
        configs::GridSize region;
    };
    auto const [machine, model, region] =
        GENERATE(Case{"wse3", "llama-3.1-8b", {127, 196}}, Case{"wse2", "qwen3-8b", {150, 248}}, // norms of each head
                 Case{"wse3", "gemma-2-2b", {108, 147}});                                        // norms behind blocks
    CAPTURE(machine, model);
    auto p             = configs::machine_parameters(machine);
    p.workload.context = 4096;
    p.mapping.region   = region;
    auto const   step  = workloads::decode_step(workloads::read_model(model), p.workload);
    auto const   layer = workloads::map_decode_layer(step, p);
    fabric::Mesh mesh{layer.program, p};
    auto const   simulated = static_cast<double>(mesh.run());
    auto const   forms     = workloads::BlockForms{step, {layer.layout}, p};
    CHECK(forms.cycles(BlockKind::attention) + forms.cycles(BlockKind::feed_forward) ==
          Approx(simulated).epsilon(workloads::error_of_forms));
}
