#include "support/fabric_programs.hpp"

#include "configs/schema/resolve.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/decode_layer.hpp"

#include <algorithm>
#include <map>

namespace scribeline::tests {

using workloads::bit;
using workloads::opposite;
using workloads::Stream;

configs::Parameters const& machine(std::string const& name)
{
    static std::map<std::string, configs::Parameters> known;
    auto const                                        found = known.find(name);
    return found != known.end() ? found->second : known.emplace(name, configs::machine_parameters(name)).first->second;
}

configs::Parameters small_wafer(std::uint32_t columns, std::uint32_t rows, std::uint32_t reticles_x,
                                std::uint32_t reticles_y)
{
    auto p                  = machine("wse2");
    p.wafer.columns         = columns;
    p.wafer.rows            = rows;
    p.wafer.reticle_columns = reticles_x;
    p.wafer.reticle_rows    = reticles_y;
    return p;
}

std::uint8_t ports(std::initializer_list<Direction> directions)
{
    std::uint8_t bits = 0;
    for (auto const d : directions)
        bits = static_cast<std::uint8_t>(bits | bit(d));
    return bits;
}

Operation send(Color color, std::uint32_t wavelets, std::uint32_t address)
{
    Operation op;
    op.stream   = Stream::send;
    op.out      = color;
    op.wavelets = wavelets;
    op.address  = address;
    return op;
}

Operation receive(Color color, std::uint32_t wavelets, std::int32_t source, bool vertical, std::uint32_t address)
{
    Operation op;
    op.stream   = Stream::receive;
    op.in       = color;
    op.wavelets = wavelets;
    op.source   = source;
    op.vertical = vertical;
    op.address  = address;
    return op;
}

Operation work(std::uint32_t cycles)
{
    Operation op;
    op.arithmetic = cycles;
    return op;
}

ProgramBuilder::ProgramBuilder(std::uint32_t columns, std::uint32_t rows)
{
    program_.columns = columns;
    program_.rows    = rows;
    program_.roles.resize(program_.pes());
    program_.route_classes.resize(program_.pes());
    for (std::size_t pe = 0; pe < program_.pes(); ++pe)
        program_.role.push_back(static_cast<std::uint16_t>(pe));
    program_.route_class = program_.role;
    program_.operators.push_back({"all", "test", ""});
}

ProgramBuilder& ProgramBuilder::route(std::uint32_t x, std::uint32_t y, Color color, Direction in, std::uint8_t outs,
                                      std::uint8_t position)
{
    program_.route_classes[program_.pe(x, y)].push_back({color, position, in, outs});
    return *this;
}

ProgramBuilder& ProgramBuilder::run(std::uint32_t x, std::uint32_t y, Operation operation)
{
    program_.roles[program_.pe(x, y)].push_back(operation);
    return *this;
}

ProgramBuilder& ProgramBuilder::way(Color color, std::uint32_t x0, std::uint32_t y0, std::uint32_t x1, std::uint32_t y1)
{
    auto in = Direction::ramp;
    for (std::uint32_t x = x0, y = y0; x != x1 || y != y1;) {
        auto const out = x < x1   ? Direction::east
                         : x > x1 ? Direction::west
                         : y < y1 ? Direction::south
                                  : Direction::north;
        route(x, y, color, in, bit(out));
        x += out == Direction::east ? 1u : out == Direction::west ? ~0u : 0u;
        y += out == Direction::south ? 1u : out == Direction::north ? ~0u : 0u;
        in = opposite(out);
    }
    return route(x1, y1, color, in, bit(Direction::ramp));
}

ProgramBuilder& ProgramBuilder::payload(std::uint32_t elements)
{
    program_.element       = workloads::Element::fp32;
    program_.sram_elements = elements;
    program_.sram.assign(program_.pes() * elements, 0.0f);
    return *this;
}

ProgramBuilder& ProgramBuilder::number(std::uint32_t x, std::uint32_t y, std::uint32_t address, float value)
{
    program_.sram[program_.pe(x, y) * program_.sram_elements + address] = value;
    return *this;
}

Program ProgramBuilder::build() const
{
    Program program = program_;
    for (auto& role : program.roles)
        if (!role.empty())
            role.back().last = true;
    return program;
}

Traffic random_traffic(std::uint32_t columns, std::uint32_t rows, std::uint32_t streams, std::uint64_t seed)
{
    std::mt19937_64 random{seed};
    // Not std::uniform_int_distribution: its numbers differ between standard libraries.
    auto const     below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    Traffic        traffic;
    ProgramBuilder builder{columns, rows};
    for (std::uint32_t color = 0; color < streams; ++color) {
        auto const          c = static_cast<Color>(color);
        std::uint32_t const x = below(columns), y = below(rows), wavelets = 1 + below(40);
        if (below(2) == 0)
            builder.run(x, y, work(below(60)));
        if (columns > 1 && below(4) == 0) { // to the whole row
            builder.run(x, y, send(c, wavelets));
            for (std::uint32_t i = 0; i < columns; ++i) {
                std::uint8_t outs = 0;
                if (i <= x && i > 0)
                    outs = static_cast<std::uint8_t>(outs | bit(Direction::west));
                if (i >= x && i + 1 < columns)
                    outs = static_cast<std::uint8_t>(outs | bit(Direction::east));
                if (i != x) {
                    outs = static_cast<std::uint8_t>(outs | bit(Direction::ramp));
                    builder.run(i, y,
                                receive(c, wavelets, static_cast<std::int32_t>(x) - static_cast<std::int32_t>(i)));
                    traffic.delivered += wavelets;
                }
                builder.route(i, y, c, i == x ? Direction::ramp : i < x ? Direction::east : Direction::west, outs);
            }
            traffic.injected += wavelets;
            continue;
        }
        std::uint32_t const to_x = below(columns), to_y = below(rows);
        if (to_x == x && to_y == y)
            continue;
        builder.run(x, y, send(c, wavelets)).way(c, x, y, to_x, to_y);
        builder.run(to_x, to_y, receive(c, wavelets));
        traffic.injected += wavelets;
        traffic.delivered += wavelets;
    }
    traffic.program = builder.build();
    return traffic;
}

std::vector<Recorder::Event> Recorder::over(std::uint32_t pe, std::uint32_t to) const
{
    std::vector<Event> list;
    for (auto const& e : events)
        if (e.event == fabric::WaveletEvent::hop && e.pe == pe && e.to == to)
            list.push_back(e);
    return list;
}

std::vector<Recorder::Event> Recorder::of(fabric::WaveletEvent event) const
{
    std::vector<Event> list;
    for (auto const& e : events)
        if (e.event == event)
            list.push_back(e);
    return list;
}

std::string unbalanced(std::vector<configs::BookEntry> const& books)
{
    std::string names;
    for (auto const& entry : books)
        if (!entry.balanced())
            names += (names.empty() ? "" : ", ") + entry.name;
    return names;
}

Program decode_layer(configs::Parameters const& p)
{
    auto const shape = workloads::read_model(p.workload.model);
    return workloads::map_decode_layer(workloads::decode_step(shape, p.workload), p).program;
}

} // namespace scribeline::tests
