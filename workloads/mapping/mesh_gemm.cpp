#include "workloads/mapping/mesh_gemm.hpp"

#include "configs/failure.hpp"
#include "workloads/mapping/mesh_costs.hpp"
#include "workloads/mapping/mesh_ring.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

namespace {

std::uint32_t even(std::uint64_t elements) { return static_cast<std::uint32_t>(elements + elements % 2); }

void require_colors(std::uint32_t colors, configs::Parameters const& p)
{
    if (colors > p.fabric.colors)
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("fabric.colors = {}: a product on the mesh needs {} of a router. Choose "
                                             "more, or --fidelity closed_form",
                                             p.fabric.colors, colors)};
}

MeshProgram empty(std::uint32_t side, MeshTile tile, char const* name, configs::Parameters const& p)
{
    SCRIBELINE_EXPECT(side >= 2 && side <= 255 && tile.m > 0 && tile.k > 0 && tile.n > 0);
    MeshProgram mesh{};
    mesh.tile            = tile;
    mesh.program.columns = mesh.program.rows = side;
    mesh.program.element                     = p.workload.activation_bits == 16 ? Element::fp16 : Element::fp32;
    mesh.program.operators.push_back({name, "mesh product", ""});
    std::uint32_t const left = even(std::uint64_t{tile.m} * tile.k), right = even(std::uint64_t{tile.k} * tile.n),
                        out = even(std::uint64_t{tile.m} * tile.n);
    mesh.a[0]               = 0;
    mesh.a[1]               = left;
    mesh.b[0]               = 2 * left;
    mesh.b[1]               = 2 * left + right;
    mesh.c                  = 2 * left + 2 * right;
    mesh.partial            = mesh.c + out;
    mesh.elements           = mesh.partial + out;
    return mesh;
}

// Every PE has a role and routes of its own.
void add_pe(Program& program, std::vector<Operation> role, std::vector<Route> routes)
{
    role.back().last = true;
    program.role.push_back(static_cast<std::uint16_t>(program.roles.size()));
    program.route_class.push_back(program.role.back());
    program.roles.push_back(std::move(role));
    program.route_classes.push_back(std::move(routes));
}

std::vector<Route> joined(std::vector<std::vector<Route> const*> const& parts)
{
    std::vector<Route> all;
    for (auto const* part : parts)
        all.insert(all.end(), part->begin(), part->end());
    return all;
}

// How often a line shifts, and whether backwards, so that the block of ring index i + by comes to index i.
struct Turns {
    std::uint32_t count;
    bool          backward;
};
Turns turns_of(std::uint32_t by, std::uint32_t side)
{
    return by <= side / 2 ? Turns{by, true} : Turns{side - by, false};
}

void add(Operation& op, Operation const& more)
{
    op.dispatch += more.dispatch;
    op.arithmetic += more.arithmetic;
    op.sram += more.sram;
}

} // namespace

MeshProgram map_mesh_product(std::uint32_t side, MeshTile tile, Alignment alignment, configs::Parameters const& p)
{
    MeshProgram         mesh = empty(side, tile, "product", p);
    MeshCosts const     costs{p};
    std::uint32_t const bits = costs.activation_bits();
    MeshRing const      x{Axis::x, side, 0, true}, y{Axis::y, side, MeshRing::colors, true};
    MeshRing const      x_back{Axis::x, side, 2 * MeshRing::colors, false},
        y_back{Axis::y, side, 3 * MeshRing::colors, false};
    require_colors((2 + static_cast<std::uint32_t>(alignment)) * MeshRing::colors, p);

    std::uint32_t const words_a = costs.wavelets(std::uint64_t{tile.m} * tile.k, bits),
                        words_b = costs.wavelets(std::uint64_t{tile.k} * tile.n, bits);
    for (std::uint32_t now = 0; now < 4; ++now) // which of two buffers A is in, and which B
        mesh.program.kernels.push_back(
            {Kernel::matrix_matrix, mesh.c, mesh.a[now % 2], mesh.b[now / 2], 0, tile.k, tile.m, tile.n});
    Operation const step = costs.step();
    Operation       work = costs.tile_product(tile.m, tile.k, tile.n);
    add(work, costs.moves(2ull * (words_a + words_b)));

    for (std::uint32_t py = 0; py < side; ++py)
        for (std::uint32_t px = 0; px < side; ++px) {
            std::vector<Operation> role;
            std::uint32_t          a = 0, b = 0; // buffers in use
            auto const             shift = [&](MeshRing const& ring, std::uint32_t& buffer, bool left) {
                auto const& at = left ? mesh.a : mesh.b;
                Message     sent, received;
                sent.wavelets = received.wavelets = left ? words_a : words_b;
                sent.address                      = at[buffer];
                received.address                  = at[1 - buffer];
                ring.shift(ring.axis() == Axis::x ? px : py, sent, received, costs.stream(), role);
                buffer = 1 - buffer;
            };
            auto const along_x = alignment == Alignment::none ? Turns{0, true} : turns_of(y.index(py), side);
            auto const along_y = alignment != Alignment::both ? Turns{0, true} : turns_of(x.index(px), side);
            for (std::uint32_t i = 0; i < std::max(along_x.count, along_y.count); ++i) {
                if (i < along_x.count)
                    shift(along_x.backward ? x_back : x, a, true);
                if (i < along_y.count)
                    shift(along_y.backward ? y_back : y, b, false);
                role.push_back(costs.join(alignment == Alignment::both ? tasks_of_one_axis : tasks_of_an_alignment));
            }
            for (std::uint32_t i = 0; i < side; ++i) {
                role.push_back(step);
                work.kernel = static_cast<std::uint16_t>(1 + a + 2 * b);
                shift(x, a, true);
                shift(y, b, false);
                role.push_back(work);
                role.push_back(costs.join(tasks_of_a_step));
            }
            auto parts = std::vector<std::vector<Route> const*>{&x.routes(px), &y.routes(py)};
            if (alignment != Alignment::none)
                parts.push_back(&x_back.routes(px));
            if (alignment == Alignment::both)
                parts.push_back(&y_back.routes(py));
            add_pe(mesh.program, std::move(role), joined(parts));
        }
    return mesh;
}

MeshProgram map_mesh_scores(std::uint32_t side, MeshTile tile, configs::Parameters const& p)
{
    MeshProgram         mesh = empty(side, tile, "scores", p);
    MeshCosts const     costs{p};
    std::uint32_t const bits = costs.activation_bits();
    MeshRing const      y{Axis::y, side, 0, true}, x{Axis::x, side, 0, true}; // x: for its indices
    Color const         up = MeshRing::colors, down = up + 2;                 // chains; neighbours take turns
    require_colors(down + 2u, p);

    std::uint32_t const words = costs.wavelets(std::uint64_t{tile.k} * tile.n, bits),
                        sums  = costs.wavelets(std::uint64_t{tile.m} * tile.n, bits);
    for (std::uint32_t now = 0; now < 4; ++now) // which of two buffers B is in, and where the products go
        mesh.program.kernels.push_back({Kernel::matrix_matrix, now / 2 ? mesh.c : mesh.partial, mesh.a[0],
                                        mesh.b[now % 2], 0, tile.k, tile.m, tile.n});
    mesh.program.kernels.push_back({Kernel::clear, mesh.partial, 0, 0, 0, tile.m * tile.n});
    Operation const step  = costs.step();
    Operation       work  = costs.tile_product(tile.m, tile.k, tile.n);
    Operation       clear = costs.copy(1, tile.m * tile.n);
    clear.kernel          = 5;
    add(work, costs.moves(2ull * words));

    for (std::uint32_t py = 0; py < side; ++py)
        for (std::uint32_t px = 0; px < side; ++px) {
            std::vector<Operation> role;
            std::uint32_t          b     = 0;
            auto const             chain = [&](Stream kind, bool upwards, std::uint32_t address) {
                Message message;
                message.wavelets = sums;
                message.address  = address;
                message.combine  = Combine::add;
                Operation   op   = stream_operation(kind, message, costs.stream(), Axis::x);
                Color const line = upwards ? up : down;
                op.reduction     = true;
                op.source        = upwards ? -1 : 1;
                op.in            = static_cast<Color>(line + (upwards ? px + 1 : px + 1) % 2);
                op.out           = static_cast<Color>(line + px % 2);
                if (kind == Stream::send)
                    op.in = no_color;
                if (kind == Stream::receive)
                    op.out = no_color;
                role.push_back(op);
            };
            for (std::uint32_t i = 0; i < side; ++i) {
                std::uint32_t const root = x.position((side - i) % side); // of every row at the same time
                role.push_back(step);
                work.kernel = static_cast<std::uint16_t>(1 + b + (px == root ? 2 : 0));
                Message sent, received;
                sent.wavelets = received.wavelets = words;
                sent.address                      = mesh.b[b];
                received.address                  = mesh.b[1 - b];
                y.shift(py, sent, received, costs.stream(), role);
                b = 1 - b;
                role.push_back(work);
                if (px == root) {
                    if (px > 0)
                        chain(Stream::receive, true, mesh.c);
                    if (px + 1 < side)
                        chain(Stream::receive, false, mesh.c);
                } else {
                    bool const upwards = px < root, end = px == 0 || px + 1 == side;
                    chain(end ? Stream::send : Stream::receive_send, upwards, mesh.partial);
                }
                role.push_back(clear);
                role.push_back(costs.join(tasks_of_one_axis));
            }
            std::vector<Route> routes;
            auto const         own = static_cast<Color>(px % 2), next = static_cast<Color>((px + 1) % 2);
            if (px + 1 < side) {
                routes.push_back({static_cast<Color>(up + own), 0, Direction::ramp, bit(Direction::east)});
                routes.push_back({static_cast<Color>(down + next), 0, Direction::east, bit(Direction::ramp)});
            }
            if (px > 0) {
                routes.push_back({static_cast<Color>(down + own), 0, Direction::ramp, bit(Direction::west)});
                routes.push_back({static_cast<Color>(up + next), 0, Direction::west, bit(Direction::ramp)});
            }
            add_pe(mesh.program, std::move(role), joined({&y.routes(py), &routes}));
        }
    return mesh;
}

} // namespace scribeline::workloads
