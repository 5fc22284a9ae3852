// An all-reduce as what one GPU of the group does: rounds of transfers through the switch, and meetings of all.
//
//     start | meet, flags | transfer | meet, flags | transfer | meet, flags
//
// Bytes and waits are those of the table in all_reduce.hpp; what the transfers take is up to the switch.
#pragma once

#include "models/nvlink/all_reduce.hpp"
#include "models/tlm/bulk_server.hpp"

#include <vector>

namespace scribeline::models {

struct CollectiveRound {
    BulkRequest request;      // of one GPU; no bytes: flags alone
    Picoseconds least = 0;    // the threads that store take so long
    bool        meets = true; // then all wait for the slowest ...
    Picoseconds wait  = 0;    // ... and for flags or a step of the library
};

struct Collective {
    Picoseconds                  start = 0;
    std::vector<CollectiveRound> rounds;
};

// Of an all-reduce whose algorithm and start `form` has chosen (all_reduce(), library_all_reduce()); GPU `own` of the
// ports [first, first + gpus).
Collective collective_of(configs::NvlinkParams const&, AllReduceTime const& form, std::uint32_t first,
                         std::uint32_t gpus, std::uint32_t own, configs::Bytes bytes, std::uint32_t layer);

} // namespace scribeline::models
