#include "results/views/export/perfetto.hpp"

#include "configs/failure.hpp"
#include "results/files/run_file.hpp"
#include "results/views/export/group_table.hpp"
#include "results/views/export/perfetto_serving.hpp"
#include "results/views/export/perfetto_writer.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using configs::Exit;
using configs::UserError;
using hdf5::InputFile;
using Track = PerfettoWriter::Track;

constexpr std::uint64_t token_flow = 1; // there is one token

std::uint64_t time_of(std::vector<std::int64_t> const& column, std::size_t row)
{
    return static_cast<std::uint64_t>(std::max<std::int64_t>(column.at(row), 0));
}

// Tracks of the stages: those of the file, or one for a layer that stands for all.
std::vector<Track> stage_tracks(PerfettoWriter& writer, InputFile const& file, GroupTable const& stages)
{
    auto const machine = file.attribute("/meta", "machine").value_or("wafer");
    auto const scale   = std::string{" (1 ns shown is 1 ps)"};
    auto       tracks  = std::vector<Track>{};
    if (stages.rows == 0)
        return {writer.track(writer.process(machine + scale), "one layer, counted for all")};
    auto wafers = std::map<std::int64_t, Track>{};
    for (std::size_t i = 0; i < stages.rows; ++i) {
        auto const wafer = stages.whole("wafer").at(i);
        if (wafers.count(wafer) == 0)
            wafers[wafer] = writer.process(fmt::format("{}, wafer {}{}", machine, wafer, scale));
        tracks.push_back(writer.track(
            wafers[wafer], fmt::format("stage {}: {}x{} PEs at {},{}", i, stages.at("columns").cell(i),
                                       stages.at("rows").cell(i), stages.at("x").cell(i), stages.at("y").cell(i))));
    }
    return tracks;
}

// Operators follow one another: those of one stage stand together, and in it those of one layer.
void write_operators(PerfettoWriter& writer, InputFile const& file, GroupTable const& operators)
{
    auto const  stages = read_group(file, "stages");
    auto const  tracks = stage_tracks(writer, file, stages);
    auto const& name   = operators.texts("name");
    auto const& start  = operators.whole("start");
    auto const& end    = operators.whole("end");
    auto const  found  = [&](char const* column) { // not in files of schema 1.0
        return operators.find(column) == nullptr ? nullptr : &operators.whole(column);
    };
    auto const* layer = found("layer");
    auto const* stage = found("stage");

    auto const stage_of = [&](std::size_t row) {
        auto const i = stage == nullptr ? 0 : static_cast<std::size_t>(stage->at(row));
        if (i >= tracks.size())
            throw hdf5::Failure{fmt::format("/operators/stage: {} is no row of /stages", i)};
        return i;
    };
    auto const layer_of = [&](std::size_t row) { return layer == nullptr ? -1 : layer->at(row); };

    for (std::size_t row = 0; row < operators.rows;) {
        auto const at = stage_of(row);
        writer.begin(tracks[at], time_of(start, row),
                     stages.rows == 0 ? "layer" : fmt::format("blocks {}", stages.at("blocks").cell(at)), token_flow);
        auto last = row;
        while (row < operators.rows && stage_of(row) == at) {
            auto const number = layer_of(row);
            if (number >= 0)
                writer.begin(tracks[at], time_of(start, row), fmt::format("layer {}", number));
            for (; row < operators.rows && stage_of(row) == at && layer_of(row) == number; ++row) {
                writer.begin(tracks[at], time_of(start, row), name.at(row));
                writer.end(tracks[at], time_of(end, row));
                last = row;
            }
            if (number >= 0)
                writer.end(tracks[at], time_of(end, last));
        }
        writer.end(tracks[at], time_of(end, last));
    }
}

// Busy share of the PEs, all and by reticle. The raw numbers are packed: docs/results_format.md.
void write_busy(PerfettoWriter& writer, InputFile const& file, Track parent, std::vector<std::uint64_t> const& window,
                std::uint64_t finish)
{
    auto const reticle = file.counts("/machine/reticle");
    auto const scale   = file.number_attribute("/fabric/pe_busy", "scale_factor");
    auto       tracks  = std::map<std::uint64_t, Track>{};
    auto const all     = writer.counter(parent, "busy PEs", "%");
    for (auto const number : reticle)
        tracks.emplace(number, 0);
    for (auto& [number, track] : tracks)
        track = writer.counter(parent, fmt::format("busy PEs of reticle {}", number), "%");
    struct Sum {
        double      share = 0;
        std::size_t pes   = 0;
    };
    for (std::size_t w = 0; w < window.size(); ++w) {
        auto const busy = file.frame("/fabric/pe_busy", w);
        if (busy.size() != reticle.size())
            throw hdf5::Failure{"/fabric/pe_busy and /machine/reticle differ in size"};
        auto whole = Sum{};
        auto sums  = std::map<std::uint64_t, Sum>{};
        for (std::size_t pe = 0; pe < busy.size(); ++pe) {
            for (auto* sum : {&whole, &sums[reticle[pe]]}) {
                sum->share += busy[pe] * scale;
                ++sum->pes;
            }
        }
        auto const percent = [](Sum const& sum) { return 100 * sum.share / static_cast<double>(sum.pes); };
        writer.count(all, window[w], percent(whole));
        for (auto const& [number, sum] : sums)
            writer.count(tracks[number], window[w], percent(sum));
    }
    writer.count(all, finish, 0);
    for (auto const& each : tracks)
        writer.count(each.second, finish, 0);
}

void write_crossings(PerfettoWriter& writer, InputFile const& file, Track parent,
                     std::vector<std::uint64_t> const& window, std::uint64_t finish)
{
    auto const from = file.counts("/scribe/reticle_a"), to = file.counts("/scribe/reticle_b");
    auto const sent = file.counts("/scribe/window_wavelets");
    if (from.size() != to.size() || sent.size() != window.size() * from.size())
        throw hdf5::Failure{"/scribe: columns differ in size"};
    auto const all    = writer.counter(parent, "wavelets over scribe lines", "wavelets");
    auto       tracks = std::vector<Track>{};
    for (std::size_t edge = 0; edge < from.size(); ++edge)
        tracks.push_back(
            writer.counter(parent, fmt::format("wavelets of reticle {} to {}", from[edge], to[edge]), "wavelets"));
    for (std::size_t w = 0; w < window.size(); ++w) {
        std::uint64_t total = 0;
        for (std::size_t edge = 0; edge < from.size(); ++edge) {
            auto const count = sent[w * from.size() + edge];
            total += count;
            writer.count(tracks[edge], window[w], static_cast<double>(count));
        }
        writer.count(all, window[w], static_cast<double>(total));
    }
    writer.count(all, finish, 0);
    for (auto const track : tracks)
        writer.count(track, finish, 0);
}

std::vector<char> trace_of(InputFile const& file)
{
    auto const operators = read_group(file, "operators");
    if (operators.rows == 0)
        throw UserError{Exit::bad_config,
                        fmt::format("{} is a run by closed forms, which have no operators to put on a time line. Run "
                                    "it with --fidelity auto",
                                    configs::printable(file.path()))};
    auto       writer = PerfettoWriter{};
    auto const start  = time_of(operators.whole("start"), 0);
    auto const finish = time_of(operators.whole("end"), operators.rows - 1);
    auto const whole  = meaning(file, "/summary/whole_token") == "yes";
    auto const token  = writer.track(writer.process("tokens"), "token");
    writer.begin(token, start, whole ? "token" : "one layer of a token");
    writer.end(token, finish);
    write_operators(writer, file, operators);
    if (file.has("/fabric/pe_busy")) {
        auto const window   = file.counts("/fabric/window");
        auto const counters = writer.process("activity");
        write_busy(writer, file, counters, window, finish);
        if (file.has("/scribe/window_wavelets"))
            write_crossings(writer, file, counters, window, finish);
    }
    return writer.bytes();
}

// The parts of a token's time one behind another, a track for each context.
void write_parts(PerfettoWriter& writer, InputFile const& file, std::string const& group, Track process)
{
    if (!file.has(group + "/part_time"))
        return;
    auto const names    = file.texts(group + "/part");
    auto const contexts = file.counts(group + "/context");
    auto const times    = file.numbers(group + "/part_time");
    if (times.size() != contexts.size() * names.size())
        throw hdf5::Failure{group + "/part_time: not one time for each context and part"};
    for (std::size_t i = 0; i < contexts.size(); ++i) {
        auto   track = Track{0};
        double at    = 0; // ps
        for (std::size_t p = 0; p < names.size(); ++p) {
            auto const time = times[i * names.size() + p] * 1e12;
            if (!(time > 0))
                continue;
            if (constexpr double longest = 1e18; at + time > longest)
                throw hdf5::Failure{group + "/part_time: longer than any token takes"};
            if (track == 0)
                track = writer.track(process, fmt::format("a token, context {}, by part", contexts[i]));
            writer.begin(track, static_cast<std::uint64_t>(at), names[p]);
            at += time;
            writer.end(track, static_cast<std::uint64_t>(at));
        }
    }
}

// Transfers between modules, at the targets that serve them. A target that has several under way at once has as many
// tracks.
void write_transactions(PerfettoWriter& writer, InputFile const& file, std::string const& machine, Track process)
{
    auto const group = machine + "/transactions/";
    if (!file.has(group + "issue"))
        return;
    auto const context = file.counts(group + "context"), start = file.counts(group + "start"),
               done = file.counts(group + "done"), target = file.counts(group + "target"),
               asker   = file.counts(group + "initiator");
    auto const targets = file.texts(group + "target_name"), askers = file.texts(group + "initiator_name");
    auto       order = std::vector<std::size_t>(start.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
        if (i >= context.size() || i >= done.size() || i >= target.size() || i >= asker.size() ||
            target[i] >= targets.size() || asker[i] >= askers.size() || done[i] < start[i])
            throw hdf5::Failure{group + "start: a transfer without its other columns"};
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return start[a] < start[b]; });

    struct Lane {
        Track         track = 0;
        std::uint64_t free  = 0; // from when on
    };
    auto lanes = std::map<std::pair<std::uint64_t, std::uint64_t>, std::vector<Lane>>{}; // by context and target
    for (auto const i : order) {
        auto& own  = lanes[{context[i], target[i]}];
        auto  lane = std::find_if(own.begin(), own.end(), [&](Lane const& each) { return each.free <= start[i]; });
        if (lane == own.end())
            lane = own.insert(
                own.end(), {writer.track(process, fmt::format("context {}, {}{}", context[i], targets[target[i]],
                                                              own.empty() ? "" : fmt::format(" ({})", own.size() + 1))),
                            0});
        writer.begin(lane->track, start[i], askers[asker[i]]);
        writer.end(lane->track, done[i]);
        lane->free = done[i];
    }
}

std::vector<char> trace_of_comparison(InputFile const& file)
{
    auto writer = PerfettoWriter{};
    bool any    = false;
    for (auto const& name : file.links_in("/machines")) {
        auto const machine = "/machines/" + name;
        if (!file.has(machine + "/part_time") && !file.has(machine + "/transactions/issue"))
            continue;
        any = true;
        auto const process =
            writer.process(file.attribute(machine, "machine").value_or(name) + " (1 ns shown is 1 ps)");
        write_parts(writer, file, machine, process);
        write_transactions(writer, file, machine, process);
    }
    if (!any)
        throw UserError{Exit::bad_config,
                        fmt::format("{} tells no machine's time apart: there is nothing to put on a time line",
                                    configs::printable(file.path()))};
    return writer.bytes();
}

} // namespace

std::vector<char> perfetto_trace(std::string const& path)
{
    auto bytes = std::vector<char>{};
    switch (kind_of_result(path)) {
    case ResultKind::comparison:
        read_result(path, [&](InputFile const& file) { bytes = trace_of_comparison(file); });
        return bytes;
    case ResultKind::sweep:
        throw UserError{Exit::bad_config,
                        fmt::format("{} is a table of points, which has no time line. Each point's run has one: the "
                                    "column run_file of 'scribeline sweep show {} --columns run_file' names its file",
                                    configs::printable(path), configs::printable(path))};
    case ResultKind::yield:
        throw UserError{Exit::bad_config,
                        fmt::format("{} is a study of yield: nothing in it has a time. 'scribeline export csv' writes "
                                    "its tables",
                                    configs::printable(path))};
    case ResultKind::serving:
        read_result(path, [&](InputFile const& file) { bytes = trace_of_serving(file); });
        return bytes;
    case ResultKind::traffic:
        throw UserError{Exit::bad_config,
                        fmt::format("{} is about latency over load: nothing in it has a time. 'scribeline "
                                    "export csv' writes its tables",
                                    configs::printable(path))};
    case ResultKind::run:
        break;
    }
    read_run(path, [&](InputFile const& file) { bytes = trace_of(file); });
    return bytes;
}

} // namespace scribeline::results
