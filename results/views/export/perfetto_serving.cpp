#include "results/views/export/perfetto_serving.hpp"

#include "results/views/export/group_table.hpp"
#include "results/views/export/perfetto_writer.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using Track = PerfettoWriter::Track;

struct Times {
    std::uint64_t arrival, first, end;
};

// Tracks of one engine. A request has the first that is free.
struct Lanes {
    struct Lane {
        Track         track;
        std::uint64_t free;
    };
    Track             process = 0;
    std::vector<Lane> lanes;

    Track take(PerfettoWriter& writer, std::uint64_t from, std::uint64_t until)
    {
        auto lane = std::find_if(lanes.begin(), lanes.end(), [&](Lane const& each) { return each.free <= from; });
        if (lane == lanes.end())
            lane = lanes.insert(lanes.end(),
                                {writer.track(process, fmt::format("request {} at a time", lanes.size() + 1)), 0});
        lane->free = until;
        return lane->track;
    }
};

std::vector<Times> times_of(GroupTable const& requests)
{
    auto const &arrival = requests.whole("arrival"), &first = requests.whole("first_token"),
               &end = requests.whole("end");
    auto times      = std::vector<Times>{};
    for (std::size_t i = 0; i < requests.rows; ++i) {
        auto const sound = arrival[i] >= 0 && arrival[i] <= end[i] &&
                           (first[i] == 0 || (arrival[i] <= first[i] && first[i] <= end[i]));
        if (!sound)
            throw hdf5::Failure{fmt::format("/requests: row {} does not arrive, begin and end in this order", i)};
        times.push_back({static_cast<std::uint64_t>(arrival[i]), static_cast<std::uint64_t>(first[i]),
                         static_cast<std::uint64_t>(end[i])});
    }
    return times;
}

} // namespace

std::vector<char> trace_of_serving(hdf5::InputFile const& file)
{
    auto const requests = read_group(file, "requests");
    auto const engines  = read_group(file, "engines");
    auto const times    = times_of(requests);
    auto       order    = std::vector<std::size_t>(times.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return times[a].arrival < times[b].arrival; });

    auto        writer  = PerfettoWriter{};
    auto const  clients = writer.track(writer.process("clients (1 ns shown is 1 ps)"), "requests");
    auto        lanes   = std::vector<Lanes>(engines.rows);
    auto const& pools   = engines.texts("pool");
    for (std::size_t e = 0; e < lanes.size(); ++e)
        lanes[e].process = writer.process(fmt::format("engine {} of {}", e, pools[e]));
    auto const& number  = requests.whole("engine_number");
    auto const& dropped = requests.whole("dropped");
    for (auto const i : order) {
        auto const& t    = times[i];
        auto const  name = fmt::format("request {}", i);
        auto const  flow = i + 1;
        writer.begin(clients, t.arrival, name, flow);
        writer.end(clients, t.arrival);
        if (dropped[i] != 0 || t.first == 0)
            continue;
        if (number[i] < 0 || static_cast<std::size_t>(number[i]) >= lanes.size())
            throw hdf5::Failure{fmt::format("/requests/engine_number: {} is no row of /engines", number[i])};
        auto const track = lanes[static_cast<std::size_t>(number[i])].take(writer, t.arrival, t.end);
        writer.begin(track, t.arrival, name, flow);
        writer.begin(track, t.arrival, "to the first token");
        writer.end(track, t.first);
        writer.begin(track, t.first, "tokens");
        writer.end(track, t.end);
        writer.end(track, t.end);
    }
    return writer.bytes();
}

} // namespace scribeline::results
