#include "fabric/traffic/experiment.hpp"

#include "configs/failure.hpp"
#include "fabric/state_hash.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

// Every node makes packets with the same probability in each cycle, by numbers that depend on node and count alone.
class SyntheticSource final : public PacketSource {
  public:
    SyntheticSource(TrafficParams const& params, double rate)
        : params_{params}, drawn_(std::size_t{params.mesh.columns} * params.mesh.rows, 0)
    {
        auto const packets = rate / params.mesh.flits_per_packet;
        if (packets < 1)
            per_log_ = 1 / std::log1p(-packets);
    }

    std::uint32_t first(std::uint32_t tile) override { return gap(tile) - 1; }

    Packet make(std::uint32_t tile, std::uint32_t now, std::uint32_t& next) override
    {
        auto packet     = Packet{};
        packet.created  = now;
        packet.flits    = params_.mesh.flits_per_packet;
        packet.to       = destination(params_.pattern, tile, params_.mesh.columns, params_.mesh.rows, draw(tile),
                                      params_.hotspot_share);
        packet.late     = params_.mesh.routing == Routing::o1turn && (draw(tile) & 1) != 0;
        auto const wait = gap(tile);
        next            = wait >= never - now ? never : now + wait;
        return packet;
    }

  private:
    std::uint64_t draw(std::uint32_t tile) { return mix(params_.seed, tile, drawn_[tile]++); }

    // Cycles to the next packet, geometrically distributed, at least one.
    std::uint32_t gap(std::uint32_t tile)
    {
        if (per_log_ == 0)
            return 1;
        auto const uniform = (static_cast<double>(draw(tile) >> 11) + 1) * 0x1p-53;
        auto const cycles  = std::floor(std::log(uniform) * per_log_) + 1;
        return cycles < 4e9 ? static_cast<std::uint32_t>(cycles) : 4'000'000'000u;
    }

    TrafficParams const&       params_;
    std::vector<std::uint32_t> drawn_;
    double                     per_log_ = 0;
};

// Latencies of the packets that were made in the windows.
class Followed final : public DeliveryListener {
  public:
    explicit Followed(TrafficParams const& params) : params_{params}, of_window_(params.windows) {}

    void delivered(Delivery const& packet) override
    {
        if (packet.created < params_.warm_up)
            return;
        auto const window = (packet.created - params_.warm_up) / params_.window;
        if (window >= params_.windows)
            return;
        auto const cycles = packet.arrived - packet.created;
        of_window_[window].add(cycles);
        auto const& mesh = params_.mesh;
        auto const  hops =
            shortest({packet.from % mesh.columns, packet.from / mesh.columns},
                     {packet.to % mesh.columns, packet.to / mesh.columns}, mesh.columns, mesh.rows, mesh.torus);
        if (by_hops_.size() <= hops)
            by_hops_.resize(hops + 1);
        by_hops_[hops].add(cycles);
        if (histogram_.size() <= cycles)
            histogram_.resize(std::max<std::size_t>(cycles + 1, histogram_.size() * 2));
        ++histogram_[cycles];
    }

    std::uint64_t count() const
    {
        auto sum = std::uint64_t{0};
        for (auto const& window : of_window_)
            sum += window.count;
        return sum;
    }

    void tell(TrafficPoint& point) const
    {
        auto total = Sum{};
        for (auto const& window : of_window_) {
            total.count += window.count;
            total.cycles += window.cycles;
        }
        point.packets = total.count;
        if (total.count == 0)
            return;
        point.mean       = total.mean();
        point.confidence = half_interval();
        point.p50        = quantile(total.count, 0.5);
        point.p99        = quantile(total.count, 0.99);
        point.most       = quantile(total.count, 1);
        for (std::uint32_t hops = 0; hops < by_hops_.size(); ++hops)
            if (by_hops_[hops].count > 0)
                point.by_hops.push_back({hops, by_hops_[hops].count, by_hops_[hops].mean()});
    }

  private:
    struct Sum {
        std::uint64_t count = 0, cycles = 0;

        void   add(std::uint32_t cycles_of_one) { ++count, cycles += cycles_of_one; }
        double mean() const { return static_cast<double>(cycles) / static_cast<double>(count); }
    };

    // 95 % by Student's t over the means of the windows that have packets.
    std::optional<double> half_interval() const
    {
        static constexpr std::array<double, 11> t{0,     12.71, 4.303, 3.182, 2.776, 2.571,
                                                  2.447, 2.365, 2.306, 2.262, 2.228};
        auto                                    n = 0.0, mean = 0.0, squares = 0.0; // Welford
        for (auto const& window : of_window_)
            if (window.count > 0) {
                auto const off = window.mean() - mean;
                mean += off / ++n;
                squares += off * (window.mean() - mean);
            }
        if (n < 2)
            return std::nullopt;
        auto const free = static_cast<std::size_t>(n) - 1;
        return (free < t.size() ? t[free] : 1.96) * std::sqrt(squares / (n - 1) / n);
    }

    double quantile(std::uint64_t count, double share) const
    {
        auto const wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count)));
        auto       seen   = std::uint64_t{0};
        for (std::size_t cycles = 0; cycles < histogram_.size(); ++cycles)
            if ((seen += histogram_[cycles]) >= std::max<std::uint64_t>(wanted, 1))
                return static_cast<double>(cycles);
        return 0;
    }

    TrafficParams const&       params_;
    std::vector<Sum>           of_window_, by_hops_;
    std::vector<std::uint32_t> histogram_;
};

// Cycles that the boundaries of one axis add from one place on it to another, by the shorter way.
class AddedCycles {
  public:
    AddedCycles(std::vector<Boundary> const& cuts, std::uint32_t size, bool torus) : before_(size, 0), torus_{torus}
    {
        for (auto const& cut : cuts) {
            for (auto place = cut.after + 1; place < size; ++place)
                before_[place] += cut.extra;
            all_ += cut.extra;
        }
    }

    std::uint32_t between(std::uint32_t a, std::uint32_t b) const
    {
        auto const direct = before_[std::max(a, b)] - before_[std::min(a, b)];
        auto const links  = std::max(a, b) - std::min(a, b);
        return torus_ && 2 * links > before_.size() ? all_ - direct : direct;
    }

    double of_any_two() const
    {
        if (all_ == 0)
            return 0;
        auto sum = 0.0;
        for (std::uint32_t a = 0; a < before_.size(); ++a)
            for (std::uint32_t b = 0; b < before_.size(); ++b)
                sum += between(a, b);
        return sum / (static_cast<double>(before_.size()) * static_cast<double>(before_.size()));
    }

  private:
    std::vector<std::uint32_t> before_; // of links left of a place
    std::uint32_t              all_ = 0;
    bool                       torus_;
};

// In the mean of all senders, as mean_hops().
double added_by_boundaries(TrafficParams const& params)
{
    auto const& mesh  = params.mesh;
    auto const  along = AddedCycles{mesh.columns_cut, mesh.columns, mesh.torus};
    auto const  down  = AddedCycles{mesh.rows_cut, mesh.rows, mesh.torus};
    auto const  tiles = mesh.columns * mesh.rows;
    auto const  to    = [&](auto&& destination_of) {
        auto sum = 0.0;
        for (std::uint32_t tile = 0; tile < tiles; ++tile) {
            auto const end = destination_of(tile);
            sum += along.between(tile % mesh.columns, end % mesh.columns) +
                   down.between(tile / mesh.columns, end / mesh.columns);
        }
        return sum / tiles;
    };
    if (mesh.columns_cut.empty() && mesh.rows_cut.empty())
        return 0;
    auto const anywhere = along.of_any_two() + down.of_any_two();
    if (params.pattern == Pattern::uniform)
        return anywhere;
    if (params.pattern == Pattern::hotspot)
        return (1 - params.hotspot_share) * anywhere + params.hotspot_share * to([&](std::uint32_t) {
                                                           return mesh.columns / 2 + mesh.rows / 2 * mesh.columns;
                                                       });
    return to([&](std::uint32_t tile) { return destination(params.pattern, tile, mesh.columns, mesh.rows, 0, 0); });
}

double zero_load(TrafficParams const& params)
{
    auto const& mesh = params.mesh;
    auto const  hop  = mesh.allocation + mesh.crossbar + mesh.link;
    return hop * (mean_hops(params.pattern, mesh.columns, mesh.rows, mesh.torus, params.hotspot_share) + 1) + 2 +
           (mesh.flits_per_packet - 1) + added_by_boundaries(params);
}

void add_books(TrafficPoint& point, PacketMesh const& mesh)
{
    auto const& counters = point.counters;
    point.books.entries  = {
         {"packets", "made", "delivered + at sources + on their way", counters.packets_created,
          counters.packets_delivered + mesh.at_sources() + mesh.packets_on_their_way()},
         {"flits", "entered", "delivered + in queues + on links", counters.flits_injected,
          counters.flits_delivered + mesh.in_queues() + mesh.on_links()},
         {"credits", "sent", "received + on their way", counters.credits_sent,
          counters.credits_received + mesh.credits_on_their_way()},
    };
}

} // namespace

TrafficPoint measure(TrafficParams const& params, double rate)
{
    if (!(rate > 0) || rate > 1)
        throw configs::UserError{configs::Exit::usage,
                                 fmt::format("rate {} is outside 0 .. 1: a node can send one flit a cycle", rate)};
    require_possible(params.pattern, params.mesh.columns, params.mesh.rows);
    auto       source   = SyntheticSource{params, rate};
    auto       followed = Followed{params};
    auto const mesh     = PacketMesh::make(params.mesh, source, followed);
    auto const tiles    = std::uint64_t{params.mesh.columns} * params.mesh.rows;
    auto const measured = std::uint64_t{params.window} * params.windows;

    auto point      = TrafficPoint{};
    point.offered   = rate;
    point.zero_load = zero_load(params);
    mesh->advance_to(params.warm_up);
    auto const before = mesh->counters();
    mesh->advance_to(static_cast<std::uint32_t>(params.warm_up + measured));
    auto const after = mesh->counters();
    point.accepted =
        static_cast<double>(after.flits_delivered - before.flits_delivered) / static_cast<double>(measured * tiles);

    // Followed packets still under way are waited for as long as the mesh can be said to keep up.
    auto const made  = after.packets_created - before.packets_created;
    auto const limit = static_cast<std::uint32_t>(params.warm_up + 2 * measured + 1000);
    while (followed.count() < made && mesh->now() < limit)
        mesh->advance_to(mesh->now() + 100);
    point.cycles   = mesh->now();
    point.counters = mesh->counters();
    followed.tell(point);
    bool const all  = followed.count() == made;
    point.saturated = !all || (point.mean && *point.mean > 3 * point.zero_load);
    if (!all)
        point.mean = point.confidence = point.p50 = point.p99 = point.most = std::nullopt;

    auto busiest = std::uint32_t{0};
    auto links   = std::uint64_t{0};
    for (std::uint32_t tile = 0; tile < tiles; ++tile)
        for (unsigned side = 0; side < 4; ++side)
            busiest = std::max(busiest, mesh->sent_over(tile, static_cast<Side>(side)));
    auto const columns = std::uint64_t{params.mesh.columns}, rows = std::uint64_t{params.mesh.rows};
    links              = params.mesh.torus ? 4 * tiles : 2 * ((columns - 1) * rows + columns * (rows - 1));
    point.busiest_link = static_cast<double>(busiest) / static_cast<double>(point.cycles);
    point.mean_link_load =
        links == 0 ? 0 : static_cast<double>(point.counters.link_hops) / static_cast<double>(links * point.cycles);
    point.state_hash = mesh->state_hash();
    add_books(point, *mesh);
    return point;
}

double saturation_rate(TrafficParams const& params, double step)
{
    auto low = 0.0, high = std::min(1.0, bound_of_xy(params) * (params.mesh.routing == Routing::xy ? 1.05 : 2.0));
    while (high - low > step * high) {
        auto const middle                                = (low + high) / 2;
        (measure(params, middle).saturated ? high : low) = middle;
    }
    return low;
}

double bound_of_xy(TrafficParams const& params)
{
    auto const& mesh  = params.mesh;
    auto const  tiles = mesh.columns * mesh.rows;
    auto        load  = std::vector<double>(std::size_t{tiles} * 4, 0); // flits a cycle at a rate of one
    auto const  walk  = [&](std::uint32_t from, std::uint32_t to, double share) {
        auto       at  = Place{from % mesh.columns, from / mesh.columns};
        auto const end = Place{to % mesh.columns, to / mesh.columns};
        while (at.x != end.x || at.y != end.y) {
            auto const ways = ways_of(Routing::xy, at, end, false, mesh.columns, mesh.rows, mesh.torus);
            auto const side = static_cast<unsigned>(__builtin_ctz(ways));
            load[(std::size_t{at.x} + std::size_t{at.y} * mesh.columns) * 4 + side] += share;
            at.x = (at.x + mesh.columns + (side == 1 ? 1 : side == 3 ? mesh.columns - 1 : 0)) % mesh.columns;
            at.y = (at.y + mesh.rows + (side == 2 ? 1 : side == 0 ? mesh.rows - 1 : 0)) % mesh.rows;
        }
    };
    if (params.pattern == Pattern::uniform || params.pattern == Pattern::hotspot) {
        // The middle cut of a dimension of n nodes is crossed one way by a quarter of all traffic, over n links.
        auto const widest = std::max(mesh.columns, mesh.rows);
        auto const half = widest / 2, other = widest - half;
        auto const cut    = static_cast<double>(half) * other / widest * (mesh.torus ? 0.5 : 1);
        auto const spread = (params.pattern == Pattern::hotspot ? 1 - params.hotspot_share : 1) * cut;
        auto const spot   = params.pattern == Pattern::hotspot ? params.hotspot_share * tiles : 0.0;
        return std::min(1.0, 1 / std::max({spread, spot, 1e-9}));
    }
    for (std::uint32_t node = 0; node < tiles; ++node)
        walk(node, destination(params.pattern, node, mesh.columns, mesh.rows, 0, 0), 1);
    auto const most = *std::max_element(load.begin(), load.end());
    return most > 1 ? 1 / most : 1.0;
}

} // namespace scribeline::fabric
