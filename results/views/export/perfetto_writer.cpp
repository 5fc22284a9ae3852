#include "results/views/export/perfetto_writer.hpp"

#include <protozero/pbf_writer.hpp>

namespace scribeline::results {

namespace {

namespace field {
constexpr protozero::pbf_tag_type packet    = 1;                            // Trace
constexpr protozero::pbf_tag_type timestamp = 8, sequence = 10;             // TracePacket
constexpr protozero::pbf_tag_type track_event = 11, track_descriptor = 60;  // TracePacket
constexpr protozero::pbf_tag_type uuid = 1, name = 2, process = 3;          // TrackDescriptor
constexpr protozero::pbf_tag_type parent = 5, counter = 8;                  // TrackDescriptor
constexpr protozero::pbf_tag_type pid = 1, process_name = 6;                // ProcessDescriptor
constexpr protozero::pbf_tag_type unit_name = 6;                            // CounterDescriptor
constexpr protozero::pbf_tag_type type = 9, track = 11, event_name = 23;    // TrackEvent
constexpr protozero::pbf_tag_type double_counter_value = 44, flow_ids = 47; // TrackEvent
} // namespace field

// All packets come from one writer. The reader wants a number for it other than 0.
constexpr std::uint32_t sequence = 1;

} // namespace

PerfettoWriter::Track PerfettoWriter::process(std::string const& name)
{
    protozero::pbf_writer trace{trace_};
    protozero::pbf_writer packet{trace, field::packet};
    packet.add_uint32(field::sequence, sequence);
    protozero::pbf_writer descriptor{packet, field::track_descriptor};
    descriptor.add_uint64(field::uuid, ++tracks_);
    protozero::pbf_writer process{descriptor, field::process};
    process.add_int32(field::pid, ++processes_);
    process.add_string(field::process_name, name);
    return tracks_;
}

PerfettoWriter::Track PerfettoWriter::track(Track parent, std::string const& name)
{
    protozero::pbf_writer trace{trace_};
    protozero::pbf_writer packet{trace, field::packet};
    packet.add_uint32(field::sequence, sequence);
    protozero::pbf_writer descriptor{packet, field::track_descriptor};
    descriptor.add_uint64(field::uuid, ++tracks_);
    descriptor.add_string(field::name, name);
    descriptor.add_uint64(field::parent, parent);
    return tracks_;
}

PerfettoWriter::Track PerfettoWriter::counter(Track parent, std::string const& name, std::string const& unit)
{
    protozero::pbf_writer trace{trace_};
    protozero::pbf_writer packet{trace, field::packet};
    packet.add_uint32(field::sequence, sequence);
    protozero::pbf_writer descriptor{packet, field::track_descriptor};
    descriptor.add_uint64(field::uuid, ++tracks_);
    descriptor.add_string(field::name, name);
    descriptor.add_uint64(field::parent, parent);
    protozero::pbf_writer counter{descriptor, field::counter};
    counter.add_string(field::unit_name, unit);
    return tracks_;
}

void PerfettoWriter::begin(Track track, std::uint64_t time, std::string const& name, std::uint64_t flow)
{
    event(track, time, Event::begin, &name, flow, nullptr);
}

void PerfettoWriter::end(Track track, std::uint64_t time) { event(track, time, Event::end, nullptr, 0, nullptr); }

void PerfettoWriter::count(Track track, std::uint64_t time, double value)
{
    event(track, time, Event::counter, nullptr, 0, &value);
}

void PerfettoWriter::event(Track track, std::uint64_t time, Event type, std::string const* name, std::uint64_t flow,
                           double const* value)
{
    protozero::pbf_writer trace{trace_};
    protozero::pbf_writer packet{trace, field::packet};
    packet.add_uint64(field::timestamp, time);
    packet.add_uint32(field::sequence, sequence);
    protozero::pbf_writer event{packet, field::track_event};
    event.add_enum(field::type, static_cast<std::int32_t>(type));
    event.add_uint64(field::track, track);
    if (name != nullptr)
        event.add_string(field::event_name, *name);
    if (value != nullptr)
        event.add_double(field::double_counter_value, *value);
    if (flow != 0)
        event.add_fixed64(field::flow_ids, flow);
}

} // namespace scribeline::results
