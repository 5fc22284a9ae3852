#include "results/files/token_file.hpp"

#include "results/files/sections/sections.hpp"
#include "results/hdf5/writer.hpp"

#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace scribeline::results {

namespace {

void write_summary(hdf5::Group& root, TokenRun const& run)
{
    auto group = root.group("summary");
    for (auto const& metric : metrics(run)) {
        auto const about = hdf5::About{metric.units, metric.long_name};
        if (metric.kind == Kind::count)
            group.scalar(metric.name, static_cast<std::uint64_t>(metric.value), about);
        else
            group.scalar(metric.name, metric.value, about);
    }
}

void write_waterfall(hdf5::Group& root, workloads::WhereTimeWent const& fall)
{
    if (fall.parts.empty())
        return;
    auto names = std::vector<std::string>{}, meanings = names;
    auto times = std::vector<double>{}, so_far = times;
    auto sum = 0.0;
    for (auto const& part : fall.parts) {
        names.push_back(part.name);
        meanings.push_back(part.meaning);
        times.push_back(part.time.value());
        so_far.push_back(sum += part.time.value());
    }
    auto       group = root.group("waterfall");
    auto const bar   = group.coordinates("bar", names, {"1", "from the memory's peak to what came out"});
    group.array("meaning", meanings, {&bar}, {"1", "what the bar stands for"});
    group.array("time", times, {&bar}, {"s", "of the bar; all add up to time_per_output_token"});
    group.array("so_far", so_far, {&bar}, {"s", "with all bars before"});
}

void write_moved(hdf5::Group& root, std::vector<models::MovedBytes> const& moved)
{
    auto kinds = std::vector<std::string>{}, tiers = kinds;
    auto read = std::vector<double>{}, written = read;
    for (auto const& each : moved) {
        kinds.push_back(each.kind);
        tiers.push_back(each.tier);
        read.push_back(each.read.value());
        written.push_back(each.written.value());
    }
    auto       group = root.group("moved");
    auto const entry = group.dimension("entry", kinds.size());
    group.array("kind", kinds, {&entry}, {"1", "what was moved"});
    group.array("tier", tiers, {&entry}, {"1", "from which memory, or over which link"});
    group.array("read", read, {&entry}, {"byte", "read in one step, by all devices"});
    group.array("written", written, {&entry}, {"byte", "written in one step, by all devices"});
}

} // namespace

void TokenFile::write(configs::Config const& config, TokenRun const& run)
{
    auto bytes = std::vector<char>{};
    {
        auto        file  = hdf5::MemoryFile{};
        auto        root  = file.root();
        auto const& token = run.token;
        sections::write_root_attributes(root, config, created_);
        write_summary(root, run);
        write_waterfall(root, token.fall);
        write_moved(root, token.step.moved);
        sections::write_parameters(root, config);
        auto meta = sections::write_meta_of_config(root, config, created_);
        meta.attribute("fidelity", token.step.evidence.fidelity);
        meta.attribute("token_note", token.standing.arrangement);
        meta.attribute("kind", token.standing.kind);
        meta.attribute("bound_by", token.bound_by);
        auto const warning = meta.dimension("warning", token.step.notes.size());
        meta.array("warnings", token.step.notes, {&warning}, {"1", "warnings of the models"});
        meta.scalar("status", std::uint8_t{1}, {"1", "state of the run"})
            .attribute(hdf5::flags({"running", "complete", "failed", "interrupted"}));
        bytes = file.image();
    }
    output_.commit(bytes);
}

} // namespace scribeline::results
