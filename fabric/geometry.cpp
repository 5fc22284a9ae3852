#include "fabric/geometry.hpp"

#include "configs/failure.hpp"
#include "configs/reticle_boundaries.hpp"

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

struct Axis {
    std::vector<std::uint32_t> cuts, reticle;
};

Axis cut(std::uint32_t origin, std::uint32_t region, std::uint32_t usable, std::uint32_t reticles)
{
    Axis          axis;
    std::uint32_t first = 0; // reticle that the region begins on
    for (std::uint32_t i = 0; i < reticles; ++i) {
        auto const begin = configs::reticle_boundary(i, usable, reticles);
        if (begin >= std::uint64_t{origin} + region)
            break;
        if (begin <= origin) {
            first = i;
            axis.cuts.assign(1, 0);
        } else {
            axis.cuts.push_back(static_cast<std::uint32_t>(begin - origin));
        }
    }
    axis.cuts.push_back(region);
    axis.reticle.resize(region);
    for (std::uint32_t i = 0; i + 1 < axis.cuts.size(); ++i)
        for (std::uint32_t x = axis.cuts[i]; x < axis.cuts[i + 1]; ++x)
            axis.reticle[x] = first + i;
    return axis;
}

} // namespace

Geometry::Geometry(configs::WaferParams const& wafer, configs::GridSize region, Origin origin)
    : columns_{region.columns}, rows_{region.rows}, reticle_columns_{wafer.reticle_columns}
{
    if (columns_ == 0 || rows_ == 0 || std::uint64_t{origin.x} + columns_ > wafer.columns ||
        std::uint64_t{origin.y} + rows_ > wafer.rows)
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format("mapping.region = {}x{}: does not fit on the wafer's usable grid of {}x{} PEs. Choose at most "
                        "--region {}x{}.",
                        columns_, rows_, wafer.columns, wafer.rows, wafer.columns, wafer.rows)};
    auto x  = cut(origin.x, columns_, wafer.columns, wafer.reticle_columns);
    auto y  = cut(origin.y, rows_, wafer.rows, wafer.reticle_rows);
    cuts_x_ = std::move(x.cuts);
    cuts_y_ = std::move(y.cuts);
    column_ = std::move(x.reticle);
    row_    = std::move(y.reticle);
}

Block Geometry::block(std::uint32_t grid_x, std::uint32_t grid_y) const
{
    return Block{cuts_x_[grid_x], cuts_x_[grid_x + 1], cuts_y_[grid_y], cuts_y_[grid_y + 1], grid_x, grid_y};
}

std::uint32_t Geometry::reticle_of(std::uint32_t x, std::uint32_t y) const
{
    return row_[y] * reticle_columns_ + column_[x];
}

} // namespace scribeline::fabric
