// The list of families.
#include "workloads/mapping/families/family.hpp"

#include "configs/failure.hpp"

#include <array>

namespace scribeline::workloads {

namespace {

// By pointer: which of the files' objects is made first is not known.
constexpr std::array                   mixers{&mapped_attention, &mapped_latent_attention, &mapped_recurrence,
                            &mapped_attention_and_recurrence, &mapped_no_mixer};
std::array<MappedRows const*, 3> const rows{&mapped_norms, &mapped_feed_forward, &mapped_once};

template <class Row> auto writer_in(std::vector<Row> const& list, OperatorId id) -> decltype(Row::write)
{
    for (auto const& row : list)
        if (row.id == id)
            return row.write;
    return nullptr;
}

} // namespace

double no_state(LayerLayout const&, double) { return 0; }

// A layer without a first half keeps nothing.
MappedMixer const& mapped_no_mixer()
{
    static auto const made =
        MappedMixer{Mixer::none,
                    [](LayerLayout& l, DecodeStep const&, LayerStep const&) { l.tokens = l.attended = 0; },
                    [](LayerLayout const&) { return std::uint64_t{0}; },
                    [](LayerLayout const&, std::uint64_t) { return std::uint64_t{0}; },
                    &no_state,
                    [](LayerLayout const&) { return std::uint64_t{0}; },
                    {},
                    {}};
    return made;
}

MappedMixer const& mapped_mixer(Mixer mixer)
{
    for (auto const& each : mixers)
        if (each().mixer == mixer)
            return each();
    SCRIBELINE_EXPECT(!"a family that no mesh has");
    return mapped_no_mixer();
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
