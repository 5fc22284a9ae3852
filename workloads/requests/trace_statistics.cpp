// A request that has a block has all blocks before it. So the blocks of a prompt were last used the longer ago the
// further behind they stand, and a cache that forgets by time hits a prefix of what one that keeps all hits.
#include "workloads/requests/trace_statistics.hpp"

#include "workloads/requests/block_hash.hpp"
#include "workloads/requests/reuse_curve.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>
#include <vector>

namespace scribeline::workloads {

namespace {

constexpr std::uint64_t second = 1'000'000'000'000, millisecond = second / 1000;

// Counts of each value there is.
class Counts {
  public:
    void add(std::uint64_t value, std::uint64_t times = 1) { count_of_[value] += times; }

    Percentiles percentiles() const
    {
        auto sorted = std::vector<std::pair<std::uint64_t, std::uint64_t>>(count_of_.begin(), count_of_.end());
        std::sort(sorted.begin(), sorted.end());
        auto p = Percentiles{};
        for (auto const& [value, count] : sorted) {
            p.count += count;
            p.sum += value * count;
        }
        if (p.count == 0)
            return p;
        auto const at = [&](double share) {
            auto const    rank  = share * static_cast<double>(p.count);
            std::uint64_t below = 0;
            for (auto const& [value, count] : sorted)
                if (static_cast<double>(below += count) >= rank)
                    return value;
            return sorted.back().first;
        };
        p.mean = static_cast<double>(p.sum) / static_cast<double>(p.count);
        p.p50  = at(0.5);
        p.p90  = at(0.9);
        p.p99  = at(0.99);
        p.most = sorted.back().first;
        return p;
    }

  private:
    std::unordered_map<std::uint64_t, std::uint64_t> count_of_;
};

struct Use {
    std::uint64_t start = 0, end = 0; // of requests that had the block: the latest of each
};

// Open addressing with linear probing, at most half full: most of the time goes here.
class UseTable {
  public:
    UseTable() : slots_(std::size_t{1} << 12U) {}

    // The use of the block, and whether it is new.
    std::pair<Use&, bool> operator[](std::uint64_t hash)
    {
        if (2 * (used_ + 1) > slots_.size())
            grow();
        auto& slot  = place_of(hash);
        auto  fresh = !slot.taken;
        if (fresh) {
            slot.taken = true;
            slot.hash  = hash;
            ++used_;
        }
        return {slot.use, fresh};
    }
    std::uint64_t size() const { return used_; }

  private:
    struct Slot {
        std::uint64_t hash  = 0;
        Use           use   = {};
        bool          taken = false;
    };

    Slot& place_of(std::uint64_t hash)
    {
        auto const mask = slots_.size() - 1;
        auto       at   = mixed(hash) & mask;
        while (slots_[at].taken && slots_[at].hash != hash)
            at = (at + 1) & mask;
        return slots_[at];
    }
    void grow()
    {
        auto old = std::vector<Slot>(2 * slots_.size());
        old.swap(slots_);
        for (auto const& slot : old)
            if (slot.taken)
                place_of(slot.hash) = slot;
    }

    std::vector<Slot> slots_;
    std::size_t       used_ = 0;
};

// How many tokens of prompts were hit whose blocks had been unused for so long.
class Ages {
  public:
    void add(std::uint64_t age, std::uint64_t tokens)
    {
        auto const& times = kept_times();
        tokens_[static_cast<std::size_t>(std::lower_bound(times.begin(), times.end(), age) - times.begin())] += tokens;
    }
    // Up to the i-th of the times.
    double share(std::size_t i, std::uint64_t of) const
    {
        std::uint64_t sum = 0;
        for (std::size_t each = 0; each <= i; ++each)
            sum += tokens_[each];
        return static_cast<double>(sum) / static_cast<double>(of);
    }

  private:
    std::vector<std::uint64_t> tokens_ = std::vector<std::uint64_t>(kept_times().size() + 1);
};

class Gaps {
  public:
    void arrive(std::uint64_t time)
    {
        if (count_++ > 0) {
            auto const gap = static_cast<double>(time - std::min(last_, time)) / static_cast<double>(second);
            sum_ += gap;
            squares_ += gap * gap;
        }
        last_ = time;
    }
    std::optional<double> mean() const
    {
        return count_ > 1 ? std::optional{sum_ / static_cast<double>(count_ - 1)} : std::nullopt;
    }
    std::optional<double> cv() const
    {
        if (count_ <= 2 || sum_ <= 0)
            return std::nullopt;
        auto const m = *mean();
        return std::sqrt(std::max(squares_ / static_cast<double>(count_ - 1) - m * m, 0.0)) / m;
    }

  private:
    std::uint64_t count_ = 0, last_ = 0;
    double        sum_ = 0, squares_ = 0;
};

// Since the start of a session: from when to when it served, and how much of that.
struct SessionTime {
    std::uint64_t turns = 0, begin = 0, served_to = 0, served = 0;
};

class Statistician {
  public:
    explicit Statistician(RequestSource& source) : source_{source} {}

    TraceStatistics run()
    {
        auto request = Request{};
        while (source_.next(request))
            add(request);
        return result();
    }

  private:
    struct Known {
        std::uint64_t end, parked_to, tokens;
    };

    void add(Request const& r)
    {
        auto start = r.recorded_start.value_or(r.arrival);
        if (!r.recorded_start)
            for (auto const id : r.waits_for)
                start = std::max(start, known_[id].end + r.tool_time);
        auto const end = start + r.recorded_service.value_or(0);
        for (auto const id : r.waits_for)
            park(known_[id], start);
        known_.push_back({end, end, r.input + r.output});
        has_service_ = has_service_ || r.recorded_service.has_value();
        held_busy_ += static_cast<double>(r.input + r.output) * static_cast<double>(end - start);

        if (r.waits_for.empty())
            gaps_.arrive(r.arrival);
        ++s_.requests;
        s_.last_arrival = std::max(s_.last_arrival, r.arrival);
        input_.add(r.input);
        output_.add(r.output);
        if (!r.waits_for.empty())
            tool_time_.add(r.tool_time / millisecond);
        add_to_session(r, start, end);
        add_blocks(r, start, end);
    }

    // A session's KV is held from its reply to the last request that needs it.
    void park(Known& held, std::uint64_t until)
    {
        if (until <= held.parked_to)
            return;
        held_parked_ += static_cast<double>(held.tokens) * static_cast<double>(until - held.parked_to);
        held.parked_to = until;
    }

    void add_to_session(Request const& r, std::uint64_t start, std::uint64_t end)
    {
        auto [at, fresh] = sessions_.try_emplace(r.session);
        auto& session    = at->second;
        if (fresh)
            session.begin = session.served_to = start;
        ++session.turns;
        // Replies of sub-agents overlap: what has been counted already is not counted again.
        if (end > session.served_to) {
            session.served += end - std::max(start, session.served_to);
            session.served_to = end;
        }
    }

    void add_blocks(Request const& r, std::uint64_t start, std::uint64_t end)
    {
        auto const size = source_.block_tokens();
        auto       hits = true;
        auto       run  = std::pair<std::uint64_t, std::uint64_t>{}; // blocks of one age
        for (std::size_t i = 0; i < r.blocks.size(); ++i) {
            auto const [use, fresh] = uses_[r.blocks[i].hash];
            hits                    = hits && !fresh;
            if (hits) {
                auto const begin  = i * size;
                auto const tokens = std::min<std::uint64_t>(size, r.input - std::min<std::uint64_t>(begin, r.input));
                auto const idle   = start - std::min(use.end, start);
                since_reply_.add(idle, tokens);
                since_start_.add(start - std::min(use.start, start), tokens);
                hit_tokens_ += tokens;
                ++s_.hit_blocks;
                if (idle / millisecond != run.first && run.second > 0)
                    reuse_gap_.add(run.first, std::exchange(run.second, 0));
                run.first = idle / millisecond;
                ++run.second;
            }
            use.start = std::max(use.start, start);
            use.end   = std::max(use.end, end);
        }
        if (run.second > 0)
            reuse_gap_.add(run.first, run.second);
        s_.blocks += r.blocks.size();
    }

    TraceStatistics result()
    {
        s_.sessions   = sessions_.size();
        s_.input      = input_.percentiles();
        s_.output     = output_.percentiles();
        s_.gap_mean   = gaps_.mean();
        s_.gap_cv     = gaps_.cv();
        auto   turns  = Counts{};
        double served = 0, all = 0;
        for (auto const& [id, session] : sessions_) {
            turns.add(session.turns);
            served += static_cast<double>(session.served);
            all += static_cast<double>(session.served_to - session.begin);
        }
        s_.turns     = turns.percentiles();
        s_.tool_time = tool_time_.percentiles();
        if (has_service_ && all > 0)
            s_.serving_share = served / all;
        if (has_service_ && held_busy_ + held_parked_ > 0)
            s_.parked_share = held_parked_ / (held_busy_ + held_parked_);
        if (s_.blocks == 0)
            return s_;
        s_.block_tokens    = source_.block_tokens();
        s_.unique_blocks   = uses_.size();
        s_.hit_share       = static_cast<double>(s_.hit_blocks) / static_cast<double>(s_.blocks);
        s_.hit_token_share = static_cast<double>(hit_tokens_) / static_cast<double>(s_.input.sum);
        s_.reuse_gap       = reuse_gap_.percentiles();
        for (std::size_t i = 0; i < kept_times().size(); ++i)
            s_.ttl.push_back(
                {kept_times()[i], since_reply_.share(i, s_.input.sum), since_start_.share(i, s_.input.sum)});
        s_.ttl.push_back({std::nullopt, s_.hit_token_share, s_.hit_token_share});
        return s_;
    }

    RequestSource&                                 source_;
    TraceStatistics                                s_;
    Counts                                         input_, output_, tool_time_, reuse_gap_;
    std::uint64_t                                  hit_tokens_ = 0;
    std::vector<Known>                             known_; // by id
    std::unordered_map<std::uint64_t, SessionTime> sessions_;
    UseTable                                       uses_;
    Gaps                                           gaps_;
    Ages                                           since_reply_, since_start_;
    bool                                           has_service_ = false;
    double                                         held_busy_ = 0, held_parked_ = 0; // token-picoseconds
};

} // namespace

TraceStatistics statistics_of(RequestSource& source) { return Statistician{source}.run(); }

} // namespace scribeline::workloads
