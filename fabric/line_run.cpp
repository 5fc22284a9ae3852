#include "fabric/line_run.hpp"

#include "configs/failure.hpp"
#include "fabric/mesh.hpp"
#include "fabric/sender.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

// When wavelets use the routers.
class Watch final : public Probe {
  public:
    explicit Watch(std::size_t pes) : first(pes, never), last(pes, 0) {}

    void wavelet(std::uint64_t cycle, std::uint32_t pe, std::uint32_t to, std::uint8_t, WaveletEvent) override
    {
        use(pe, cycle);
        use(to, cycle);
    }

    std::vector<std::uint64_t> first, last;

  private:
    void use(std::uint32_t pe, std::uint64_t cycle)
    {
        first[pe] = std::min(first[pe], cycle);
        last[pe]  = std::max(last[pe], cycle);
    }
};

// Where scribe lines take no extra time, they do not matter here, and one reticle is faster than many.
configs::Parameters without_idle_cuts(configs::Parameters p, workloads::Program const& program, Origin& origin)
{
    p.run.quantum = 0;
    if (p.scribe.extra_latency.count() != 0 || configs::scribe_serialisation(p) != p.fabric.link_serialisation)
        return p;
    p.wafer.columns         = program.columns;
    p.wafer.rows            = program.rows;
    p.wafer.reticle_columns = p.wafer.reticle_rows = 1;
    origin                                         = {};
    return p;
}

// The position whose start explains the end of `position`; the nearest where several do.
std::uint32_t origin_of(std::uint32_t position, std::uint64_t start, std::vector<std::uint64_t> const& starts)
{
    auto const length = static_cast<std::uint32_t>(starts.size());
    for (std::uint32_t d = 0; d < length; ++d) {
        if (position >= d && starts[position - d] == start)
            return position - d;
        if (position + d < length && starts[position + d] == start)
            return position + d;
    }
    throw configs::SimulationFault{
        fmt::format("a critical path that ends at position {} of a line begins nowhere", position)};
}

} // namespace

LineEnd run_line(workloads::Program const& program, configs::Parameters const& parameters, Origin origin,
                 LongerHops const* longer)
{
    SCRIBELINE_EXPECT(program.columns == 1 || program.rows == 1);
    SCRIBELINE_EXPECT(program.start.size() == program.pes());
    auto const p = without_idle_cuts(parameters, program, origin);
    Watch      watch{program.pes()};
    Mesh       mesh{program, p, {}, &watch, origin, longer};
    auto const cycles = mesh.run();
    for (auto const& entry : mesh.books())
        if (!entry.balanced())
            throw configs::SimulationFault{fmt::format("books of a line do not balance: {}: {} {} != {} {}", entry.name,
                                                       entry.left, entry.left_value, entry.right, entry.right_value)};

    LineEnd           line;
    std::size_t const pes = program.pes();
    line.end              = program.start;
    line.origin.resize(pes);
    line.parts.resize(pes);
    line.accounts.resize(pes);
    line.sent.resize(pes);
    for (auto const& reticle : mesh.all()) {
        auto const& b    = reticle->block();
        auto const  sent = reticle->link_counts();
        for (std::uint32_t tile = 0; tile < b.tiles(); ++tile) {
            auto const at   = static_cast<std::uint32_t>(b.x0 + b.y0 + tile); // one of the two sides is 1
            line.origin[at] = at;
            for (std::size_t d = 0; d < 4; ++d)
                line.sent[at][d] = sent[d * b.tiles() + tile];
            if (program.roles[program.role[at]].empty())
                continue;
            for (auto const& op : program.roles[program.role[at]])
                if (op.stream == workloads::Stream::receive || op.stream == workloads::Stream::receive_send)
                    line.streams.push_back({sender_of(program, at, op), at, op.wavelets});
            auto account      = reticle->accounts()[tile];
            line.end[at]      = cycles - (account.idle - program.start[at]);
            account.idle      = 0;
            line.accounts[at] = account;
            line.parts[at]    = reticle->blame(TileId{tile});
            line.origin[at]   = origin_of(at, line.end[at] - line.parts[at].total(), program.start);
        }
    }
    line.first_use = std::move(watch.first);
    line.last_use  = std::move(watch.last);
    line.lead      = std::numeric_limits<std::int64_t>::max() / 4;
    for (std::size_t i = 0; i < pes; ++i)
        if (line.first_use[i] != never)
            line.lead = std::min(line.lead, static_cast<std::int64_t>(line.first_use[i]) -
                                                static_cast<std::int64_t>(program.start[i]));
    auto const count = mesh.counters();
    line.injected    = count.injected;
    line.forked      = count.forked;
    line.delivered   = count.delivered;
    line.hops        = count.hops + count.crossings_sent;
    return line;
}

} // namespace scribeline::fabric
