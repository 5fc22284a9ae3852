#include "models/wafer/wafer_outcome.hpp"

#include <algorithm>
#include <array>

namespace scribeline::models {

using fabric::Reticle;

namespace {

Parts difference(fabric::Blame const& to, fabric::Blame const& from)
{
    std::array<std::int64_t, part_count> signed_parts{};
    for (std::size_t i = 0; i < part_count; ++i)
        signed_parts[i] = std::int64_t{to.cycles[i]} - std::int64_t{from.cycles[i]};
    for (;;) {
        auto const low  = std::min_element(signed_parts.begin(), signed_parts.end());
        auto const high = std::max_element(signed_parts.begin(), signed_parts.end());
        if (*low >= 0)
            break;
        auto const moved = std::min(-*low, *high);
        *high -= moved;
        *low += moved;
        if (moved == 0)
            break;
    }
    Parts parts{};
    for (std::size_t i = 0; i < part_count; ++i)
        parts[i] = static_cast<std::uint64_t>(signed_parts[i]);
    return parts;
}

FabricActivity activity_of(fabric::WaferModule const& wafer, std::vector<Reticle const*> const& reticles,
                           std::uint64_t cycles)
{
    auto const&    geometry = wafer.geometry();
    FabricActivity a;
    a.columns             = geometry.columns();
    a.rows                = geometry.rows();
    std::size_t const pes = std::size_t{a.columns} * a.rows;
    // Reticles without work may have closed fewer windows than others, but all step alike.
    std::uint64_t step = 0;
    for (auto const* r : reticles)
        step = std::max(step, r->activity().step());
    a.window_cycles           = step;
    std::size_t const windows = (cycles + step - 1) / step;
    for (std::size_t w = 0; w < windows; ++w)
        a.window_start.push_back(w * step);
    a.pe_busy.assign(windows, std::vector<std::uint32_t>(pes));
    a.link_busy.assign(windows, std::vector<std::uint32_t>(4 * pes));
    a.reticle_of.resize(pes);
    a.link_kind.resize(4 * pes);
    a.pe_busy_total.resize(pes);
    a.pe_stalled_total.resize(pes);
    a.pe_idle_total.resize(pes);

    for (auto const* r : reticles) {
        auto const&       b     = r->block();
        std::size_t const tiles = b.tiles();
        auto const        sent  = r->link_counts();
        std::size_t const merge = step / r->activity().step(); // its windows in one of ours
        auto const        known = r->activity().windows();
        for (std::size_t tile = 0; tile < tiles; ++tile) {
            std::size_t const pe   = pe_of(*r, tile, a.columns);
            auto const&       c    = r->accounts()[tile];
            a.reticle_of[pe]       = static_cast<std::uint16_t>(geometry.reticle_of(
                      static_cast<std::uint32_t>(pe % a.columns), static_cast<std::uint32_t>(pe / a.columns)));
            a.pe_busy_total[pe]    = c.busy;
            a.pe_stalled_total[pe] = c.stalled_in + c.stalled_out;
            a.pe_idle_total[pe]    = c.idle;
            for (std::size_t w = 0; w < windows; ++w) {
                std::size_t const last = (w + 1) * merge; // running totals at the end of the window
                bool const        open = last > known;
                a.pe_busy[w][pe]       = open ? static_cast<std::uint32_t>(c.busy) : r->activity().busy(last - 1)[tile];
                for (std::size_t d = 0; d < 4; ++d)
                    a.link_busy[w][d * pes + pe] =
                        open ? sent[d * tiles + tile] : r->activity().links(last - 1)[d * tiles + tile];
            }
            std::uint32_t const x = static_cast<std::uint32_t>(pe % a.columns),
                                y = static_cast<std::uint32_t>(pe / a.columns);
            bool const inside[4]  = {y > 0, x + 1 < a.columns, y + 1 < a.rows, x > 0};
            bool const edge[4]    = {y == b.y0, x + 1 == b.x1, y + 1 == b.y1, x == b.x0};
            for (std::size_t d = 0; d < 4; ++d)
                a.link_kind[d * pes + pe] = static_cast<std::uint8_t>(!inside[d] ? 0 : edge[d] ? 2 : 1);
        }
    }
    for (std::size_t w = windows; w-- > 1;) { // from running totals to windows
        for (std::size_t i = 0; i < pes; ++i)
            a.pe_busy[w][i] -= a.pe_busy[w - 1][i];
        for (std::size_t i = 0; i < 4 * pes; ++i)
            a.link_busy[w][i] -= a.link_busy[w - 1][i];
    }
    return a;
}

std::vector<ScribeEdge> scribe_of(fabric::WaferModule const& wafer, std::vector<Reticle const*> const& reticles,
                                  FabricActivity const& activity)
{
    constexpr char          sides[] = {'N', 'E', 'S', 'W'};
    std::vector<ScribeEdge> list;
    std::size_t const       pes = std::size_t{activity.columns} * activity.rows;
    for (auto const& edge : wafer.edges()) {
        auto const& from = *reticles[edge.from];
        auto const& b    = from.block();
        auto const  side = static_cast<std::size_t>(edge.side);
        ScribeEdge  e;
        e.reticle_a    = wafer.geometry().reticle_of(b.x0, b.y0);
        auto const& to = reticles[edge.to]->block();
        e.reticle_b    = wafer.geometry().reticle_of(to.x0, to.y0);
        e.side         = sides[side];
        e.links        = side % 2 ? b.height() : b.width();
        e.wavelets     = edge.carried;
        for (auto const& window : activity.link_busy) {
            std::uint32_t sum = 0;
            for (std::uint32_t i = 0; i < e.links; ++i) {
                std::uint32_t const x = side == 1 ? b.x1 - 1 : side == 3 ? b.x0 : b.x0 + i;
                std::uint32_t const y = side == 0 ? b.y0 : side == 2 ? b.y1 - 1 : b.y0 + i;
                sum += window[side * pes + std::size_t{y} * activity.columns + x];
            }
            e.wavelets_by_window.push_back(sum);
        }
        list.push_back(std::move(e));
    }
    return list;
}

} // namespace

std::size_t pe_of(Reticle const& r, std::size_t tile, std::uint32_t columns)
{
    auto const& b = r.block();
    return (b.y0 + tile / b.width()) * columns + b.x0 + tile % b.width();
}

std::vector<OperatorOutcome> operator_times(std::size_t operators, std::vector<Reticle const*> const& reticles)
{
    std::vector<OperatorOutcome> list(operators);
    fabric::OperatorEnd          before;
    for (std::size_t i = 0; i < operators; ++i) {
        fabric::OperatorEnd end;
        for (auto const* r : reticles) {
            auto const& own = r->operator_ends()[i];
            if (own.seen && (!end.seen || own.cycle > end.cycle || (own.cycle == end.cycle && own.pe < end.pe)))
                end = own;
        }
        if (end.cycle < before.cycle) // PEs that nobody waited for were slower than the operator behind theirs
            end = before;
        list[i].start = before.cycle;
        list[i].end   = end.cycle;
        list[i].parts = difference(end.blame, before.blame);
        before        = end;
    }
    return list;
}

void add_fabric(Outcome& o, configs::Parameters const& p, fabric::WaferModule const& wafer, std::uint64_t cycles)
{
    auto const reticles  = wafer.reticles();
    o.state_hash         = fabric::state_hash(reticles, cycles);
    o.activity           = activity_of(wafer, reticles, cycles);
    o.scribe             = scribe_of(wafer, reticles, o.activity);
    auto const count     = fabric::total_counters(reticles);
    o.wavelet_hops       = count.hops + count.crossings_sent;
    o.wavelets_injected  = count.injected;
    o.wavelets_delivered = count.delivered;
    o.scribe_crossings   = count.crossings_sent;

    double busy = 0, stalled = 0, idle = 0, links = 0;
    for (auto const* r : reticles)
        for (auto const& a : r->accounts()) {
            busy += static_cast<double>(a.busy);
            stalled += static_cast<double>(a.stalled_in + a.stalled_out);
            idle += static_cast<double>(a.idle);
        }
    double const all   = busy + stalled + idle;
    o.pe_busy_share    = busy / all;
    o.pe_stalled_share = stalled / all;
    o.pe_idle_share    = idle / all;

    double const time     = static_cast<double>(cycles);
    double const each     = static_cast<double>(p.fabric.link_serialisation.count()) / 8;
    double       crossing = 0, scribe_links = 0;
    for (auto const& kind : o.activity.link_kind)
        links += kind != 0;
    for (auto const& edge : o.scribe) {
        crossing += static_cast<double>(edge.wavelets);
        scribe_links += edge.links;
    }
    double const slow = static_cast<double>(configs::scribe_serialisation(p).count()) / 8;
    o.link_utilisation =
        links > 0 ? (static_cast<double>(o.wavelet_hops) * each + crossing * (slow - each)) / (links * time) : 0;
    o.scribe_utilisation = scribe_links > 0 ? crossing * slow / (scribe_links * time) : 0;

    double flops = 0, bytes = 0;
    for (auto const& op : o.operators) {
        flops += op.flops;
        bytes += op.bytes_weights + op.bytes_kv;
    }
    double const pes  = double{1} * o.activity.columns * o.activity.rows;
    double const rate = (p.workload.activation_bits == 16 ? p.pe.mac_rate_fp16 : p.pe.mac_rate_fp32).hundredths / 100.0;
    o.sram_bandwidth_share = bytes / (pes * time * p.pe.sram_read_bytes);
    o.arithmetic_share     = flops / (pes * time * 2 * rate);

    for (auto& e : fabric::ledger(reticles, cycles, wafer.on_scribe_lines()))
        o.books.entries.push_back(std::move(e));
    std::uint64_t parts = 0;
    for (auto const part : o.parts)
        parts += part;
    o.books.entries.push_back({"time", "cycles simulated", "parts of its operators", cycles, parts});
}

} // namespace scribeline::models
