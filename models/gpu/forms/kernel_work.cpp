#include "models/gpu/forms/kernel_work.hpp"

#include <algorithm>

namespace scribeline::models {

configs::Seconds Flight::latency_of(configs::Bytes piece) const
{
    return bytes.value() > 0 ? latency * ratio(piece, bytes) : configs::Seconds{};
}

KernelBytes KernelWork::bytes() const
{
    auto sum = KernelBytes{};
    for (auto const& phase : phases) {
        sum.weights += phase.bytes.weights;
        sum.kv += phase.bytes.kv;
        sum.vectors += phase.bytes.vectors;
        sum.kv_written += phase.bytes.kv_written;
        sum.vectors_written += phase.bytes.vectors_written;
    }
    return sum;
}

configs::Seconds time_alone(KernelPhase const& phase, configs::BytesPerSecond rate)
{
    auto const transfer = phase.bytes.total() / rate;
    auto const flight   = phase.flight.latency_of(phase.bytes.total());
    auto const memory   = phase.flight.refill == Refill::in_rounds ? transfer + flight : std::max(transfer, flight);
    return std::max(memory + phase.after, phase.arithmetic);
}

configs::Seconds time_alone(KernelWork const& work, configs::BytesPerSecond rate)
{
    auto sum = work.fixed + work.tail;
    for (auto const& phase : work.phases)
        sum += time_alone(phase, rate);
    return sum;
}

} // namespace scribeline::models
