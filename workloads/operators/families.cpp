// The list of families.
#include "workloads/operators/families.hpp"

#include "configs/failure.hpp"

namespace scribeline::workloads {

std::vector<MixerFamily const*> const& mixer_families()
{
    static auto const all =
        std::vector<MixerFamily const*>{&full_attention, &latent_attention, &recurrence, &attention_and_recurrence};
    return all;
}

MixerFamily const* mixer_family(ModelShape const& shape, LayerKind const& kind)
{
    auto const mixer = shape.mixer_of(kind);
    for (auto const* family : mixer_families())
        if (family->mixer == mixer)
            return family;
    SCRIBELINE_EXPECT(mixer == Mixer::none);
    return nullptr;
}

} // namespace scribeline::workloads
