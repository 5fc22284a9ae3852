// What a kernel asks of a GPU, apart from how long it takes there: time that its own arithmetic needs, bytes that it
// asks its memory for, and how many of them may be on their way at once.
//
//     fixed |--- phase 0: arithmetic ------|--- phase 1 ---| tail
//           |--- bytes ----------|- after -|
//
// The modules of a GPU ask its memory for the bytes and see when they come. time_alone() is the closed form of the same
// kernel on a memory that nobody else uses: docs/gpu.md, equations 1 to 4.
#pragma once

#include "configs/units/quantity.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::models {

// By what they are and which way they go.
struct KernelBytes {
    configs::Bytes weights{}, kv{}, vectors{}; // read
    configs::Bytes kv_written{}, vectors_written{};

    configs::Bytes total() const { return weights + kv + vectors + kv_written + vectors_written; }
};

// How buffers are filled again.
enum class Refill : std::uint8_t {
    in_rounds,   // of all at once, when what came in has been used: the latency stands beside the transfer (equation 1)
    as_it_drains // of each by itself: the latency bounds the rate only where it is longer than the transfer
};

// Bytes that may be on their way at once, and for how long a byte is on its way beside its transfer. No bytes: no
// bound.
struct Flight {
    configs::Bytes   bytes{};
    configs::Seconds latency{};
    Refill           refill = Refill::in_rounds;

    // Between the end of a piece's transfer and the next request, or from request to request.
    configs::Seconds latency_of(configs::Bytes piece) const;
};

// Ends when both its arithmetic and its bytes, with what stands after them, are over.
struct KernelPhase {
    KernelBytes      bytes{};
    Flight           flight{};
    configs::Seconds arithmetic{}; // tensor cores, lanes, shared memory, ports to L2: whichever is slowest
    configs::Seconds after{};
};

struct KernelWork {
    configs::Seconds         fixed{}; // launch
    std::vector<KernelPhase> phases;
    configs::Seconds         tail{}; // what no phase overlaps with

    KernelBytes bytes() const; // of all phases
};

// On a memory of that rate, with nobody else at it.
configs::Seconds time_alone(KernelPhase const&, configs::BytesPerSecond rate);
configs::Seconds time_alone(KernelWork const&, configs::BytesPerSecond rate);

} // namespace scribeline::models
