#include "workloads/mapping/work_counts.hpp"

namespace scribeline::workloads {

WorkCounts& WorkCounts::operator+=(WorkCounts const& other)
{
    multiplies += other.multiplies;
    additions += other.additions;
    code_cycles += other.code_cycles;
    read += other.read;
    written += other.written;
    injected += other.injected;
    hops += other.hops;
    crossings += other.crossings;
    off_wafer += other.off_wafer;
    return *this;
}

WorkCounts operator*(WorkCounts counts, std::uint64_t times)
{
    counts.multiplies *= times;
    counts.additions *= times;
    counts.code_cycles *= times;
    counts.read *= times;
    counts.written *= times;
    counts.injected *= times;
    counts.hops *= times;
    counts.crossings *= times;
    counts.off_wafer *= times;
    return counts;
}

WorkCounts work_of(Operation const& op, std::uint32_t per_wavelet)
{
    WorkCounts counts;
    counts.code_cycles = op.dispatch;
    switch (op.work) {
    case Work::none:
        break;
    case Work::multiply: // reads the sum so far, beside the matrix, and writes it
        counts.multiplies = counts.read = counts.written = op.elements;
        break;
    case Work::add:
        counts.additions = counts.written = op.elements;
        counts.read                       = 2 * std::uint64_t{op.elements};
        break;
    case Work::copy:
        counts.read = counts.written = op.elements;
        break;
    case Work::scalar: // an element in and out, and code for it
        counts.code_cycles += op.arithmetic;
        counts.read = counts.written = op.elements;
        break;
    }
    std::uint64_t const streamed = std::uint64_t{op.wavelets} * per_wavelet;
    switch (op.stream) {
    case Stream::none:
        break;
    case Stream::send:
        counts.read += streamed;
        counts.injected = op.wavelets;
        break;
    case Stream::receive:
        counts.written += streamed;
        break;
    case Stream::receive_send:
        counts.injected = op.wavelets;
        break;
    }
    bool const receives = op.stream == Stream::receive || op.stream == Stream::receive_send;
    if (receives && op.combine != Combine::replace) { // with what stands in SRAM
        counts.read += streamed;
        counts.additions += streamed;
    }
    return counts;
}

} // namespace scribeline::workloads
