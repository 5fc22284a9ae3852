// What the fabric is given to run: color routes per tile, and per role the operations that its PEs execute in order.
//
// Positions are columns (x, growing east) and rows (y, growing south) of the region. A PE's number is y * columns + x.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace scribeline::workloads {

enum class Direction : std::uint8_t { north, east, south, west, ramp };
constexpr std::size_t direction_count = 5;

constexpr Direction opposite(Direction d)
{
    return d == Direction::ramp ? d : static_cast<Direction>((static_cast<unsigned>(d) + 2) % 4);
}
constexpr std::uint8_t bit(Direction d) { return static_cast<std::uint8_t>(1u << static_cast<unsigned>(d)); }

using Color                       = std::uint8_t;
constexpr std::size_t  max_colors = 32; // the tag of a wavelet has five bits
constexpr std::uint8_t no_color   = 0xff;

// One switch position of one color at one tile: where wavelets come from, and the set of ports that they leave by.
struct Route {
    Color        color    = 0;
    std::uint8_t position = 0; // of the color's switch; colors without a switch have position 0 alone
    Direction    in       = Direction::ramp;
    std::uint8_t outs     = 0; // bits of Direction

    friend bool operator==(Route const& a, Route const& b)
    {
        return a.color == b.color && a.position == b.position && a.in == b.in && a.outs == b.outs;
    }
};

enum class Stream : std::uint8_t {
    none,         // operands and result in SRAM
    send,         // SRAM -> fabric
    receive,      // fabric (with SRAM) -> SRAM
    receive_send, // fabric (with SRAM) -> fabric
};

// When does a streaming operation begin?
enum class Start : std::uint8_t {
    armed,      // set up as soon as the PE comes to it, and then waits for its first wavelet
    on_arrival, // its first wavelet activates the task that sets it up
};

// How a received element meets the one in SRAM.
enum class Combine : std::uint8_t { replace, add, max };

// What an operation computes when wavelets carry numbers. Addresses and lengths are in elements of the PE's SRAM.
enum class Kernel : std::uint8_t {
    nothing,
    matrix_vector,   // dst[0..m) = sum over k < n of b[k * m + j] * a[k]
    square_sum,      // dst[h] = scale * sum of squares of a[h * n .. + n); with m = 1 also dst[1] = scale * sum of a
    normalise,       // dst[h * n + i] = a[h * n + i] * b[h * n + i] / sqrt(c[h] + epsilon); m = 1: mean c[1] taken off
    rotate,          // pairs of a[h * n .. + n) turned by the angles (cosine, sine) in b
    scores,          // dst[h * m + j] = scale * sum over k < n of b[(h / rep * n + k) * m + j] * a[h * n + k]
    local_max,       // dst[h] = max of a[h * m .. + m) where the mask c is set
    exponentials,    // a[h * m + j] = exp(a[h * m + j] - b[h]), 0 where the mask c is not set; dst[h] = their sum
    weighted_values, // dst[h * n + k] = sum over j < m of b[(h / rep * m + j) * n + k] * a[h * m + j] / c[h]
    append_key,      // the new token's key into the cache dst[(h * n + k) * m + slot c[0]], if the slot is not negative
    append_value,    // the same for its value, dst[(h * m + slot) * n + k]
    gate,            // dst[0..n) = activation(a[0..n)) * b[0..n)
    activate,        // dst[0..n) = activation(a[0..n))
    accumulate,      // dst[0..n) += a[0..n)
    matrix_matrix,   // dst[j * m + i] += sum over k < n of a[k * m + i] * b[k * heads + j], i < m, j < heads
    clear,           // dst[0..n) = 0
    // Of a running state. Heads have n elements of keys and m of values here, and state[h][k][v] is at (h n + k) m + v.
    // Tables have `heads` numbers each, one behind the other: which head of keys, the rate of decay, what is added to
    // the control before; then what decay_rates made: the decay, and the strength of what is added.
    convolve,       // dst[0..m) = SiLU of the sum over n taps of b[t m + j] times what c keeps, the last a; c moves on
    place,          // dst[0..n) = 0, but dst[b[j]] = a[j] for j < m where b[j] is not negative
    key_squares,    // dst[o], dst[heads + o] = sums of squares of the query and the key (m heads on) of head b[o]
    norm_keys,      // those in a divided by the root of their sums in c; queries scaled as well
    decay_rates,    // the last two tables of c, from controls a; m = 1: strengths out of controls of their own
    decay_state,    // dst = state times decay
    multiply_state, // dst[h m + v] = sum over k of state a by keys or queries b
    subtract,       // dst[0..n) = a - b
    scale_heads,    // dst[h m + v] = a times strength
    add_to_state,   // state dst += keys a by values b
    group_squares,  // dst[0..m) = 0, but dst[b[h]] = scale times the sum of squares of a's n elements of head h
    gated_norm,     // a by the root of its group's sum (groups c[h], sums behind rep), by weights behind, by SiLU of b
};

// What the datapath does with the elements of an operation without a stream.
enum class Work : std::uint8_t { none, multiply, add, copy, scalar };

// One operation of a PE: a vector operation, a loop of scalar code, or a stream of wavelets.
struct Operation {
    Stream        stream     = Stream::none;
    Start         start      = Start::armed;
    Combine       combine    = Combine::replace;
    std::uint8_t  in         = no_color;
    std::uint8_t  out        = no_color;
    bool          control    = false; // its last wavelet advances the switches it passes
    bool          reduction  = false; // a stage of a reduction: its overhead is booked as such
    bool          last       = false; // the last operation of its operator
    bool          background = false; // a stream that a thread of its own serves; the PE goes on behind its set-up
    bool          joins      = false; // without a stream: begins when no thread of the PE is at work any more
    std::uint16_t op         = 0;     // which operator of the layer it belongs to
    std::uint16_t kernel     = 0;     // index into Program::kernels; 0: nothing
    std::uint32_t wavelets   = 0;     // streamed
    std::uint32_t dispatch   = 0;     // cycles of set-up and control code before the first element
    std::uint32_t arithmetic = 0;     // cycles of the elements, of an operation without a stream
    std::uint32_t sram       = 0;     // cycles more that they wait for the SRAM's ports
    std::uint32_t interval   = 8;     // eighths of a cycle from one wavelet of a stream to the next, at least
    std::uint32_t address    = 0;     // of a stream's SRAM operand or result
    std::int32_t  source     = 0;     // distance to the PE that the stream comes from, along x or y (see vertical);
                                      // 0: the root of its broadcast color
    bool          vertical = false;
    Work          work     = Work::none;
    std::uint32_t elements = 0; // that the datapath handles; of scalar code, iterations
};

// Cycles of an operation without a stream.
constexpr std::uint64_t length_of(Operation const& op) { return std::uint64_t{op.dispatch} + op.arithmetic + op.sram; }

inline bool operator==(Operation const& a, Operation const& b)
{
    auto const fields = [](Operation const& o) {
        return std::tie(o.stream, o.start, o.combine, o.in, o.out, o.control, o.reduction, o.last, o.background,
                        o.joins, o.op, o.kernel, o.wavelets, o.dispatch, o.arithmetic, o.sram, o.interval, o.address,
                        o.source, o.vertical, o.work, o.elements);
    };
    return fields(a) == fields(b);
}

struct KernelCall {
    Kernel        kernel = Kernel::nothing;
    std::uint32_t dst = 0, a = 0, b = 0, c = 0; // addresses
    std::uint32_t n = 0, m = 0, heads = 1, rep = 1;
    float         scale = 1, epsilon = 0;
};

enum class Element : std::uint8_t { fp16, fp32 }; // two elements in a wavelet, or one

// Part of what a PE does, `times` times over: the segments [first, last) of its role. Operators are numbered from
// `operators` on, beyond the number in the operation, and `stride` further each time.
struct Play {
    std::uint8_t  first = 0, last = 0;
    std::uint32_t times     = 1;
    std::uint16_t operators = 0, stride = 0;
};

struct OperatorName {
    std::string name, kind, collective;
};

struct Program {
    std::uint32_t columns = 0, rows = 0;
    Element       element = Element::fp16;

    std::vector<std::vector<Route>> route_classes; // distinct sets of routes
    std::vector<std::uint16_t>      route_class;   // [pe]

    std::vector<std::vector<Operation>> roles; // distinct lists of operations
    std::vector<std::uint16_t>          role;  // [pe]
    // Programs that repeat themselves: [role][segment] bounds of its segments, first 0, last the number of operations;
    // lists of plays, and [pe] which of them it runs. All empty: every PE runs its role once.
    std::vector<std::vector<std::uint32_t>> segments;
    std::vector<std::vector<Play>>          scripts;
    std::vector<std::uint8_t>               script;

    std::vector<std::uint64_t> start; // [pe]: cycle at which its program begins; empty: 0 everywhere

    // [color][position along its axis]: where a broadcast of that color comes from; empty for other colors.
    std::array<std::vector<std::uint32_t>, max_colors> broadcast_root;

    // [color][pe]: the PE that a stream of that color comes from, where it depends on more than the position along its
    // axis; empty for other colors.
    std::array<std::vector<std::uint32_t>, max_colors> sender;

    std::vector<OperatorName> operators;
    std::vector<KernelCall>   kernels{1};     // entry 0: nothing
    int                       activation = 0; // ModelShape's, for gate and activate

    // Payload: the SRAM of each PE, sram_elements numbers a PE, before the first cycle. Empty: no payload.
    std::uint32_t      sram_elements = 0;
    std::vector<float> sram;

    std::size_t pes() const { return std::size_t{columns} * rows; }
    std::size_t pe(std::uint32_t x, std::uint32_t y) const { return std::size_t{y} * columns + x; }
};

} // namespace scribeline::workloads
