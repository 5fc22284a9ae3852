#include "workloads/mapping/region_program.hpp"

#include <array>
#include <map>
#include <utility>

namespace scribeline::workloads {

std::vector<std::uint16_t> classes_of(std::vector<LineCollective const*> const& lines)
{
    std::map<std::vector<std::array<std::int32_t, 8>>, std::uint16_t> known;
    std::vector<std::uint16_t>                                        classes;
    for (std::uint32_t p = 0; p < lines.front()->length(); ++p) {
        std::vector<std::array<std::int32_t, 8>> signature;
        for (auto const* line : lines) {
            for (auto const& r : line->routes(p))
                signature.push_back({0, r.color, r.position, static_cast<int>(r.in), r.outs, 0, 0, 0});
            std::vector<Operation> ops;
            line->all_reduce(p, {}, StreamCosts::prepared(), ops);
            for (auto const& op : ops)
                signature.push_back({1, static_cast<int>(op.stream), static_cast<int>(op.start),
                                     static_cast<int>(op.combine), op.in, op.out, op.source, op.reduction});
        }
        classes.push_back(known.emplace(std::move(signature), static_cast<std::uint16_t>(known.size())).first->second);
    }
    return classes;
}

void write_role(Steps const& steps, RegionLines const& lines, StreamCosts const& costs, std::uint32_t x,
                std::uint32_t y, std::uint16_t first_kernel, std::vector<Operation>& to)
{
    std::uint16_t kernel = first_kernel;
    for (std::size_t i = 0; i < steps.list.size(); ++i) {
        auto const& step = steps.list[i];
        if (step.collective) {
            auto const&         line     = lines.of(step.line);
            std::uint32_t const position = line.axis() == Axis::x ? x : y;
            if (step.gather == Gather::reduce)
                line.reduce(position, step.message, costs, to);
            else
                line.all_reduce(position, step.message, costs, to);
        } else {
            to.push_back(step.local);
            if (first_kernel != 0 && step.kernel.kernel != Kernel::nothing)
                to.back().kernel = kernel++;
        }
        if (i + 1 == steps.list.size() || steps.list[i + 1].op != step.op)
            to.back().last = true;
    }
}

std::vector<Route> routes_at(RegionLines const& lines, std::uint32_t x, std::uint32_t y)
{
    std::vector<Route> routes;
    for (auto const line : {Line::row, Line::column, Line::head}) {
        if (line == Line::head && lines.one_head())
            continue;
        auto const& own = lines.of(line).routes(lines.of(line).axis() == Axis::x ? x : y);
        routes.insert(routes.end(), own.begin(), own.end());
    }
    return routes;
}

Program region_program(Steps const& steps, RegionLines const& lines, LayerLayout const& layout, int activation,
                       configs::Parameters const& p)
{
    Program out;
    out.columns    = layout.columns;
    out.rows       = layout.rows;
    out.element    = p.workload.activation_bits == 16 ? Element::fp16 : Element::fp32;
    out.activation = activation;
    out.operators  = steps.operators;
    for (auto const& step : steps.list)
        if (step.kernel.kernel != Kernel::nothing)
            out.kernels.push_back(step.kernel);

    auto const by_x  = classes_of({&lines.of(Line::row)});
    auto const by_y  = lines.one_head() ? classes_of({&lines.of(Line::column)})
                                        : classes_of({&lines.of(Line::column), &lines.of(Line::head)});
    auto const costs = StreamCosts::of(p);
    std::map<std::pair<std::uint16_t, std::uint16_t>, std::uint16_t> known;
    out.role.resize(out.pes());
    for (std::uint32_t y = 0; y < out.rows; ++y)
        for (std::uint32_t x = 0; x < out.columns; ++x) {
            auto const [entry, fresh] =
                known.emplace(std::pair{by_x[x], by_y[y]}, static_cast<std::uint16_t>(out.roles.size()));
            if (fresh) {
                write_role(steps, lines, costs, x, y, 1, out.roles.emplace_back());
                out.route_classes.push_back(routes_at(lines, x, y));
            }
            out.role[out.pe(x, y)] = entry->second;
        }
    out.route_class = out.role;
    for (auto const line : {Line::row, Line::column, Line::head}) {
        auto const& collective = lines.of(line);
        auto&       roots      = out.broadcast_root[collective.broadcast_color()];
        if (!roots.empty())
            continue; // one head: its line is the whole column's
        for (std::uint32_t i = 0; i < collective.length(); ++i)
            roots.push_back(collective.root_of(i));
    }
    return out;
}

} // namespace scribeline::workloads
