#include "fabric/ledger.hpp"

#include "configs/failure.hpp"
#include "fabric/state_hash.hpp"

#include <fmt/format.h>

namespace scribeline::fabric {

Counters total_counters(std::vector<Reticle const*> const& reticles)
{
    Counters sum;
    for (auto const* r : reticles) {
        Counters const c = r->counters();
        sum.injected += c.injected;
        sum.forked += c.forked;
        sum.delivered += c.delivered;
        sum.hops += c.hops;
        sum.from_links += c.from_links;
        sum.crossings_sent += c.crossings_sent;
        sum.crossings_received += c.crossings_received;
        sum.worked += c.worked;
    }
    return sum;
}

std::vector<configs::BookEntry> ledger(std::vector<Reticle const*> const& reticles, std::uint64_t cycles,
                                       OnScribeLines on)
{
    Counters const c         = total_counters(reticles);
    std::uint64_t  in_flight = on.wavelets, slots = 0, accounted = on.wavelets + on.credits;
    std::uint64_t  on_links  = on.wavelets;
    std::uint64_t  pe_cycles = 0, by_state = 0, busy = 0, links = 0;
    for (auto const* r : reticles) {
        in_flight += r->in_flight();
        on_links += r->on_links();
        slots += r->slots();
        accounted += r->slots_accounted();
        pe_cycles += r->block().tiles() * cycles;
        for (auto const& a : r->accounts()) {
            by_state += a.busy + a.stalled_in + a.stalled_out + a.idle;
            busy += a.busy;
        }
        for (auto const n : r->link_counts())
            links += n;
    }
    return {
        {"wavelets", "injected + forked", "delivered + in flight", c.injected + c.forked, c.delivered + in_flight},
        {"links", "sent, link by link", "arrived + on their way", links, c.from_links + on_links},
        {"scribe lines", "crossings sent", "received + on the line", c.crossings_sent,
         c.crossings_received + on.wavelets},
        {"credits", "slots of all queues", "filled + free + on their way", slots, accounted},
        {"PE cycles", "PEs x cycles", "busy + stalled + idle", pe_cycles, by_state},
        {"work", "busy cycles", "cycles of operations executed", busy, c.worked},
    };
}

std::uint64_t state_hash(std::vector<Reticle const*> const& reticles, std::uint64_t cycles)
{
    std::uint64_t hash = 0;
    for (auto const* r : reticles)
        hash += r->state_hash();
    return mix(hash, cycles);
}

void require_finished(std::vector<Reticle const*> const& reticles, std::uint64_t cycle)
{
    std::vector<std::string> lines;
    for (auto const* r : reticles)
        if (!r->finished())
            for (auto& line : r->waiting(8))
                if (lines.size() < 12)
                    lines.push_back(std::move(line));
    if (!lines.empty())
        throw configs::SimulationFault{fmt::format("deadlock at cycle {}: work is pending and nothing moves\n  {}",
                                                   cycle, fmt::join(lines, "\n  "))};
}

} // namespace scribeline::fabric
