// The single numbers, the SRAM budget, and the operators with the parts of their time.
#include "results/files/sections/sections.hpp"

#include "configs/failure.hpp"
#include "configs/schema/words.hpp"
#include "results/views/metrics.hpp"

#include <algorithm>
#include <limits>

namespace scribeline::results::sections {

namespace {

// The kinds of a decode layer; any further one is numbered after them, in order of appearance.
std::vector<std::string> kinds(std::vector<models::OperatorOutcome> const& operators)
{
    std::vector<std::string> names{"norm",     "qkv",      "rope",    "attention",  "kv_write", "softmax",
                                   "out_proj", "residual", "gate_up", "activation", "down"};
    for (auto const& op : operators) {
        if (std::find(names.begin(), names.end(), op.kind) == names.end()) {
            names.push_back(op.kind.empty() ? "unnamed" : op.kind);
        }
    }
    return names;
}

std::uint8_t code_of(std::string const& name, std::vector<std::string> const& names)
{
    auto const at = std::find(names.begin(), names.end(), name.empty() ? "unnamed" : name);
    SCRIBELINE_EXPECT(at != names.end());
    return static_cast<std::uint8_t>(at - names.begin());
}

// The same code in every file.
std::vector<std::string> fidelities()
{
    auto names = std::vector<std::string>{"unknown"};
    for (auto const& word : configs::words<configs::Fidelity>)
        if (word.value != configs::Fidelity::automatic) // a run has chosen one
            names.emplace_back(word.name);
    return names;
}

std::uint8_t code_of_fidelity(std::string const& name)
{
    auto const names = fidelities();
    auto const at    = std::find(names.begin(), names.end(), name);
    return at == names.end() ? std::uint8_t{0} : static_cast<std::uint8_t>(at - names.begin());
}

void write_sram(hdf5::Group& root, models::Outcome const& outcome)
{
    std::vector<std::string> name;
    std::vector<double>      bytes;
    for (auto const& part : outcome.sram) {
        name.push_back(part.name);
        bytes.push_back(part.bytes);
    }
    auto group = root.group("sram");
    group.attribute("capacity", name.empty() ? std::numeric_limits<double>::quiet_NaN() : outcome.sram_capacity_bytes);
    auto const part = group.coordinates("part", name, {"1", "part of the SRAM budget"});
    group.array("bytes", bytes, {&part}, {"byte", "SRAM taken on the fullest PE"});
}

// Columns of one operator each; `of` picks the field.
template <class Of> auto column(models::Outcome const& outcome, Of of)
{
    std::vector<decltype(of(outcome.operators.front()))> values;
    values.reserve(outcome.operators.size());
    for (auto const& op : outcome.operators) {
        values.push_back(of(op));
    }
    return values;
}

// What each took, the system around the wafers included; the columns of the parts add up to it.
void write_energy(hdf5::Group& group, hdf5::Dimension const& op, models::Outcome const& outcome)
{
    group.array("energy", column(outcome, [](auto const& o) { return models::joules(o.energy); }), {&op},
                {"J", "energy of the operator"});
    for (std::size_t part = 0; part < models::energy_part_count; ++part) {
        auto const which = static_cast<models::EnergyPart>(part);
        group.array("energy_" + std::string{name_of(which)},
                    column(outcome, [part](auto const& o) { return models::joules(o.energy[part]); }), {&op},
                    {"J", "of it: " + std::string{meaning_of(which)}});
    }
}

void write_parts(hdf5::Group& group, hdf5::Dimension const& op, models::Outcome const& outcome)
{
    auto const names = part_names();
    // Each operator's parts laid end to end from its start: rounded that way, they add up to end - start in ps too.
    auto at = column(outcome, [](auto const& o) { return o.start; });
    for (std::size_t part = 0; part < models::part_count; ++part) {
        std::vector<std::uint64_t> time;
        for (std::size_t i = 0; i < at.size(); ++i) {
            auto const from = picoseconds(outcome, at[i]);
            at[i] += outcome.operators[i].parts[part];
            time.push_back(picoseconds(outcome, at[i]) - from);
        }
        group.array(names[part], time, {&op}, {"ps", "time of the operator that is " + names[part]});
    }
    for (std::size_t part = 0; part < models::part_count; ++part) {
        group.array(names[part] + "_cycles", column(outcome, [part](auto const& o) { return o.parts[part]; }), {&op},
                    {"cycle", "cycles of the operator that are " + names[part]});
    }
}

} // namespace

void write_summary(hdf5::Group& root, models::Outcome const& outcome)
{
    auto group = root.group("summary");
    for (auto const& metric : all_metrics(outcome)) {
        group.scalar(metric.name, metric.value, {metric.units, metric.long_name});
    }
    // Formulas give the whole time and not what bounds it.
    auto bounds = part_names();
    bounds.emplace_back("unknown");
    auto const bound = std::find(bounds.begin(), bounds.end(), bound_by(outcome)) - bounds.begin();
    group.scalar("bound_by", static_cast<std::uint8_t>(bound), {"1", "part that takes most of the time"})
        .attribute(hdf5::flags(bounds));
    group
        .scalar("fidelity", code_of_fidelity(outcome.fidelity),
                {"1", "how the figures were come by: figures of different fidelities are not compared"})
        .attribute(hdf5::flags(fidelities()));
    auto const fits = sram_used(outcome) <= outcome.sram_capacity_bytes; // what does not was refused by the planner
    group.scalar("fits", std::uint8_t{fits}, {"1", "the fullest PE holds its part of the model"})
        .attribute(hdf5::flags({"no", "yes"}));
    group
        .scalar("whole_token", std::uint8_t{outcome.token.simulated},
                {"1", "a whole token was simulated; otherwise one layer, counted for all"})
        .attribute(hdf5::flags({"no", "yes"}));
    write_sram(root, outcome);
}

void write_operators(hdf5::Group& root, models::Outcome const& outcome)
{
    auto       group = root.group("operators");
    auto const op    = group.dimension("op", outcome.operators.size());
    auto const names = kinds(outcome.operators);
    auto const text  = [&](char const* name, char const* long_name, auto of) {
        group.array(name, column(outcome, of), {&op}, {"1", long_name});
    };
    auto const number = [&](char const* name, char const* units, char const* long_name, auto of) {
        return group.array(name, column(outcome, of), {&op}, {units, long_name});
    };
    text("name", "name of the operator", [](auto const& o) { return o.name; });
    number("kind", "1", "kind of operator", [&](auto const& o) {
        return code_of(o.kind, names);
    }).attribute(hdf5::flags(names));
    text("collective", "how the partial results meet; empty: no communication",
         [](auto const& o) { return o.collective; });
    number("start", "ps", "end of the operator before, from the start of the layer or token simulated",
           [&](auto const& o) { return picoseconds(outcome, o.start); });
    number("end", "ps", "the last PE has finished, from the start of the layer or token simulated",
           [&](auto const& o) { return picoseconds(outcome, o.end); });
    number("start_cycle", "cycle", "start in fabric cycles", [](auto const& o) { return o.start; });
    number("end_cycle", "cycle", "end in fabric cycles", [](auto const& o) { return o.end; });
    number("cycles", "cycle", "end_cycle - start_cycle", [](auto const& o) { return o.end - o.start; });
    number("layer", "1", "layer of the model; -1: it runs once a token, or one layer stands for all",
           [](auto const& o) { return o.layer; });
    number("stage", "1", "number of the stage (/stages) that it runs on", [](auto const& o) { return o.stage; });
    number("flops", "flop", "floating-point operations", [](auto const& o) { return o.flops; });
    number("bytes_weights", "byte", "bytes of weights read", [](auto const& o) { return o.bytes_weights; });
    number("bytes_kv", "byte", "bytes of KV cache read and written", [](auto const& o) { return o.bytes_kv; });
    number("bytes_activations", "byte", "bytes of activations read and written",
           [](auto const& o) { return o.bytes_activations; });
    number("bound_by", "1", "largest part of the operator's time", [](auto const& o) {
        return static_cast<std::uint8_t>(bounding_part(o.bound_by, o.parts));
    }).attribute(hdf5::flags(part_names()));
    write_parts(group, op, outcome);
    if (models::picojoules(outcome.energy.token) > 0) {
        write_energy(group, op, outcome);
    }
}

} // namespace scribeline::results::sections
