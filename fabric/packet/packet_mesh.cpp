#include "fabric/packet/packet_mesh.hpp"

#include "configs/failure.hpp"
#include "fabric/packet/packet_allocation.hpp"
#include "fabric/packet/packet_engine.hpp"
#include "fabric/packet/packet_links.hpp"
#include "fabric/packet/packet_waits.hpp"

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

[[noreturn]] void refuse(std::string const& what) { throw configs::UserError{configs::Exit::bad_config, what}; }

void require_between(char const* name, std::uint32_t value, std::uint32_t lowest, std::uint32_t highest)
{
    if (value < lowest || value > highest)
        refuse(fmt::format("{} = {} is outside {} .. {}", name, value, lowest, highest));
}

void require_possible(PacketMeshParams const& p)
{
    require_between("columns of the mesh", p.columns, 1, 4096);
    require_between("rows of the mesh", p.rows, 1, 4096);
    require_between("virtual channels", p.channels, 1, 8);
    require_between("flits of a virtual channel's queue", p.depth, 1, 255);
    require_between("flits of a packet", p.flits_per_packet, 1, 65535);
    auto longest = std::uint32_t{0};
    for (auto const* cuts : {&p.columns_cut, &p.rows_cut})
        for (auto const& cut : *cuts) {
            longest = std::max(longest, cut.extra);
            require_between("cycles from a flit to the next on a scribe line", cut.interval, 1, 1024);
        }
    require_between("cycles of a hop", p.allocation + p.crossbar + p.link + longest, 1, 60);
    require_between("cycles of a credit", p.credit + longest, 1, 60);
    auto const needed =
        (p.routing == Routing::o1turn || p.routing == Routing::adaptive ? 2u : 1u) * (p.torus ? 2u : 1u);
    if (p.channels < needed)
        refuse(fmt::format(
            "routing {}{} needs {} virtual channels, so that no packets wait for each other in a circle, "
            "and there {} {}",
            name_of(p.routing), p.torus ? " on a torus" : "", needed, p.channels == 1 ? "is" : "are", p.channels));
    if (p.torus && p.routing != Routing::xy && p.routing != Routing::yx)
        refuse(fmt::format("routing {} is not for a torus: take xy or yx", name_of(p.routing)));
}

} // namespace

std::unique_ptr<PacketMesh> PacketMesh::make(PacketMeshParams const& params, PacketSource& source,
                                             DeliveryListener& listener)
{
    require_possible(params);
    switch (params.channels) {
    case 1:
        return std::make_unique<PacketEngine<1>>(params, source, listener);
    case 2:
        return std::make_unique<PacketEngine<2>>(params, source, listener);
    case 3:
        return std::make_unique<PacketEngine<3>>(params, source, listener);
    case 4:
        return std::make_unique<PacketEngine<4>>(params, source, listener);
    case 5:
        return std::make_unique<PacketEngine<5>>(params, source, listener);
    case 6:
        return std::make_unique<PacketEngine<6>>(params, source, listener);
    case 7:
        return std::make_unique<PacketEngine<7>>(params, source, listener);
    default:
        return std::make_unique<PacketEngine<8>>(params, source, listener);
    }
}

} // namespace scribeline::fabric
