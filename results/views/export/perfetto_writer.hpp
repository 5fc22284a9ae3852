// Packets of a Perfetto trace (https://perfetto.dev/docs/reference/trace-packet-proto), written with protozero.
//
// Fields by their numbers in perfetto's protos/perfetto/trace: Trace.packet 1; TracePacket: timestamp 8,
// trusted_packet_sequence_id 10, track_event 11, track_descriptor 60; TrackDescriptor: uuid 1, name 2, process 3,
// parent_uuid 5, counter 8; ProcessDescriptor: pid 1, process_name 6; CounterDescriptor.unit_name 6; TrackEvent: type
// 9, track_uuid 11, name 23, double_counter_value 44, flow_ids 47.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::results {

class PerfettoWriter {
  public:
    using Track = std::uint64_t; // never 0

    Track process(std::string const& name);
    Track track(Track parent, std::string const& name);
    Track counter(Track parent, std::string const& name, std::string const& unit);

    // Slices of a track must nest, and its events come in the order of time. `flow` other than 0 draws an arrow from
    // the slice before with the same flow.
    void begin(Track track, std::uint64_t time, std::string const& name, std::uint64_t flow = 0);
    void end(Track track, std::uint64_t time);
    void count(Track track, std::uint64_t time, double value);

    std::vector<char> bytes() const { return {trace_.begin(), trace_.end()}; }

  private:
    enum class Event : std::int32_t { begin = 1, end = 2, counter = 4 }; // TrackEvent.Type

    void event(Track track, std::uint64_t time, Event type, std::string const* name, std::uint64_t flow,
               double const* value);

    std::string   trace_;
    std::uint64_t tracks_    = 0;
    std::int32_t  processes_ = 0;
};

} // namespace scribeline::results
