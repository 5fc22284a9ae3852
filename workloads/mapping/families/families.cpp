// The list of families.
#include "workloads/mapping/families/family.hpp"

#include "configs/failure.hpp"

#include <array>

namespace scribeline::workloads {

namespace {

// By pointer: which of the files' objects is made first is not known.
std::array<MappedMixer const*, 2> const mixers{&mapped_attention, &mapped_latent_attention};
std::array<MappedRows const*, 3> const  rows{&mapped_norms, &mapped_feed_forward, &mapped_once};

template <class Row> auto writer_in(std::vector<Row> const& list, OperatorId id) -> decltype(Row::write)
{
    for (auto const& row : list)
        if (row.id == id)
            return row.write;
    return nullptr;
}

} // namespace

MappedMixer const& mapped_mixer(Mixer mixer)
{
    for (auto const* each : mixers)
        if (each->mixer == mixer)
            return *each;
    SCRIBELINE_EXPECT(!"a family that no mesh has");
    return mapped_attention;
}

void (*writer_of(OperatorId id, LayerLayout const& layout))(StepWriter&)
{
    auto found = writer_in(mapped_mixer(layout.mixer).steps, id);
    for (auto i = rows.begin(); found == nullptr && i != rows.end(); ++i)
        found = writer_in((*i)->steps, id);
    SCRIBELINE_EXPECT(found != nullptr);
    return found;
}

void (*prefill_of(OperatorId id, Mixer mixer))(PrefillForms&)
{
    auto found = writer_in(mapped_mixer(mixer).prefill, id);
    for (auto i = rows.begin(); found == nullptr && i != rows.end(); ++i)
        found = writer_in((*i)->prefill, id);
    return found;
}

} // namespace scribeline::workloads
