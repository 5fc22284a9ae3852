// What the benchmarks run: decoder layers as the mapper writes them.
#pragma once

#include "configs/parameters.hpp"
#include "configs/schema/resolve.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/decode_layer.hpp"

#include <cstdint>

namespace scribeline::bench {

// A WSE-2 that works on 16-bit numbers, and a region of side x side PEs.
inline configs::Parameters wse2(std::uint32_t side, std::uint32_t context)
{
    auto parameters                     = configs::machine_parameters("wse2");
    parameters.mapping.region           = {side, side};
    parameters.workload.context         = context;
    parameters.workload.activation_bits = 16;
    return parameters;
}

// One layer of Llama-3-8B, as `scribeline run --model llama-3-8b` simulates it.
inline workloads::LayerProgram layer_of_8b(configs::Parameters const& parameters)
{
    return workloads::map_decode_layer(workloads::decode_step(workloads::read_model("llama-3-8b"), parameters.workload),
                                       parameters);
}

// A layer that gives each of 64x64 PEs what the layer of Llama-3-8B gives each of 420x420: 10 elements of the hidden
// vector, 10 tokens of the context, 4 query heads to one of keys and values with 10 elements in a row, 35 of the
// feed-forward. Streams are as long, and operations as many a PE; only the distances are shorter.
inline workloads::LayerProgram small_layer(configs::Parameters const& parameters)
{
    auto shape     = workloads::read_model("llama-3-8b");
    shape.hidden   = 640;
    shape.head_dim = 80;
    shape.ffn      = 35 * 64;
    return workloads::map_decode_layer(workloads::decode_step(shape, parameters.workload), parameters);
}

// `x` by `y` regions with a program each, beside one another, which do it one after another: as the layers of a model
// that stand on one wafer. Region i begins at cycle i * `apart`; the token's way between them is left out.
inline workloads::Program side_by_side(workloads::Program const& one, std::uint32_t x, std::uint32_t y,
                                       std::uint64_t apart)
{
    auto all    = one;
    all.columns = one.columns * x;
    all.rows    = one.rows * y;
    all.role.resize(all.pes());
    all.route_class.resize(all.pes());
    all.start.resize(all.pes());
    for (std::uint32_t row = 0; row < all.rows; ++row)
        for (std::uint32_t column = 0; column < all.columns; ++column) {
            auto const pe       = all.pe(column, row);
            auto const from     = one.pe(column % one.columns, row % one.rows);
            all.role[pe]        = one.role[from];
            all.route_class[pe] = one.route_class[from];
            all.start[pe]       = (row / one.rows * std::uint64_t{x} + column / one.columns) * apart;
        }
    for (auto& roots : all.broadcast_root) {
        auto const before = roots;
        roots.resize(before.size() * (before.size() == one.columns ? x : y));
        for (std::size_t i = 0; i < roots.size(); ++i)
            roots[i] = static_cast<std::uint32_t>(before[i % before.size()] + i / before.size() * before.size());
    }
    return all;
}

// The same operations over and over: `times` layers, one after another.
inline workloads::Program repeated(workloads::Program program, std::uint32_t times)
{
    for (auto& role : program.roles) {
        auto const once = role;
        for (std::uint32_t i = 1; i < times; ++i)
            role.insert(role.end(), once.begin(), once.end());
    }
    return program;
}

} // namespace scribeline::bench
