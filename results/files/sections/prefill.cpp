// The operators of one layer of a prompt's prefill, with the parts of their time.
#include "results/files/sections/sections.hpp"
#include "results/views/metrics.hpp"

#include <type_traits>

namespace scribeline::results::sections {

void write_prefill(hdf5::Group& root, models::Outcome const& outcome)
{
    auto const& operators = outcome.prefill.operators;
    if (operators.empty()) {
        return;
    }
    auto       group  = root.group("prefill");
    auto const op     = group.dimension("op", operators.size());
    auto const column = [&](std::string const& name, char const* units, std::string const& long_name, auto of) {
        std::vector<std::decay_t<decltype(of(operators.front()))>> values;
        for (auto const& each : operators) {
            values.push_back(of(each));
        }
        return group.array(name, values, {&op}, {units, long_name});
    };
    column("name", "1", "name of the operator", [](auto const& o) { return o.name; });
    column("product", "1", "sizes of its products in one PE: tokens x inner by inner x outputs; empty: none",
           [](auto const& o) { return o.collective; });
    column("cycles", "cycle", "cycles of the whole prompt in one layer, by closed forms",
           [](auto const& o) { return o.end - o.start; });
    column("flops", "flop", "floating-point operations", [](auto const& o) { return o.flops; });
    column("bound_by", "1", "largest part of the operator's time", [](auto const& o) {
        return static_cast<std::uint8_t>(bounding_part(o.bound_by, o.parts));
    }).attribute(hdf5::flags(part_names()));
    auto const names = part_names();
    for (std::size_t part = 0; part < models::part_count; ++part) {
        column(names[part] + "_cycles", "cycle", "cycles of the operator that are " + names[part],
               [part](auto const& o) { return o.parts[part]; });
    }
}

} // namespace scribeline::results::sections
