// From options to a study.
#include "models/program/traffic_command.hpp"

#include "configs/reticle_boundaries.hpp"
#include "configs/schema/command_options.hpp"
#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/units/text.hpp"
#include "fabric/packet/packet_deadlock.hpp"
#include "fabric/traffic/study.hpp"
#include "models/program/asked_options.hpp"
#include "models/program/print_document.hpp"
#include "results/files/traffic_file.hpp"
#include "results/views/traffic_tables.hpp"

#include <charconv>
#include <optional>
#include <ostream>
#include <string>

#include <fmt/format.h>

namespace scribeline::program {

namespace {

using configs::CommandLine;
using configs::Exit;
using configs::UserError;

constexpr std::uint32_t standard_side = 8;  // of a plain mesh
constexpr std::uint32_t part_of_wafer = 72; // PEs a side where none is said: some reticles, and a curve takes a minute
constexpr std::size_t   most_rates    = 1000;

// Of (0, 1].
double load_of(std::string const& text)
{
    auto value              = 0.0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !(value > 0) || value > 1)
        throw configs::TextError{fmt::format("{}: expected a number above 0, up to 1", configs::shown(text))};
    return value;
}

std::vector<double> loads_of(std::string const& text)
{
    auto loads = std::vector<double>{};
    for (std::size_t begin = 0; begin <= text.size();) {
        auto const end = std::min(text.find(',', begin), text.size());
        loads.push_back(load_of(text.substr(begin, end - begin)));
        begin = end + 1;
    }
    if (loads.size() > most_rates)
        throw configs::TextError{fmt::format("{} loads; at most {} of them", loads.size(), most_rates)};
    return loads;
}

// Scribe lines within the region at the wafer's corner: as many cycles more, and as much less often, as the machine
// says.
std::vector<fabric::Boundary> cuts(std::uint32_t side, std::uint32_t usable, std::uint32_t reticles,
                                   configs::Parameters const& p)
{
    auto const own    = p.fabric.link_serialisation.count();
    auto const across = configs::scribe_serialisation(p).count();
    auto       all    = std::vector<fabric::Boundary>{};
    for (std::uint32_t i = 1; i < reticles; ++i)
        if (auto const at = configs::reticle_boundary(i, usable, reticles); at < side)
            all.push_back({at - 1, static_cast<std::uint32_t>(p.scribe.extra_latency.count()),
                           static_cast<std::uint32_t>((across + own - 1) / own)});
    return all;
}

struct Mesh {
    std::string              name;
    fabric::PacketMeshParams params;
};

Mesh mesh_of(CommandLine const& line, AskedOptions const& asked)
{
    auto const grid_of = [](std::string const& text) { return configs::parse<configs::GridSize>(text); };
    auto       mesh    = Mesh{};
    if (line.machine.empty()) {
        if (asked.has("region"))
            asked.refuse("--region is a part of --machine; a mesh of its own is --mesh");
        auto const grid     = asked.read("mesh", grid_of).value_or(configs::GridSize{standard_side, standard_side});
        mesh.params.columns = grid.columns;
        mesh.params.rows    = grid.rows;
        mesh.name           = configs::print(grid);
        return mesh;
    }
    if (asked.has("mesh"))
        asked.refuse("--mesh and --machine are two meshes; a part of the machine's is --region");
    auto const p = configs::machine_parameters(line.machine);
    if (!configs::applies("wafer", p.machine.kind))
        asked.refuse(fmt::format("--machine {}: is no wafer, and has no mesh. Choose one such as wse3",
                                 configs::shown(line.machine)));
    auto const region = asked.read("region", grid_of)
                            .value_or(configs::GridSize{std::min(part_of_wafer, p.wafer.columns),
                                                        std::min(part_of_wafer, p.wafer.rows)});
    if (region.columns > p.wafer.columns || region.rows > p.wafer.rows)
        asked.refuse(fmt::format("--region {}: {} has {}x{} PEs", configs::print(region), configs::shown(line.machine),
                                 p.wafer.columns, p.wafer.rows));
    mesh.params.columns     = region.columns;
    mesh.params.rows        = region.rows;
    mesh.params.columns_cut = cuts(region.columns, p.wafer.columns, p.wafer.reticle_columns, p);
    mesh.params.rows_cut    = cuts(region.rows, p.wafer.rows, p.wafer.reticle_rows, p);
    mesh.name               = fmt::format("{} PEs of {}", configs::print(region), line.machine);
    return mesh;
}

fabric::TrafficStudy studied(std::string const& mesh, fabric::TrafficParams const& params, AskedOptions const& asked)
{
    try {
        auto const loads = asked.read("rate", &loads_of).value_or(std::vector<double>{});
        return fabric::study_traffic(mesh, params, loads, asked.has("saturation"));
    } catch (fabric::PacketDeadlock const& deadlock) {
        throw UserError{Exit::answer_is_no, fmt::format("deadlock: {}", deadlock.what())};
    }
}

} // namespace

std::vector<configs::Option> traffic_options()
{
    using namespace configs;
    return {
        own_option("mesh", "CxR", "columns and rows of a plain mesh; without: 8x8"),
        machine_option(),
        own_option("region", "CxR", "of --machine: PEs at its corner, with their scribe lines; without: 72x72"),
        own_option("pattern", "NAME",
                   "uniform, transpose, bit_complement, tornado, neighbour or hotspot; without: uniform"),
        own_option("rate", "R[,R,..]", "offered load in flits a node and cycle; without: ten loads up to the bound"),
        own_option("saturation", "", "find the load at which the mesh saturates; without --rate it is found as well"),
        own_option("routing", "NAME", "xy, yx, o1turn, west_first, adaptive or unsafe; without: xy"),
        own_option("channels", "N", "virtual channels of a link; without: 1"),
        own_option("depth", "N", "flits that a channel's queue holds; without: 8"),
        own_option("flits", "N", "of a packet; without: 1"),
        own_option("torus", "", "links around the ends"),
        own_option("link", "N", "cycles over a link; without: 1"),
        own_option("hotspot-share", "S", "of hotspot: the share of packets to the middle; without: 0.1"),
        own_option("warm-up", "N", "cycles before anything is counted; without: 5000"),
        own_option("window", "N", "cycles of each of ten windows of measurement; without: 2000"),
        own_option("seed", "N", "of the draws; without: 1"),
        output_option("FILE.h5", "write the result file"),
        format_option("of the table")};
}

Exit traffic_command(CommandLine const& line, std::ostream& out)
{
    auto const asked = AskedOptions{line};
    auto const whole = [&](char const* name, std::uint32_t& value, std::uint64_t least, std::uint64_t most) {
        value = static_cast<std::uint32_t>(asked.count(name, least, most).value_or(value));
    };
    auto mesh           = mesh_of(line, asked);
    auto params         = fabric::TrafficParams{};
    params.mesh         = std::move(mesh.params);
    params.mesh.routing = fabric::routing_named(line.option("routing").value_or("xy"));
    params.mesh.torus   = asked.has("torus");
    whole("channels", params.mesh.channels, 1, 8);
    whole("depth", params.mesh.depth, 1, 255);
    whole("flits", params.mesh.flits_per_packet, 1, 1024);
    whole("link", params.mesh.link, 1, 32);
    whole("warm-up", params.warm_up, 0, 100'000'000);
    whole("window", params.window, 1, 10'000'000);
    params.pattern       = fabric::pattern_named(line.option("pattern").value_or("uniform"));
    params.hotspot_share = asked.read("hotspot-share", &load_of).value_or(params.hotspot_share);
    params.seed          = asked.count("seed", 0).value_or(params.seed);
    auto       file  = line.output.empty() ? std::nullopt : std::optional{results::TrafficFile::prepare(line.output)};
    auto const study = studied(mesh.name, params, asked);
    if (file)
        file->write(study, line.text);
    print_document(line, results::traffic_document(study), out);
    return Exit::done;
}

} // namespace scribeline::program
