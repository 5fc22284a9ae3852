// KV caches that leave a wafer and come back: written out to the host, and read in again, over the edges of all wafers
// that hold a part of them, all at the same time.
#pragma once

#include "configs/books.hpp"
#include "configs/units/quantity.hpp"
#include "models/tlm/bulk_server.hpp"
#include "workloads/decode_step.hpp"
#include "workloads/mapping/token_plan.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

struct KvMove {
    configs::Seconds time;      // until the last byte of the last wafer is there
    std::uint64_t    bytes = 0; // of all wafers
    configs::Books   books;     // bytes of the cache, bytes that crossed
};

// Bytes of a sequence of so many tokens on each wafer of a plan; layers with a window keep no more than its tokens.
std::vector<std::uint64_t> kv_of_wafers(workloads::DecodeStep const& step, workloads::TokenPlan const& plan,
                                        std::uint64_t tokens);

// From `at` on, over the edges of the wafers, which others may use as well. `out`: to the host.
KvMove move_kv(std::vector<std::uint64_t> const& bytes_of_wafers, bool out, std::vector<BulkServer*> const& edges,
               Picoseconds at = 0);

} // namespace scribeline::models
