// The list of families.
#include "models/gpu/forms/families/family.hpp"

#include "configs/failure.hpp"

#include <array>

namespace scribeline::models {

namespace {

// By pointer: which of the files' objects is made first is not known.
constexpr std::array mixers{&attention_kernels, &latent_attention_kernels, &recurrence_kernels,
                            &attention_and_recurrence_kernels, &no_mixer_kernels};
std::array<std::vector<KernelRow> const*, 2> const others{&feed_forward_kernels, &vector_kernels};

WriteKernels kernels_in(std::vector<KernelRow> const& rows, workloads::OperatorId id)
{
    for (auto const& row : rows)
        if (row.id == id)
            return row.write;
    return nullptr;
}

} // namespace

std::uint64_t no_copied_weights(workloads::ModelShape const&, workloads::LayerKind const&) { return 0; }

MixerKernels const& no_mixer_kernels()
{
    static auto const made =
        MixerKernels{workloads::Mixer::none,
                     [](GpuPlan const&, workloads::ModelShape const&, workloads::LayerKind const&) { return 1.0; },
                     &no_copied_weights,
                     {}};
    return made;
}

MixerKernels const& mixer_kernels(workloads::Mixer mixer)
{
    for (auto const& each : mixers)
        if (each().mixer == mixer)
            return each();
    SCRIBELINE_EXPECT(!"a family without kernels");
    return no_mixer_kernels();
}

WriteKernels kernels_of(workloads::OperatorId id, workloads::Mixer mixer)
{
    auto found = kernels_in(mixer_kernels(mixer).rows, id);
    for (auto i = others.begin(); found == nullptr && i != others.end(); ++i)
        found = kernels_in(**i, id);
    SCRIBELINE_EXPECT(found != nullptr);
    return found;
}

} // namespace scribeline::models
