#include "models/serving/step_law.hpp"

#include "configs/failure.hpp"
#include "configs/units/whole.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace scribeline::models {

namespace {

constexpr std::uint64_t first_context = 64, first_prompt = 128;
constexpr std::uint64_t smallest_own = 16; // tokens: below, a prompt's attention to itself is that of so many
constexpr std::uint64_t first_rung   = 512;
constexpr std::size_t   most_samples = 16;

double as_double(std::uint64_t count) { return static_cast<double>(count); }

} // namespace

StepLaw::StepLaw(Machine& machine, LawLimits const& limits) : machine_{machine}, limits_{limits}
{
    rungs_.push_back(0);
    for (auto before = first_rung; before < limits_.tokens; before *= 2)
        rungs_.push_back(before);
    rungs_.push_back(limits_.tokens);
    behind_.resize(rungs_.size());

    auto const one      = ask({{{1, 1}}, {}, {}});
    pipelined_          = one.steps_in_flight > 1;
    auto const prompt   = ask({{}, {}, {{0, std::min<std::uint64_t>(limits_.step_tokens, 128), 1}}});
    prompts_give_token_ = prompt.gives_token;
    if (pipelined_ && prompt.latency > prompt.interval)
        lag_share_ = 1 - ratio(prompt.interval, prompt.latency);
}

StepReport StepLaw::ask(StepWork const& work)
{
    ++evaluations_;
    auto report = machine_.step(work);
    report.books.require_balanced();
    fidelity_       = report.evidence.fidelity;
    report.latency  = report.latency * limits_.scale;
    report.interval = report.interval * limits_.scale;
    return report;
}

// All n have a new token when it is over. A pipeline has several steps under way, each of other sequences: it takes the
// batch in as many parts, one behind another.
Ticks StepLaw::ask_round(std::uint64_t n, std::uint64_t context)
{
    // Sequences that share a prefix attend to more than a pool holds, which no machine is asked: in a straight line.
    if (auto const most = std::max<std::uint64_t>(limits_.tokens / n, 2); context > most) {
        auto const half = most / 2;
        auto const high = ask_round(n, most), low = ask_round(n, half);
        return high +
               static_cast<Ticks>(static_cast<double>(high - low) * as_double(context - most) / as_double(most - half));
    }
    if (!pipelined_ && (n == 1 || batches_fit_)) {
        try {
            return ticks_of(ask({{{context, n}}, {}, {}}).latency);
        } catch (configs::UserError const&) { // what was planned holds them one at a time
            if (n == 1)
                throw;
            batches_fit_ = false;
        }
    }
    auto const one   = ask({{{context, 1}}, {}, {}});
    auto const parts = std::min(n, one.steps_in_flight);
    auto const each  = configs::ceil_divide(n, parts);
    if (each > 1 && batches_fit_) {
        try {
            auto const part = ask({{{context, each}}, {}, {}});
            return ticks_of(std::max(part.latency, part.interval * as_double(parts)));
        } catch (configs::UserError const&) {
            batches_fit_ = false;
        }
    }
    return ticks_of(std::max(one.latency, one.interval * as_double(n)));
}

StepLaw::DecodePiece const& StepLaw::piece_of(std::uint64_t n, std::uint64_t attended)
{
    if (pieces_.size() <= n) {
        pieces_.resize(n + 1);
        decode_.resize(n + 1);
    }
    auto& known = pieces_[n];
    for (auto i = known.size(); i-- > 0;)
        if (known[i].holds(attended))
            return known[i];
    auto& curve = decode_[n];
    if (curve == nullptr)
        curve = std::make_unique<LearnedCurve>(
            [this, n](std::uint64_t context) {
                auto const time = static_cast<double>(ask_round(n, context));
                return LearnedCurve::Known{time, time};
            },
            std::max<std::uint64_t>(limits_.tokens, 2), limits_.tolerance, first_context,
            LearnedCurve::Pieces::doubling);
    auto const& straight = curve->piece_of(configs::ceil_divide(attended, n));
    auto        piece    = DecodePiece{};
    piece.from           = straight.from * n;
    piece.first          = piece.from + (straight.from > 1 ? 1 : 0); // between two pieces: the lower one
    piece.to             = straight.to * n;
    piece.at_from        = static_cast<Ticks>(std::llround(straight.at_from));
    if (straight.to > straight.from)
        piece.slope =
            static_cast<Ticks>(std::llround((straight.at_to - straight.at_from) / as_double(piece.to - piece.from)));
    known.push_back(piece);
    return known.back();
}

Ticks StepLaw::decode(std::uint64_t n, std::uint64_t attended)
{
    SCRIBELINE_EXPECT(n > 0 && attended >= n);
    sample(n, attended, {});
    return piece_of(n, attended).at(attended);
}

namespace {

Ticks sum_of_line(Ticks first, Ticks slope, Ticks count) { return count * first + slope * (count * (count - 1) / 2); }

// Of `count` values first, first + slope, .., each raised to `least`.
Ticks raised_sum(Ticks first, Ticks slope, Ticks count, Ticks least)
{
    auto const last = first + slope * (count - 1);
    if (std::min(first, last) >= least)
        return sum_of_line(first, slope, count);
    if (std::max(first, last) <= least)
        return count * least;
    if (slope > 0) { // the first so many are below
        auto const below = std::min(count, (least - first + slope - 1) / slope);
        return below * least + sum_of_line(first + slope * below, slope, count - below);
    }
    auto const above = std::min(count, (first - least) / -slope + 1);
    return sum_of_line(first, slope, above) + (count - above) * least;
}

} // namespace

Ticks StepLaw::decode_run(std::uint64_t n, std::uint64_t attended, std::uint64_t steps, Ticks least)
{
    sample(n, attended, {});
    auto sum = Ticks{0};
    while (steps > 0) {
        auto const& piece = piece_of(n, attended);
        // Steps whose contexts lie on this piece.
        auto const count = static_cast<Ticks>(std::min<std::uint64_t>(steps, (piece.to - attended) / n + 1));
        auto const first = piece.at(attended);
        sum += raised_sum(first, piece.slope * static_cast<Ticks>(n), count, least);
        attended += n * static_cast<std::uint64_t>(count);
        steps -= static_cast<std::uint64_t>(count);
    }
    return sum;
}

double StepLaw::alone(std::vector<PrefillGroup> prompts)
{
    auto const report = ask({{}, {}, std::move(prompts)});
    return (pipelined_ ? report.interval : report.latency).value();
}

// A prompt in an empty cache, which several terms ask for.
double StepLaw::whole_prompt(std::uint64_t tokens)
{
    auto const found = whole_prompts_.find(tokens);
    return found != whole_prompts_.end() ? found->second
                                         : whole_prompts_.emplace(tokens, alone({{0, tokens, 1}})).first->second;
}

double StepLaw::prompt(std::uint64_t tokens)
{
    if (prompts_ == nullptr)
        prompts_ = std::make_unique<LearnedCurve>(
            [this](std::uint64_t count) {
                auto const time = whole_prompt(count);
                return LearnedCurve::Known{time, time};
            },
            limits_.step_tokens, limits_.tolerance, first_prompt, LearnedCurve::Pieces::alike);
    return prompts_->at(tokens);
}

// What the tokens of a rung cost a prompt behind them.
double StepLaw::behind(std::size_t rung, std::uint64_t tokens)
{
    auto& curve = behind_.at(rung);
    if (curve == nullptr) {
        auto const before = rungs_[rung];
        curve             = std::make_unique<LearnedCurve>(
            [this, before](std::uint64_t count) {
                auto const whole = alone({{before, count, 1}});
                return LearnedCurve::Known{whole - whole_prompt(count), whole};
            },
            limits_.step_tokens, limits_.tolerance, first_prompt, LearnedCurve::Pieces::doubling);
    }
    return curve->at(tokens);
}

// Two prompts side by side have the rows of one that is as long as both, and attend to less: Q(a) + Q(b) - Q(a + b) is
// known for any two, and Q of anything follows from that of its binary digits. A share of Q that is in proportion to
// its tokens cannot be told from products, and need not be: it cancels.
double StepLaw::known_own_attention(std::uint64_t tokens)
{
    auto const count = std::max(tokens, smallest_own);
    if (auto const found = own_.find(count); found != own_.end())
        return found->second;
    auto digit = smallest_own;
    while (2 * digit < count)
        digit *= 2;
    auto const rest  = count == smallest_own ? digit : count - digit;
    auto const saved = alone({{0, digit, 1}, {0, rest, 1}}) - whole_prompt(digit + rest);
    auto const own =
        count == smallest_own ? std::max(saved, 0.0) : known_own_attention(digit) + known_own_attention(rest) - saved;
    return own_.emplace(count, own).first->second;
}

double StepLaw::own_attention(std::uint64_t tokens)
{
    if (own_curve_ == nullptr)
        own_curve_ = std::make_unique<LearnedCurve>(
            [this](std::uint64_t count) {
                return LearnedCurve::Known{known_own_attention(count), prompt(count)};
            },
            limits_.step_tokens, limits_.tolerance, first_prompt, LearnedCurve::Pieces::doubling);
    return own_curve_->at(tokens);
}

double StepLaw::products(std::uint64_t rows) { return rows == 0 ? 0 : prompt(rows) - own_attention(rows); }

double StepLaw::attention_before(Chunk const& chunk)
{
    if (chunk.before == 0)
        return 0;
    auto above = std::size_t{1};
    while (above + 1 < rungs_.size() && rungs_[above] < chunk.before)
        ++above;
    auto const low   = above == 1 ? 0 : behind(above - 1, chunk.tokens);
    auto const high  = behind(above, chunk.tokens);
    auto const share = as_double(chunk.before - rungs_[above - 1]) / as_double(rungs_[above] - rungs_[above - 1]);
    return low + (high - low) * share;
}

StepTime StepLaw::mixed(std::uint64_t n, std::uint64_t attended, std::vector<Chunk> const& chunks)
{
    SCRIBELINE_EXPECT(!chunks.empty());
    sample(n, attended, chunks);
    auto rows        = n;
    auto time        = 0.0;
    auto behind_each = std::vector<Ticks>{};
    for (auto const& chunk : chunks) {
        auto const before = attention_before(chunk);
        rows += chunk.tokens;
        time += own_attention(chunk.tokens) + before;
        behind_each.push_back(ticks_of(configs::Seconds{std::max(before, 0.0)}));
    }
    time += products(rows) - products(n);
    auto const decoding = n > 0 ? piece_of(n, attended).at(attended) : 0;
    auto const duration = decoding + ticks_of(configs::Seconds{std::max(time, 0.0)});
    auto const lag      = lag_share_ > 0 ? ticks_of(configs::Seconds{time * lag_share_ / (1 - lag_share_)}) : 0;
    return {duration, lag, decoding, std::move(behind_each)};
}

// Steps number 1, 2, 3, 5, 8, 12, .. : spread over the run, few, and the same in every run.
void StepLaw::sample(std::uint64_t n, std::uint64_t attended, std::vector<Chunk> const& chunks)
{
    ++asked_;
    if (samples_.size() < 2 * most_samples && asked_ * 2 >= (3ULL << (samples_.size() / 2)))
        samples_.push_back({n, attended, chunks});
}

double StepLaw::exact(Shape const& shape)
{
    auto work = StepWork{};
    if (shape.n > 0)
        work.decode.push_back({configs::ceil_divide(shape.attended, shape.n), shape.n});
    for (auto const& chunk : shape.chunks)
        work.prefill.push_back({chunk.before, chunk.tokens, 1});
    return ask(work).latency.value();
}

StepLaw::Deviation StepLaw::deviation()
{
    auto       result  = Deviation{};
    auto const samples = samples_; // to ask is to sample
    for (auto const& shape : samples) {
        if (pipelined_ || !batches_fit_) // its rounds are made of several steps
            continue;
        auto const law   = shape.chunks.empty() ? decode(shape.n, shape.attended)
                                                : mixed(shape.n, shape.attended, shape.chunks).duration;
        auto const true_ = exact(shape);
        result.largest   = std::max(result.largest, std::abs(seconds_of(law).value() / true_ - 1));
        ++result.steps;
    }
    return result;
}

} // namespace scribeline::models
