#include "configs/failure.hpp"
#include "fabric/packet/packet_mesh.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

using namespace scribeline;
using namespace scribeline::fabric;

namespace {

struct Wish {
    std::uint32_t at = 0; // cycle
    Packet        packet;
};

// Packets as a list says, in order of time for each tile.
class Listed final : public PacketSource {
  public:
    explicit Listed(std::uint32_t tiles) : of_(tiles), next_(tiles, 0) {}
    void add(std::uint32_t from, std::uint32_t at, std::uint32_t to, std::uint32_t flits = 1)
    {
        of_[from].push_back({at, {at, to, flits, false}});
    }
    std::uint32_t first(std::uint32_t tile) override { return of_[tile].empty() ? never : of_[tile].front().at; }
    Packet        make(std::uint32_t tile, std::uint32_t, std::uint32_t& next) override
    {
        auto const packet = of_[tile][next_[tile]++].packet;
        next              = next_[tile] < of_[tile].size() ? of_[tile][next_[tile]].at : never;
        return packet;
    }

  private:
    std::vector<std::vector<Wish>> of_;
    std::vector<std::size_t>       next_;
};

struct Noted final : DeliveryListener {
    std::vector<Delivery> all;
    void                  delivered(Delivery const& delivery) override { all.push_back(delivery); }
};

PacketMeshParams square(std::uint32_t side, std::uint32_t channels = 1)
{
    auto params     = PacketMeshParams{};
    params.columns  = side;
    params.rows     = side;
    params.channels = channels;
    return params;
}

std::string refusal(PacketMeshParams const& params)
{
    auto source   = Listed{params.columns * params.rows};
    auto listener = Noted{};
    try {
        PacketMesh::make(params, source, listener);
    } catch (configs::UserError const& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("a packet alone takes its hops, a router more, and two cycles at its ends")
{
    auto const channels = GENERATE(1u, 2u, 4u, 8u);
    auto const routing  = GENERATE(Routing::xy, Routing::yx, Routing::o1turn, Routing::west_first, Routing::adaptive);
    if (channels == 1 && (routing == Routing::o1turn || routing == Routing::adaptive))
        return;
    auto const flits = GENERATE(1u, 5u);
    for (auto const to : {0u, 1u, 7u, 35u, 63u}) {
        auto params    = square(8, channels);
        params.routing = routing;
        auto source    = Listed{64};
        source.add(9, 10, to, flits);
        auto noted = Noted{};
        auto mesh  = PacketMesh::make(params, source, noted);
        mesh->advance_to(200);
        CAPTURE(channels, name_of(routing), flits, to);
        REQUIRE(noted.all.size() == 1);
        auto const hops = shortest({1, 1}, {to % 8, to / 8}, 8, 8, false);
        CHECK(noted.all[0].arrived - noted.all[0].created == 3 * (hops + 1) + 2 + (flits - 1));
        CHECK(mesh->counters().link_hops == std::uint64_t{hops} * flits);
    }
}

TEST_CASE("the two halves of a torus are as near as the shorter way round")
{
    auto params  = square(8, 2);
    params.torus = true;
    auto source  = Listed{64};
    source.add(0, 0, 7 + 7 * 8);
    auto noted = Noted{};
    auto mesh  = PacketMesh::make(params, source, noted);
    mesh->advance_to(100);
    REQUIRE(noted.all.size() == 1);
    CHECK(noted.all[0].arrived == 3 * (2 + 1) + 2);
}

TEST_CASE("a scribe line costs its cycles once for each crossing, and its interval for each flit more")
{
    auto const extra = GENERATE(0u, 1u, 7u), interval = GENERATE(1u, 3u);
    auto       params  = square(8);
    params.columns_cut = {{3, extra, interval}};
    auto source        = Listed{64};
    source.add(0, 0, 7, 4);
    auto noted = Noted{};
    auto mesh  = PacketMesh::make(params, source, noted);
    mesh->advance_to(200);
    REQUIRE(noted.all.size() == 1);
    CHECK(noted.all[0].arrived == 3 * (7 + 1) + 2 + extra + 3 * interval);
}

TEST_CASE("two packets that want one side go one after the other, and the arbiter takes turns")
{
    auto source = Listed{9};
    for (auto at = 0u; at < 20; ++at) {
        source.add(3, at, 5);
        source.add(4, at, 5);
    }
    auto noted = Noted{};
    auto mesh  = PacketMesh::make(square(3), source, noted);
    mesh->advance_to(200);
    CHECK(noted.all.size() == 40);
    // The processing element of tile 5 takes one flit a cycle.
    auto last = std::uint32_t{0};
    for (auto const& delivery : noted.all) {
        CHECK(delivery.arrived > last);
        last = delivery.arrived;
    }
    CHECK(last - noted.all.front().arrived <= 42);
}

TEST_CASE("flits of packets on one virtual channel do not mix, and on several they share the link")
{
    auto const channels = GENERATE(1u, 2u);
    auto       source   = Listed{9};
    source.add(3, 0, 5, 8);
    source.add(4, 0, 5, 8);
    auto noted = Noted{};
    auto mesh  = PacketMesh::make(square(3, channels), source, noted);
    mesh->advance_to(200);
    REQUIRE(noted.all.size() == 2);
    // Sixteen flits over one link: whoever is last ends with the sixteenth.
    auto const first = std::min(noted.all[0].arrived, noted.all[1].arrived);
    auto const last  = std::max(noted.all[0].arrived, noted.all[1].arrived);
    CHECK(last - first >= (channels == 1 ? 8u : 1u));
    // The first flit is in its router in cycle 2, the sixteenth leaves it in 17, and two routers end with 3 cycles each.
    CHECK(last == 2 + 15 + 2 * 3);
}

TEST_CASE("what a mesh cannot be is refused by name")
{
    auto params     = square(4);
    params.channels = 9;
    CHECK_THAT(refusal(params), Catch::Contains("virtual channels = 9 is outside 1 .. 8"));
    params          = square(4);
    params.routing  = Routing::o1turn;
    CHECK_THAT(refusal(params), Catch::Contains("o1turn needs 2 virtual channels"));
    params       = square(4);
    params.torus = true;
    CHECK_THAT(refusal(params), Catch::Contains("on a torus needs 2 virtual channels"));
    params         = square(4, 2);
    params.torus   = true;
    params.routing = Routing::west_first;
    CHECK_THAT(refusal(params), Catch::Contains("not for a torus"));
    CHECK_THROWS_WITH(routing_named("xz"), Catch::Contains("did you mean 'xy'"));
}
