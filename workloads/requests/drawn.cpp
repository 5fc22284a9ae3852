#include "workloads/requests/drawn.hpp"

#include "configs/failure.hpp"
#include "configs/schema/limits.hpp"
#include "configs/units/text.hpp"
#include "configs/units/whole.hpp"
#include "workloads/requests/block_hash.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace scribeline::workloads {

using configs::Exit;
using configs::SplitMix64;
using configs::UserError;

namespace {

constexpr double        picoseconds  = 1e12;
constexpr double        most_seconds = 1.8e7; // 208 days: 64 bits of picoseconds
constexpr std::uint64_t most_turns   = 1'000'000;

// What is drawn. The numbers are part of what a seed means.
enum class Drawn : std::uint64_t { gap = 1, input, output, row, turns, growth, tool_time, prompt, prefix, session };

void check_as(Distribution const& distribution, char const* what)
{
    try {
        check(distribution);
    } catch (configs::TextError const& error) {
        throw UserError{Exit::usage, fmt::format("{}: {}", what, error.what())};
    }
}

GapDraw gaps_of(Arrivals const& arrivals)
{
    try {
        return GapDraw{arrivals};
    } catch (configs::TextError const& error) {
        throw UserError{Exit::usage, fmt::format("arrivals: {}", error.what())};
    }
}

class DrawnSource final : public RequestSource {
  public:
    explicit DrawnSource(DrawnWorkload workload) : w_{std::move(workload)}, gap_{gaps_of(w_.arrivals)}
    {
        check_as(w_.input, "input");
        check_as(w_.output, "output");
        check_as(w_.sessions.turns, "turns");
        check_as(w_.sessions.growth, "growth");
        check_as(w_.sessions.tool_time, "tool time");
        auto const refuse = [](char const* why) { throw UserError{Exit::usage, why}; };
        if (!w_.count && !w_.duration)
            refuse("requests that never end: say how many there are, or for how long they arrive");
        if (w_.arrivals.kind == ArrivalKind::at_once && !w_.count)
            refuse("all requests arrive at once: say how many there are");
        if (w_.duration && !(*w_.duration > 0 && *w_.duration <= most_seconds))
            refuse("expected a duration above 0 s, of at most 208 days");
        if (w_.sessions.longest < 2)
            refuse("the longest sequence: expected at least a token of prompt and one of reply");
        if (w_.shared_prompts < 1 || w_.shared_prompt > configs::limits::request_tokens)
            refuse("expected at least one shared prompt, of at most 2^30 tokens");
    }

    bool next(Request& request) override
    {
        if (turn_ == turns_ && !begin_session())
            return false;
        request.id          = given_++;
        request.arrival     = arrival_;
        request.session     = session_;
        request.turn        = turn_;
        request.input       = prompt_;
        request.output      = reply_;
        request.tool_time   = tool_time_;
        request.person_time = 0;
        request.waits_for.clear();
        if (turn_ > 0)
            request.waits_for.push_back(request.id - 1);
        request.recorded_start   = std::nullopt;
        request.recorded_service = std::nullopt;
        write_blocks(request);
        advance();
        return true;
    }
    std::uint64_t block_tokens() const override { return w_.block_tokens; }
    std::string   description() const override
    {
        auto const drawn = given_ == 0 ? std::string{"drawn requests"} : fmt::format("{} drawn requests", given_);
        return fmt::format("{} of seed {}", drawn, w_.seed);
    }

  private:
    SplitMix64 random(Drawn what, std::uint64_t turn = 0) const
    {
        return SplitMix64{chained(chained(chained(w_.seed, static_cast<std::uint64_t>(what)), session_), turn)};
    }
    std::uint64_t whole(Distribution const& d, Drawn what, std::uint64_t least, std::uint64_t turn = 0) const
    {
        // Input and output of a trace's row stay together.
        auto r = random(d.shape == Shape::empirical ? Drawn::row : what, turn);
        return std::min(draw_whole(d, r, least), configs::limits::request_tokens);
    }

    bool begin_session()
    {
        auto const number = sessions_;
        if (w_.count && number == *w_.count)
            return false;
        session_ = number;
        if (w_.arrivals.kind == ArrivalKind::constant) {
            seconds_ = static_cast<double>(number) / w_.arrivals.rate;
        } else if (w_.arrivals.kind != ArrivalKind::at_once) {
            auto r = random(Drawn::gap);
            seconds_ += gap_(r);
        }
        if (seconds_ > most_seconds)
            throw UserError{Exit::usage, fmt::format("request {} would arrive after 208 days, more than 64 bits of "
                                                     "picoseconds hold: raise the rate or draw fewer",
                                                     number)};
        if (w_.duration && seconds_ >= *w_.duration)
            return false;
        ++sessions_;
        arrival_   = static_cast<std::uint64_t>(seconds_ * picoseconds + 0.5);
        turn_      = 0;
        turns_     = std::min(whole(w_.sessions.turns, Drawn::turns, 1), most_turns);
        shared_    = random(Drawn::prompt).below(static_cast<std::size_t>(w_.shared_prompts));
        reply_     = std::min(whole(w_.output, Drawn::output, 1), w_.sessions.longest - 1);
        prompt_    = std::min(w_.shared_prompt + whole(w_.input, Drawn::input, 1), w_.sessions.longest - reply_);
        tool_time_ = 0;
        return true;
    }

    // To the next turn, where there is one and it has room.
    void advance()
    {
        if (++turn_ == turns_)
            return;
        prompt_ += reply_ + whole(w_.sessions.growth, Drawn::growth, 0, turn_);
        reply_ = whole(w_.output, Drawn::output, 1, turn_);
        auto r = random(Drawn::tool_time, turn_);
        tool_time_ =
            static_cast<std::uint64_t>(std::min(draw(w_.sessions.tool_time, r), most_seconds) * picoseconds + 0.5);
        if (prompt_ + reply_ > w_.sessions.longest)
            turns_ = turn_;
    }

    // What stands up to the end of a block follows from the session and that end; of the shared prompt, from which one
    // it is.
    void write_blocks(Request& request) const
    {
        request.blocks.clear();
        if (w_.block_tokens == 0)
            return;
        auto const of = [&](Drawn what, std::uint64_t which) {
            return chained(chained(w_.seed, static_cast<std::uint64_t>(what)), which);
        };
        auto const prefix = of(Drawn::prefix, shared_), own = of(Drawn::session, session_);
        request.blocks.reserve(configs::ceil_divide(prompt_, w_.block_tokens));
        for (std::uint64_t begin = 0; begin < prompt_; begin += w_.block_tokens) {
            auto const end = std::min(begin + w_.block_tokens, prompt_);
            request.blocks.push_back({chained(end <= w_.shared_prompt ? prefix : own, end)});
        }
    }

    DrawnWorkload w_;
    GapDraw       gap_;
    double        seconds_ = 0; // of the last arrival
    std::uint64_t given_ = 0, sessions_ = 0;

    // The session at hand, and its next turn.
    std::uint64_t session_ = 0, arrival_ = 0, turn_ = 0, turns_ = 0, shared_ = 0, prompt_ = 0, reply_ = 0,
                  tool_time_ = 0;
};

} // namespace

std::unique_ptr<RequestSource> draw_requests(DrawnWorkload const& workload)
{
    return std::make_unique<DrawnSource>(workload);
}

// Vitter's algorithm R: each row of the trace is as likely to stay.
std::shared_ptr<LengthRows const> lengths_of(RequestSource& trace, std::uint64_t seed, std::uint64_t most)
{
    auto rows    = std::make_shared<LengthRows>();
    auto random  = SplitMix64{seed};
    auto request = Request{};
    for (std::uint64_t read = 0; trace.next(request); ++read) {
        auto const row =
            std::pair{static_cast<std::uint32_t>(request.input), static_cast<std::uint32_t>(request.output)};
        if (read < most)
            rows->push_back(row);
        else if (auto const place = random.below(static_cast<std::size_t>(read + 1)); place < most)
            (*rows)[place] = row;
    }
    if (rows->empty())
        throw UserError{Exit::bad_config, fmt::format("{}: no row to draw lengths from", trace.description())};
    return rows;
}

Distribution inputs_of(std::shared_ptr<LengthRows const> rows)
{
    auto d  = Distribution{};
    d.shape = Shape::empirical;
    d.rows  = std::move(rows);
    return d;
}

Distribution outputs_of(std::shared_ptr<LengthRows const> rows)
{
    auto d       = inputs_of(std::move(rows));
    d.of_outputs = true;
    return d;
}

} // namespace scribeline::workloads
