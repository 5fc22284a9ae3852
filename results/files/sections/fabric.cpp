// The region as maps: what each place is, and how busy it was in each window.
#include "results/files/sections/sections.hpp"

#include "configs/failure.hpp"
#include "results/views/metrics.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::results::sections {

namespace {

// Fractions in two bytes: steps of 0.002 %. Up to 1.31 fits, because a link that moves a wavelet in 9/8 cycles may
// begin one in the last cycle of a window.
constexpr double        share_scale = 2e-5;
constexpr std::uint16_t no_share    = 65535;

std::uint16_t packed(double share)
{
    return static_cast<std::uint16_t>(std::min<long>(std::lround(share / share_scale), no_share - 1));
}

// Every count that can occur is packed once: dividing and rounding each cell would take as long as compressing it.
class Packer {
  public:
    Packer(double unit, std::uint64_t window_cycles) : unit_{unit / static_cast<double>(window_cycles)} {}
    std::uint16_t operator()(std::uint32_t count)
    {
        if (count >= table_.size()) {
            if (count > largest_) {
                return packed(count * unit_);
            }
            for (auto next = static_cast<std::uint32_t>(table_.size()); next <= count; ++next) {
                table_.push_back(packed(next * unit_));
            }
        }
        return table_[count];
    }

  private:
    static constexpr std::uint32_t largest_ = 1U << 16U;
    double                         unit_;
    std::vector<std::uint16_t>     table_;
};

hdf5::Storage share_storage(models::FabricActivity const& activity, std::size_t leading_dimensions)
{
    auto storage       = frame_storage(activity, leading_dimensions);
    storage.fill       = true;
    storage.fill_value = no_share;
    return storage;
}

void write_pe_busy(hdf5::Object& array, models::Outcome const& outcome)
{
    auto const&                activity = outcome.activity;
    auto const                 pes      = std::size_t{activity.columns} * activity.rows;
    std::vector<std::uint16_t> frame(pes);
    for (std::size_t window = 0; window < activity.window_start.size(); ++window) {
        auto const& busy = activity.pe_busy.at(window);
        SCRIBELINE_EXPECT(busy.size() == pes);
        auto pack = Packer{1.0, window_length(outcome, window)};
        std::transform(busy.begin(), busy.end(), frame.begin(), [&](auto count) { return pack(count); });
        write_box(array, {window, 0, 0}, {1, activity.rows, activity.columns}, frame);
    }
}

void write_link_busy(hdf5::Object& array, models::Outcome const& outcome, double cycles_per_wavelet,
                     double cycles_per_crossing)
{
    auto const&                activity = outcome.activity;
    auto const                 pes      = std::size_t{activity.columns} * activity.rows;
    std::vector<std::uint16_t> frame(pes);
    for (std::size_t window = 0; window < activity.window_start.size(); ++window) {
        auto const& busy = activity.link_busy.at(window);
        SCRIBELINE_EXPECT(busy.size() == 4 * pes && activity.link_kind.size() == 4 * pes);
        auto pack        = Packer{cycles_per_wavelet, window_length(outcome, window)};
        auto pack_scribe = Packer{cycles_per_crossing, window_length(outcome, window)};
        for (std::size_t direction = 0; direction < 4; ++direction) {
            for (std::size_t pe = 0; pe < pes; ++pe) {
                auto const link = direction * pes + pe;
                auto const kind = activity.link_kind[link];
                frame[pe]       = kind == 0 ? no_share : kind == 2 ? pack_scribe(busy[link]) : pack(busy[link]);
            }
            write_box(array, {window, direction, 0, 0}, {1, 1, activity.rows, activity.columns}, frame);
        }
    }
}

// Every PE was simulated, not one row and one column for all, or formulas alone.
bool has_maps(models::FabricActivity const& activity) { return activity.columns > 0 && activity.rows > 0; }

double cycles_per_wavelet(configs::Config const& config)
{
    return static_cast<double>(config.parameters.fabric.link_serialisation.count()) / 8;
}

double cycles_per_crossing(configs::Config const& config)
{
    return static_cast<double>(configs::scribe_serialisation(config.parameters).count()) / 8;
}

} // namespace

void write_machine(hdf5::Group& root, models::Outcome const& outcome)
{
    auto const& activity = outcome.activity;
    if (!has_maps(activity)) {
        return;
    }
    auto       group = root.group("machine");
    auto const row   = pe_rows(group, activity);
    auto const col   = pe_columns(group, activity);
    auto const dir   = directions(group);
    auto const frame = frame_storage(activity, 0);
    group.array("reticle", activity.reticle_of, {&row, &col}, {"1", "number of the reticle the PE stands on"}, frame);
    // Repair of defects is not modelled: the grid is the usable one, whose places all work.
    group
        .array("pe_state", std::vector<std::uint8_t>(activity.reticle_of.size(), 0), {&row, &col},
               {"1", "state of the PE"}, frame)
        .attribute(hdf5::flags({"ok", "spare", "defective", "remapped"}));
    group
        .array("link_kind", activity.link_kind, {&dir, &row, &col},
               {"1", "what the link that leaves the PE's router in this direction is"}, frame_storage(activity, 1))
        .attribute(hdf5::flags({"none", "on_reticle", "scribe"}));
}

void write_fabric(hdf5::Group& root, configs::Config const& config, models::Outcome const& outcome)
{
    auto const& activity = outcome.activity;
    if (!has_maps(activity)) {
        return;
    }
    auto       group = root.group("fabric");
    auto const row   = pe_rows(group, activity);
    auto const col   = pe_columns(group, activity);
    auto const frame = frame_storage(activity, 0);
    auto const total = [&](char const* name, char const* long_name, std::vector<std::uint64_t> const& cycles) {
        group.array(name, cycles, {&row, &col}, {"cycle", long_name}, frame);
    };
    total("pe_busy_cycles", "cycles in which the PE computed or moved data", activity.pe_busy_total);
    total("pe_stalled_cycles", "cycles in which the PE waited inside an operation", activity.pe_stalled_total);
    total("pe_idle_cycles", "cycles in which the PE had no operation", activity.pe_idle_total);
    if (activity.window_start.empty()) {
        return;
    }
    auto const dir     = directions(group);
    auto const window  = windows(group, outcome);
    auto       pe_busy = group.frames<std::uint16_t>("pe_busy", {&window, &row, &col},
                                               {"1", "share of the window's cycles in which the PE was busy"},
                                               share_storage(activity, 1));
    pe_busy.attribute("scale_factor", share_scale);
    write_pe_busy(pe_busy, outcome);
    auto link_busy = group.frames<std::uint16_t>(
        "link_busy", {&window, &dir, &row, &col},
        {"1", "share of the window in which the link moved wavelets; missing where there is no link"},
        share_storage(activity, 2));
    link_busy.attribute("scale_factor", share_scale);
    write_link_busy(link_busy, outcome, cycles_per_wavelet(config), cycles_per_crossing(config));
}

void write_scribe(hdf5::Group& root, configs::Config const& config, models::Outcome const& outcome)
{
    auto const& edges = outcome.scribe;
    if (outcome.wavelets_delivered == 0) {
        return; // formulas alone
    }
    auto       group  = root.group("scribe");
    auto const scalar = [&](char const* name, double value, char const* unit, char const* long_name) {
        group.scalar(name, value, {unit, long_name});
    };
    auto const part_of = [](std::uint64_t part, std::uint64_t all) {
        return all == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(all);
    };
    scalar("wavelet_share", part_of(outcome.wavelets_crossed, outcome.wavelets_delivered), "1",
           "wavelets delivered that had crossed a scribe line, of all");
    scalar("hop_share", part_of(outcome.scribe_crossings, outcome.wavelet_hops), "1",
           "wavelet-hops over scribe lines, of all");
    scalar("critical_path", static_cast<double>(outcome.parts[static_cast<std::size_t>(models::Part::scribe)]), "cycle",
           "cycles of the critical path that scribe lines cost");
    if (edges.empty() && !has_maps(outcome.activity)) {
        return; // folded
    }
    auto const edge = group.dimension("edge", edges.size());
    auto const size = config.parameters.fabric.wavelet_size.value();
    auto const each = cycles_per_crossing(config);

    std::vector<std::uint32_t> a, b, links;
    std::vector<std::uint8_t>  side;
    std::vector<std::uint64_t> wavelets;
    std::vector<double>        bytes;
    std::vector<float>         busy;
    auto const                 share = [&](double sent, models::ScribeEdge const& e, std::uint64_t cycles) {
        auto const room = static_cast<double>(e.links) * static_cast<double>(cycles);
        return room > 0 ? static_cast<float>(sent * each / room) : 0.0F;
    };
    for (auto const& e : edges) {
        auto const at = std::string{"NESW"}.find(e.side);
        SCRIBELINE_EXPECT(at != std::string::npos);
        a.push_back(e.reticle_a);
        b.push_back(e.reticle_b);
        side.push_back(static_cast<std::uint8_t>(at));
        links.push_back(e.links);
        wavelets.push_back(e.wavelets);
        bytes.push_back(static_cast<double>(e.wavelets) * size);
        busy.push_back(share(static_cast<double>(e.wavelets), e, simulated_cycles(outcome)));
    }
    group.array("reticle_a", a, {&edge}, {"1", "number of the reticle that sends"});
    group.array("reticle_b", b, {&edge}, {"1", "number of the reticle that receives"});
    group.array("side", side, {&edge}, {"1", "side of reticle_a"}).attribute(hdf5::flags(direction_names()));
    group.array("links", links, {&edge}, {"1", "links across this edge in this direction"});
    group.array("wavelets", wavelets, {&edge}, {"1", "wavelets that crossed"});
    group.array("bytes", bytes, {&edge}, {"byte", "bytes that crossed"});
    group.array("busy", busy, {&edge}, {"1", "share of the time in which the links moved wavelets"});

    auto const count    = outcome.activity.window_start.size();
    auto const recorded = [&](models::ScribeEdge const& e) { return e.wavelets_by_window.size() == count; };
    if (count == 0 || !std::all_of(edges.begin(), edges.end(), recorded)) {
        return;
    }
    auto const                 window = windows(group, outcome);
    std::vector<std::uint32_t> sent;
    std::vector<float>         window_busy;
    for (std::size_t w = 0; w < count; ++w) {
        for (auto const& e : edges) {
            sent.push_back(e.wavelets_by_window[w]);
            window_busy.push_back(share(e.wavelets_by_window[w], e, window_length(outcome, w)));
        }
    }
    group.array("window_wavelets", sent, {&window, &edge}, {"1", "wavelets that crossed in the window"});
    group.array("window_busy", window_busy, {&window, &edge},
                {"1", "share of the window in which the links moved wavelets"});
}

} // namespace scribeline::results::sections
