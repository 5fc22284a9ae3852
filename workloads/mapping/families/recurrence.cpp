// A running state: elements of values along y, each head in a segment of rows of its own, and elements of keys along x.
// A PE keeps the part of its rows' states that its column's keys have.
//
//     state_in      hidden along x in; values, gates and a share of all queries and keys along y out
//     convolution   along y, where they are; then queries and keys turn to x: every column has its elements of all
//     heads state_...     products of column by row, with the state between them; sums over keys run along x state_out
//     values along y in, hidden along x out
//
// Sums of a head's norm travel along the whole column, each in a place of its own.
#include "workloads/mapping/families/family.hpp"

#include <algorithm>
#include <cmath>

namespace scribeline::workloads {

namespace {

// Heads of keys that the values of a row belong to, in the row that has most.
std::uint32_t most_key_heads(Recurrence const& r, std::uint32_t heads_of_a_row)
{
    auto const    share = r.value_heads / r.key_heads;
    std::uint32_t most  = 0;
    for (std::uint32_t first = 0; first < r.value_heads; first += heads_of_a_row) {
        auto const last = std::min(first + heads_of_a_row, r.value_heads) - 1;
        most            = std::max(most, last / share - first / share + 1);
    }
    return most;
}

void lay(LayerLayout& l, DecodeStep const& step, LayerStep const& layer)
{
    auto const& r   = step.shape.recurrence;
    auto&       s   = l.state;
    s.heads_per_row = ceil_div(r.value_heads, l.rows);
    s.segments      = ceil_div(r.value_heads, s.heads_per_row);
    s.segment       = l.rows / s.segments;
    s.head          = ceil_div(r.value_dim, s.segment);
    s.gates         = static_cast<std::uint32_t>(r.gates() / r.value_width()) * s.values();
    s.controls      = s.heads_per_row * r.controls;
    s.key_rows      = r.rule == StateRule::none ? 0 : ceil_div(2 * r.key_width(), l.rows);
    s.keys          = r.rule == StateRule::none ? 0 : ceil_div(r.key_dim, l.columns);
    s.key_heads     = r.key_heads;
    s.own_keys      = r.rule == StateRule::none ? 0 : most_key_heads(r, s.heads_per_row);
    s.recalls       = r.rule == StateRule::delta;
    s.taps          = r.taps;
    s.norm_groups   = r.norm_groups;
    s.decay_rows    = ceil_div(r.decay_rank, l.rows);
    s.gate_rows     = ceil_div(r.gate_rank, l.rows);
    s.gate_columns  = ceil_div(r.gate_rank, l.columns);
    s.state_bits    = r.state_bits;
    if (l.mixer == Mixer::recurrence)
        l.tokens = l.attended = 0; // no cache
    else
        mapped_attention().lay(l, step, layer);
}

std::uint64_t weights(LayerLayout const& l)
{
    auto const& s = l.state;
    return padded(std::uint64_t{l.hidden} * s.inputs()) + padded(std::uint64_t{s.taps} * s.mixed()) +
           padded(std::uint64_t{l.hidden} * s.decay_rows) + padded(std::uint64_t{s.decay_rows} * s.key_heads * s.keys) +
           padded(std::uint64_t{l.hidden} * s.gate_rows) + padded(std::uint64_t{s.gate_columns} * s.values()) +
           padded(std::uint64_t{s.values()} * l.hidden);
}

std::uint64_t no_cache(LayerLayout const&, std::uint64_t) { return 0; }

double state_bytes(LayerLayout const& l, double activation_bytes)
{
    auto const& s = l.state;
    return l.caches *
           (static_cast<double>(padded(std::uint64_t{s.values()} * s.keys)) * s.state_bits / 8 +
            static_cast<double>(padded(std::uint64_t{std::max(1U, s.taps) - 1} * s.mixed())) * activation_bytes);
}

// What comes in, queries and keys along x, values on their way, and sums.
std::uint64_t vectors(LayerLayout const& l)
{
    std::uint64_t const b = l.batch;
    auto const&         s = l.state;
    return padded(b * s.inputs()) + padded(b * 2 * s.key_heads * s.keys) + 2 * padded(b * s.values()) +
           padded(b * std::max(s.norm_groups, 2 * s.own_keys)) + padded(b * (s.decay_rows + s.gate_rows));
}

// Elements of queries and keys, all heads of them, from rows to columns.
void turn_keys(StepWriter& w)
{
    auto const& s = w.layout.state;
    if (s.keys == 0)
        return;
    auto const n = 2 * s.key_heads * s.keys;
    w.run(w.costs.copy(w.batch * n),
          {Kernel::place, w.at.keys_x, w.at.inputs + s.values(), w.at.turn_to, 0, n, s.key_rows});
    w.all_reduce(Line::column, w.at.keys_x, w.batch * n, Combine::add);
}

// Values first, then queries and keys: what the convolution mixes is one vector.
void state_in(StepWriter& w)
{
    auto const&         s     = w.layout.state;
    auto const          n     = w.layout.hidden;
    std::uint32_t const input = w.shape.pre_norms ? w.at.normed : w.at.hidden;
    KernelCall const    call{Kernel::matrix_vector, w.at.inputs, input, w.at.w_inputs, 0, n, s.inputs()};
    w.multiply(n, s.values(), call);
    for (auto const m : {s.key_rows, s.gates, s.controls, s.decay_rows, s.gate_rows})
        if (m > 0)
            w.multiply(n, m);
    w.all_reduce(Line::row, w.at.inputs, w.batch * (s.inputs() + s.decay_rows + s.gate_rows), Combine::add);
    if (s.taps < 2) {
        w.run(w.costs.scalar(w.batch * s.mixed()));
        turn_keys(w);
    }
}

// The decay of every element of a key: along y in, along x out. The gate: turned first, along x in, along y out.
void state_rates(StepWriter& w)
{
    auto const& s = w.layout.state;
    if (s.decay_rows > 0) {
        w.multiply(s.decay_rows, s.key_heads * s.keys);
        w.all_reduce(Line::column, w.at.out, w.batch * s.key_heads * s.keys, Combine::add);
    }
    if (s.gate_rows > 0) {
        w.turn(s.gate_columns, Line::column);
        w.multiply(s.gate_columns, s.values());
        w.all_reduce(Line::row, w.at.out, w.batch * s.values(), Combine::add);
    }
}

// Where it is all there is, a gate before and one behind it; otherwise an activation.
void convolution(StepWriter& w)
{
    auto const& s = w.layout.state;
    if (s.keys == 0)
        w.run(w.costs.add(w.batch * s.values()));
    w.run(w.costs.multiply_accumulate(w.batch * s.taps, s.mixed()));
    if (s.keys == 0)
        w.run(w.costs.add(w.batch * s.values()));
    else
        w.run(w.costs.scalar(w.batch * s.mixed()),
              {Kernel::convolve, w.at.inputs, w.at.inputs, w.at.w_taps, w.at.recent, s.taps, s.mixed()});
    turn_keys(w);
}

// Of the heads that a row's values belong to.
void state_key_norm(StepWriter& w)
{
    auto const& s = w.layout.state;
    KernelCall  square{Kernel::key_squares, w.at.key_sums, w.at.keys_x, w.at.own_heads, 0, s.keys,
                      s.key_heads,         s.own_keys};
    w.run(w.costs.scalar(w.batch * 2 * s.own_keys * s.keys), square);
    w.all_reduce(Line::row, w.at.key_sums, w.batch * 2 * s.own_keys, Combine::add);
    KernelCall scale{Kernel::norm_keys, w.at.keys_x, w.at.keys_x, w.at.own_heads,
                     w.at.key_sums,     s.keys,      s.key_heads, s.own_keys};
    scale.epsilon = 1e-6f; // of the reference kernels
    scale.scale   = static_cast<float>(1 / std::sqrt(static_cast<double>(w.shape.recurrence.key_dim)));
    w.run(w.costs.scalar(w.batch * 2 * s.own_keys * s.keys), scale);
}

// A pass over the state: a vector operation over a head's values for each element of its key.
void pass(StepWriter& w, Kernel kernel, std::uint32_t dst, std::uint32_t a, std::uint32_t b)
{
    auto const& s = w.layout.state;
    w.run(w.costs.multiply_accumulate(w.batch * s.heads_per_row * s.keys, s.head),
          {kernel, dst, a, b, w.at.tables, s.keys, s.head, s.heads_per_row});
}

std::uint32_t queries(StepWriter const& w) { return w.at.keys_x; }
std::uint32_t keys(StepWriter const& w) { return w.at.keys_x + w.layout.state.key_heads * w.layout.state.keys; }

// How fast each head forgets: an exponential.
void decay(StepWriter& w)
{
    auto const& s        = w.layout.state;
    auto const  controls = w.at.inputs + s.mixed() + s.gates;
    w.run(w.costs.scalar(w.batch * s.heads_per_row),
          {Kernel::decay_rates, 0, controls, 0, w.at.tables, 0, s.recalls ? 1u : 0u, s.heads_per_row});
    pass(w, Kernel::decay_state, w.at.state, w.at.state, 0);
}

void state_recall(StepWriter& w)
{
    decay(w);
    pass(w, Kernel::multiply_state, w.at.recalled, w.at.state, keys(w));
    w.all_reduce(Line::row, w.at.recalled, w.batch * w.layout.state.values(), Combine::add);
}

// What is new of the values, and its strength.
void state_update(StepWriter& w)
{
    auto const& s        = w.layout.state;
    auto const  strength = [&](std::uint32_t from) {
        return KernelCall{Kernel::scale_heads, w.at.recalled, from, 0, w.at.tables, 0, s.head, s.heads_per_row};
    };
    if (s.recalls) {
        w.run(w.costs.add(w.batch * s.values()),
              {Kernel::subtract, w.at.recalled, w.at.inputs, w.at.recalled, 0, s.values()});
        w.run(w.costs.add(w.batch * s.values()), strength(w.at.recalled));
    } else {
        decay(w);
        w.run(w.costs.add(w.batch * s.values()), strength(w.at.inputs));
    }
    pass(w, Kernel::add_to_state, w.at.state, keys(w), w.at.recalled);
}

void state_read(StepWriter& w)
{
    pass(w, Kernel::multiply_state, w.at.read, w.at.state, queries(w));
    w.all_reduce(Line::row, w.at.read, w.batch * w.layout.state.values(), Combine::add);
}

void state_norm(StepWriter& w)
{
    auto const& s = w.layout.state;
    if (s.norm_groups > 0) {
        KernelCall square{Kernel::group_squares, w.at.group_sums, w.at.read, w.at.group_of, 0, s.head,
                          s.norm_groups,         s.heads_per_row};
        square.scale = static_cast<float>(s.norm_groups / static_cast<double>(w.shape.recurrence.value_width()));
        w.run(w.costs.scalar(w.batch * s.values()), square);
        w.all_reduce(Line::column, w.at.group_sums, w.batch * s.norm_groups, Combine::add);
        w.run(w.costs.scalar(w.batch * s.values()));
    }
    KernelCall norm{Kernel::gated_norm, w.at.read,       w.at.read,      w.at.inputs + s.mixed(), w.at.group_of, s.head,
                    w.at.w_norm,        s.heads_per_row, w.at.group_sums};
    norm.epsilon = static_cast<float>(w.shape.norm_epsilon);
    if (s.gates > 0 || s.gate_rows > 0)
        w.run(w.costs.scalar(2 * w.batch * s.values()), norm);
}

void state_out(StepWriter& w)
{
    w.product(w.at.read, w.layout.state.values(), w.at.w_out, w.at.out, w.layout.hidden, Line::column);
}

void state_sum(StepWriter& w) { w.run(w.costs.add(w.layout.vector())); }

// A prompt: within a chunk of tokens as attention does, without a softmax; what stands before the chunk is in the
// state. The delta rule solves for what each token adds beside those before it in the chunk, as many products again.

Recurrence const& of(PrefillForms const& f) { return f.shape.recurrence; }

HeadsLayout heads_of_state(PrefillForms const& f)
{
    auto const& r      = of(f);
    auto        h      = HeadsLayout{};
    auto const  across = f.layout.region.columns;
    h.heads_per_column = ceil_div(r.value_heads, across);
    h.segment          = across / ceil_div(r.value_heads, h.heads_per_column);
    h.share            = 1;
    h.key              = ceil_div(r.key_dim, h.segment);
    h.value            = ceil_div(r.value_dim, h.segment);
    return h;
}

void prefill_state_in(PrefillForms& f)
{
    f.through(f.shape.hidden, static_cast<std::uint32_t>(of(f).inputs() + of(f).decay_rank + of(f).gate_rank));
}

void prefill_state_rates(PrefillForms& f)
{
    if (of(f).decay_rank != 0)
        f.through(of(f).decay_rank, static_cast<std::uint32_t>(of(f).key_width()));
    if (of(f).gate_rank != 0)
        f.through(of(f).gate_rank, static_cast<std::uint32_t>(of(f).value_width()));
}

std::uint32_t of_a_column(PrefillForms const& f, std::uint64_t elements)
{
    return ceil_div(elements, f.layout.region.columns);
}

// Tokens lie along y: those of the row before come over the border.
void prefill_convolution(PrefillForms& f)
{
    auto const n = of_a_column(f, of(f).mixed());
    f.once() += f.vectors(std::uint64_t{2} * of(f).taps * n, f.layout.tokens) +
                MeshForms::of(f.costs().scalar(std::uint64_t{n} * f.layout.tokens)) +
                f.mesh().alignment(f.costs().wavelets(std::uint64_t{of(f).taps - 1} * n, 16), 0, 2);
}

void prefill_state_key_norm(PrefillForms& f)
{
    auto const h = heads_of_state(f);
    f.once() += f.norm(2 * h.heads_per_column * h.key, h.segment, 2 * h.heads_per_column);
}

// The keys of a chunk with one another, and the triangle of them solved for the values.
void prefill_state_recall(PrefillForms& f)
{
    auto const h = heads_of_state(f);
    f.once() += f.attend_scores(h) + f.weigh_values(h) + f.weigh_values(h);
}

// Keys by values over the tokens of the chunk, onto a state that is decayed once.
void prefill_state_update(PrefillForms& f)
{
    auto const h = heads_of_state(f);
    f.once() += f.weigh_values(h) + f.vectors(std::uint64_t{h.heads_per_column} * h.value, of(f).key_dim);
}

// Queries with the keys of the chunk, their sum of its values, and what the state before it gives.
void prefill_state_read(PrefillForms& f)
{
    auto const h = heads_of_state(f);
    f.once() += f.attend_scores(h) + f.weigh_values(h) * 2;
}

void prefill_state_norm(PrefillForms& f)
{
    auto const n = of_a_column(f, of(f).value_width());
    if (of(f).norm_groups > 0)
        f.once() += f.norm(n, f.layout.region.columns, of(f).norm_groups);
    f.once() += MeshForms::of(f.costs().scalar(std::uint64_t{n} * f.layout.tokens));
}

void prefill_state_out(PrefillForms& f) { f.through(static_cast<std::uint32_t>(of(f).value_width()), f.shape.hidden); }

void prefill_state_sum(PrefillForms& f) { f.once() += f.vectors(1, f.layout.tokens * f.layout.hidden); }

std::vector<StepRow> steps()
{
    return {{OperatorId::state_in, &state_in},         {OperatorId::state_rates, &state_rates},
            {OperatorId::convolution, &convolution},   {OperatorId::state_key_norm, &state_key_norm},
            {OperatorId::state_recall, &state_recall}, {OperatorId::state_update, &state_update},
            {OperatorId::state_read, &state_read},     {OperatorId::state_norm, &state_norm},
            {OperatorId::state_out, &state_out},       {OperatorId::state_sum, &state_sum}};
}

std::vector<PrefillRow> prefill()
{
    return {{OperatorId::state_in, &prefill_state_in},         {OperatorId::state_rates, &prefill_state_rates},
            {OperatorId::convolution, &prefill_convolution},   {OperatorId::state_key_norm, &prefill_state_key_norm},
            {OperatorId::state_recall, &prefill_state_recall}, {OperatorId::state_update, &prefill_state_update},
            {OperatorId::state_read, &prefill_state_read},     {OperatorId::state_norm, &prefill_state_norm},
            {OperatorId::state_out, &prefill_state_out},       {OperatorId::state_sum, &prefill_state_sum}};
}

template <class Row> std::vector<Row> joined(std::vector<Row> a, std::vector<Row> const& b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

} // namespace

MappedMixer const& mapped_recurrence()
{
    static auto const made =
        MappedMixer{Mixer::recurrence, &lay, &weights, &no_cache, &state_bytes, &vectors, steps(), prefill()};
    return made;
}

// Side by side on the same region, one after the other.
MappedMixer const& mapped_attention_and_recurrence()
{
    static auto const made =
        MappedMixer{Mixer::attention_and_recurrence,
                    &lay,
                    [](LayerLayout const& l) { return mapped_attention().weights(l) + weights(l); },
                    [](LayerLayout const& l, std::uint64_t tokens) { return mapped_attention().cache(l, tokens); },
                    &state_bytes,
                    [](LayerLayout const& l) { return mapped_attention().vectors(l) + vectors(l); },
                    joined(steps(), mapped_attention().steps),
                    joined(prefill(), mapped_attention().prefill)};
    return made;
}

} // namespace scribeline::workloads
