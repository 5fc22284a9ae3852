#include "results/files/compare/modules.hpp"

#include "models/gpu/gpu_system.hpp"
#include "results/files/sections/sections.hpp"

#include <algorithm>
#include <iterator>

namespace scribeline::results {

namespace {

using models::ComparisonRow;
using models::LatencyHistogram;
using models::TierRun;
using models::TransactionRecord;
using Rows = std::vector<ComparisonRow const*>;

std::vector<std::string> traffic_names()
{
    auto names = std::vector<std::string>{};
    for (std::size_t i = 0; i < models::traffic_kinds; ++i)
        names.emplace_back(name_of(static_cast<models::Traffic>(i)));
    return names;
}

std::vector<std::string> tier_names()
{
    auto names = std::vector<std::string>{};
    for (std::size_t i = 0; i < models::gpu_tiers; ++i)
        names.emplace_back(name_of(static_cast<models::GpuTier>(i)));
    return names;
}

void write_tiers(hdf5::Group& machine, Rows const& rows)
{
    auto contexts = std::vector<std::uint32_t>{};
    auto begins   = std::vector<std::uint64_t>{};
    for (auto const* row : rows)
        contexts.push_back(row->context);
    for (std::size_t bin = 0; bin < LatencyHistogram::bins; ++bin)
        begins.push_back(LatencyHistogram::begin(bin));

    auto       group   = machine.group("tiers");
    auto const context = group.coordinates("context", contexts, {"token", "tokens of every sequence"});
    auto const tier    = group.coordinates("tier", tier_names(), {"1", "all targets of a kind together"});
    auto const kind    = group.coordinates("traffic", traffic_names(), {"1", "kind of traffic"});
    auto const bin     = group.coordinates("bin", begins, {"ps", "from so much on, to below the next"});

    auto read = std::vector<std::uint64_t>{}, written = read, latency = read, waiting = read, occupied = read,
         transfers = read;
    for (auto const* row : rows)
        for (auto const& each : row->modules->run.tiers) {
            for (std::size_t i = 0; i < models::traffic_kinds; ++i) {
                auto const traffic = static_cast<models::Traffic>(i);
                read.push_back(each.books.served(traffic) - each.written.served(traffic));
                written.push_back(each.written.served(traffic));
            }
            latency.insert(latency.end(), each.latency.counts().begin(), each.latency.counts().end());
            waiting.insert(waiting.end(), each.waiting.counts().begin(), each.waiting.counts().end());
            occupied.push_back(each.occupied);
            transfers.push_back(each.transactions);
        }
    group.array("bytes_read", read, {&context, &tier, &kind}, {"byte", "asked for and served by reads"});
    group.array("bytes_written", written, {&context, &tier, &kind}, {"byte", "asked for and served by writes"});
    group.array("latency", latency, {&context, &tier, &bin}, {"1", "transfers by time from asking to the last byte"});
    group.array("waiting", waiting, {&context, &tier, &bin}, {"1", "transfers by time until the target was free"});
    group.array("occupied", occupied, {&context, &tier}, {"ps", "sum over all targets"});
    group.array("transactions", transfers, {&context, &tier}, {"1", "transfers"});
}

template <class T, class Of> std::vector<T> column(Rows const& rows, Of const& of)
{
    auto values = std::vector<T>{};
    for (auto const* row : rows)
        for (auto const& each : row->modules->trace.records)
            values.push_back(static_cast<T>(of(*row, each)));
    return values;
}

// Appends those that are not there yet.
void merge(std::vector<std::string>& names, std::vector<std::string> const& others)
{
    for (auto const& each : others)
        if (std::find(names.begin(), names.end(), each) == names.end())
            names.push_back(each);
}

void write_transactions(hdf5::Group& machine, Rows const& rows)
{
    auto size = std::uint64_t{0}, dropped = size;
    for (auto const* row : rows) {
        size += row->modules->trace.records.size();
        dropped += row->modules->trace.dropped;
    }
    if (size == 0)
        return;
    // Plans differ from one context to another, and so do their modules.
    auto names = models::TransactionTrace{};
    for (auto const* row : rows) {
        merge(names.initiators, row->modules->trace.initiators);
        merge(names.targets, row->modules->trace.targets);
    }

    auto       group   = machine.group("transactions");
    auto const txn     = group.dimension("txn", size);
    auto const storage = sections::column_storage(size);
    auto const add     = [&](char const* name, auto value, hdf5::About const& about, auto const& of) {
        using T = decltype(value);
        return group.array(name, column<T>(rows, of), {&txn}, about, storage);
    };
    using Row    = ComparisonRow const&;
    using Record = TransactionRecord const&;
    add("context", std::uint32_t{}, {"token", "tokens of every sequence"}, [](Row row, Record) { return row.context; });
    add("issue", std::uint64_t{}, {"ps", "when it was asked for"}, [](Row, Record r) { return r.issue; });
    add("start", std::uint64_t{}, {"ps", "when the target was free for it"}, [](Row, Record r) { return r.started; });
    add("done", std::uint64_t{}, {"ps", "when the last byte was there"}, [](Row, Record r) { return r.done; });
    add("bytes", std::uint64_t{}, {"byte", "that it moves"}, [](Row, Record r) { return r.bytes; });
    add("layer", std::uint32_t{}, {"1", "of the GPU's stage; one more than the last: what follows the layers"},
        [](Row, Record r) { return r.layer; });
    auto const number = [](std::vector<std::string> const& list, std::string const& name) {
        return std::find(list.begin(), list.end(), name) - list.begin();
    };
    add("initiator", std::uint32_t{}, {"1", "who asks: number in initiator_name"},
        [&](Row row, Record r) { return number(names.initiators, row.modules->trace.initiators[r.initiator]); });
    add("target", std::uint32_t{}, {"1", "who serves: number in target_name"},
        [&](Row row, Record r) { return number(names.targets, row.modules->trace.targets[r.target]); });
    add("command", std::uint8_t{}, {"1", "of the payload"}, [](Row, Record r) {
        return r.write ? 1 : 0;
    }).attribute(hdf5::flags({"read", "write"}));
    add("traffic", std::uint8_t{}, {"1", "kind of traffic"}, [](Row, Record r) {
        return static_cast<int>(r.traffic);
    }).attribute(hdf5::flags(traffic_names()));
    auto const initiator = group.dimension("initiator_number", names.initiators.size());
    auto const target    = group.dimension("target_number", names.targets.size());
    group.array("initiator_name", names.initiators, {&initiator}, {"1", "SystemC module that asks"});
    group.array("target_name", names.targets, {&target}, {"1", "SystemC module that serves"});
    group.scalar("dropped", dropped, {"1", "transfers beyond run.trace_events of each context, not in the file"});
}

} // namespace

void write_modules(hdf5::Group& machine, Rows const& all)
{
    auto rows = Rows{};
    std::copy_if(all.begin(), all.end(), std::back_inserter(rows),
                 [](auto const* row) { return row->modules != nullptr; });
    if (rows.empty())
        return;
    write_tiers(machine, rows);
    write_transactions(machine, rows);
}

} // namespace scribeline::results
