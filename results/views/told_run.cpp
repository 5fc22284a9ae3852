#include "results/views/told_run.hpp"

#include "configs/failure.hpp"
#include "results/files/run_file.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace scribeline::results {

namespace {

using configs::Exit;
using configs::UserError;
using hdf5::InputFile;

// The columns of a group have one length: said here, so that nothing below reads past an end.
template <class T> std::vector<T> sized(std::vector<T> column, std::size_t size, std::string const& name)
{
    if (column.size() != size) {
        throw hdf5::Failure{fmt::format("{} has {} rows, others of its group {}", name, column.size(), size)};
    }
    return column;
}

class Columns {
  public:
    Columns(InputFile const& file, std::string group, std::size_t rows)
        : file_{file}, group_{std::move(group)}, rows_{rows}
    {
    }
    std::vector<std::string> texts(std::string const& name) const
    {
        return sized(file_.texts(group_ + name), rows_, group_ + name);
    }
    std::vector<std::uint64_t> counts(std::string const& name) const
    {
        return sized(file_.counts(group_ + name), rows_, group_ + name);
    }
    std::vector<double> numbers(std::string const& name) const
    {
        return sized(file_.numbers(group_ + name), rows_, group_ + name);
    }

  private:
    InputFile const& file_;
    std::string      group_;
    std::size_t      rows_;
};

void read_bars(InputFile const& file, ToldRun& run)
{
    auto const name    = file.texts("/waterfall/name");
    auto const columns = Columns{file, "/waterfall/", name.size()};
    auto const time    = columns.numbers("time");
    auto const rate    = columns.numbers("tokens_per_second");
    for (std::size_t i = 0; i < name.size(); ++i) {
        run.bars.push_back({name[i], time[i], rate[i]});
    }
    if (run.bars.empty()) {
        throw hdf5::Failure{"/waterfall has no bars"};
    }
}

void read_operators(InputFile const& file, ToldRun& run)
{
    auto const name    = file.texts("/operators/name");
    auto const columns = Columns{file, "/operators/", name.size()};
    auto const cycles  = columns.counts("cycles");

    std::vector<std::size_t> place; // in run.operators
    for (std::size_t i = 0; i < name.size(); ++i) {
        auto at = std::find_if(run.operators.begin(), run.operators.end(),
                               [&](ToldOperator const& op) { return op.name == name[i]; });
        if (at == run.operators.end()) {
            at = run.operators.insert(run.operators.end(), ToldOperator{name[i], 0, 0, {}});
        }
        ++at->count;
        at->cycles += cycles[i];
        place.push_back(static_cast<std::size_t>(at - run.operators.begin()));
    }
    for (std::size_t part = 0; part < models::part_count; ++part) {
        auto const own = columns.counts(name_of(static_cast<models::Part>(part)) + std::string{"_cycles"});
        for (std::size_t i = 0; i < own.size(); ++i) {
            run.operators[place[i]].parts[part] += own[i];
            run.parts[part] += own[i];
        }
    }
}

void read_plan(InputFile const& file, ToldRun& run)
{
    if (file.has("/stages/blocks")) {
        auto const blocks  = file.texts("/stages/blocks");
        auto const columns = Columns{file, "/stages/", blocks.size()};
        auto const width = columns.counts("columns"), height = columns.counts("rows");
        auto const start = columns.counts("start_cycle"), end = columns.counts("end_cycle");
        auto const requests = columns.counts("requests");
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            run.stages.push_back({blocks[i], width[i], height[i], end[i] - start[i], requests[i]});
        }
    }
    if (file.has("/candidates/verdict")) {
        auto const verdict = file.texts("/candidates/verdict");
        run.considered     = static_cast<std::uint64_t>(file.number_attribute("/candidates", "considered"));
        auto const columns = Columns{file, "/candidates/", verdict.size()};
        auto const width = columns.counts("columns"), height = columns.counts("rows");
        auto const stages = columns.counts("stages"), wafers = columns.counts("wafers");
        for (std::size_t i = 0; i < verdict.size(); ++i) {
            run.candidates.push_back({verdict[i], width[i], height[i], stages[i], wafers[i]});
        }
    }
}

void read_parameters(InputFile const& file, ToldRun& run)
{
    run.context = file.number("/parameters/workload/context");
    for (auto const& path : file.datasets()) {
        std::string const group = "/parameters/";
        if (path.rfind(group, 0) == 0 && file.attribute(path, "origin") == "assumed") {
            auto name = path.substr(group.size());
            std::replace(name.begin(), name.end(), '/', '.');
            run.assumed.push_back(fmt::format("{} ({})", name, file.attribute(path, "text").value_or("?")));
        }
    }
}

ToldRun read(InputFile const& file)
{
    ToldRun run;
    run.path = file.path();
    if (!file.has("/waterfall/name")) {
        throw UserError{
            Exit::bad_config,
            fmt::format("{} has schema {} and no /waterfall: it does not say where the time of a token went. Make it "
                        "anew with 'scribeline run --from {} -o NEW.h5', and explain NEW.h5",
                        run.path, file.attribute("/", "schema_version").value_or("unknown"), run.path)};
    }
    run.model       = file.attribute("/meta", "model").value_or("an unknown model");
    run.machine     = file.attribute("/meta", "machine").value_or("an unknown machine");
    run.fidelity    = file.attribute("/meta", "fidelity").value_or("unknown");
    run.note        = file.attribute("/meta", "token_note").value_or("");
    run.whole_token = meaning(file, "/summary/whole_token") == "yes";
    for (auto const& name : file.datasets_in("/summary")) {
        if (!file.has_attribute("/summary/" + name, "flag_values")) {
            auto const value = file.number("/summary/" + name);
            if (!std::isnan(value)) { // the run knows it
                run.metrics[name] = value;
            }
        }
    }
    run.warnings = file.texts("/meta/warnings");
    read_bars(file, run);
    read_operators(file, run);
    read_plan(file, run);
    read_parameters(file, run);
    return run;
}

} // namespace

double ToldRun::metric(std::string const& name) const
{
    auto const found = metrics.find(name);
    if (found == metrics.end()) {
        throw UserError{Exit::bad_config,
                        fmt::format("{} is not a complete result file: /summary/{} is missing", path, name)};
    }
    return found->second;
}

std::uint64_t ToldRun::cycles() const { return total(parts); }

std::vector<models::Part> ToldRun::parts_by_size() const
{
    std::vector<models::Part> order;
    for (std::size_t i = 0; i < models::part_count; ++i) {
        order.push_back(static_cast<models::Part>(i));
    }
    std::stable_sort(order.begin(), order.end(), [&](models::Part a, models::Part b) {
        return parts[static_cast<std::size_t>(a)] > parts[static_cast<std::size_t>(b)];
    });
    return order;
}

std::vector<ToldOperator> ToldRun::operators_with_most(models::Part part) const
{
    auto list = operators;
    std::stable_sort(list.begin(), list.end(), [&](ToldOperator const& a, ToldOperator const& b) {
        return a.parts[static_cast<std::size_t>(part)] > b.parts[static_cast<std::size_t>(part)];
    });
    return list;
}

ToldRun read_told_run(std::string const& path)
{
    ToldRun run;
    read_run(path, [&](InputFile const& file) { run = read(file); });
    return run;
}

} // namespace scribeline::results
