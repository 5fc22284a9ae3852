// One replica with tiers below its pool, whose link takes a time that can be told by hand.
#pragma once

#include "models/serving/kv_tiers.hpp"
#include "support/serving.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace scribeline::tests {

// One link for all tiers, each way on its own, a time for each block.
class PlainMover final : public models::TierMover {
  public:
    explicit PlainMover(double block_time) : block_{models::ticks_of(configs::Seconds{block_time})} {}

    models::Ticks up(std::size_t, std::uint64_t bytes, models::Ticks at) override { return pass(up_, bytes, at); }
    models::Ticks down(std::size_t, std::uint64_t bytes, models::Ticks at) override { return pass(down_, bytes, at); }
    models::Ticks between(std::size_t, std::size_t, std::uint64_t bytes, models::Ticks at) override
    {
        return pass(between_, bytes, at);
    }
    models::Ticks would_be_up(std::size_t, std::uint64_t bytes, models::Ticks at) const override
    {
        return std::max(up_, at) + block_ * static_cast<models::Ticks>(bytes);
    }

  private:
    models::Ticks pass(models::Ticks& free, std::uint64_t bytes, models::Ticks at) const
    {
        return free = std::max(free, at) + block_ * static_cast<models::Ticks>(bytes); // a byte a block
    }
    models::Ticks block_, up_ = 0, down_ = 0, between_ = 0;
};

struct PlainTier {
    std::uint64_t      blocks;
    models::TierPolicy policy;
};

// Requests as they come, and such as come behind others (`after`): a closed loop.
class TieredReplica {
  public:
    TieredReplica(models::EngineRules const& rules, std::vector<PlainTier> const& list, double block_time = 1e-3,
                  bool step_by_step = false)
        : mover_{block_time}, stores_{stores_of(list)}, tiers_{pointers(stores_), mover_, rules.block, 1},
          law_{machine_, {rules.pool_tokens(), rules.step_tokens}},
          replica{rules, law_, log, {models::Role::all, step_by_step, nullptr, &tiers_}}
    {
    }

    std::size_t ask(std::uint64_t input, std::uint64_t output, double at, std::vector<std::uint64_t> hashes,
                    std::uint64_t group_tokens, bool goes_on = false)
    {
        auto const record = make(input, output, std::move(hashes), group_tokens, goes_on);
        come(record, models::ticks_of(configs::Seconds{at}));
        return record;
    }
    // `think` seconds behind the end of another.
    std::size_t ask_after(std::size_t other, double think, std::uint64_t input, std::uint64_t output,
                          std::vector<std::uint64_t> hashes, std::uint64_t group_tokens, bool goes_on = false)
    {
        auto const record = make(input, output, std::move(hashes), group_tokens, goes_on);
        behind_.emplace(other, std::pair{record, models::ticks_of(configs::Seconds{think})});
        return record;
    }

    void run()
    {
        for (;;) {
            while (!coming_.empty() && coming_.begin()->first.first <= replica.due()) {
                auto request = std::move(coming_.begin()->second);
                coming_.erase(coming_.begin());
                replica.accept(std::move(request));
                follow();
            }
            if (replica.due() == models::never)
                return;
            replica.wake();
            follow();
        }
    }

    double                   first_token(std::size_t i) const { return models::seconds_of(log[i].first_token).value(); }
    models::TierStore const& tier(std::size_t i) const { return stores_[i]; }

    models::RequestLog log;

  private:
    static std::deque<models::TierStore> stores_of(std::vector<PlainTier> const& list)
    {
        auto stores = std::deque<models::TierStore>{};
        for (auto const& each : list)
            stores.emplace_back(each.blocks, each.policy);
        return stores;
    }
    static std::vector<models::TierStore*> pointers(std::deque<models::TierStore>& stores)
    {
        auto all = std::vector<models::TierStore*>{};
        for (auto& each : stores)
            all.push_back(&each);
        return all;
    }
    std::size_t make(std::uint64_t input, std::uint64_t output, std::vector<std::uint64_t> hashes,
                     std::uint64_t group_tokens, bool goes_on)
    {
        auto request         = models::Arriving{};
        request.record       = log.size();
        request.input        = input;
        request.output       = output;
        request.group_tokens = hashes.empty() ? 0 : group_tokens;
        request.hashes       = std::move(hashes);
        request.goes_on      = goes_on;
        auto record          = models::RequestRecord{};
        record.input         = static_cast<std::uint32_t>(input);
        record.output        = static_cast<std::uint32_t>(output);
        log.push_back(record);
        kept_.push_back(std::move(request));
        return log.size() - 1;
    }
    void come(std::size_t record, models::Ticks at)
    {
        log[record].arrival = kept_[record].at = at;
        coming_.emplace(std::pair{at, record}, kept_[record]);
    }
    void follow()
    {
        for (auto const& what : replica.take_happenings()) {
            auto const [first, last] = behind_.equal_range(what.record);
            for (auto each = first; each != last; ++each)
                come(each->second.first, std::max(replica.now(), what.at) + each->second.second);
        }
    }

    PlainSteps                                                        machine_;
    PlainMover                                                        mover_;
    std::deque<models::TierStore>                                     stores_;
    models::KvTiers                                                   tiers_;
    models::StepLaw                                                   law_;
    std::vector<models::Arriving>                                     kept_;
    std::map<std::pair<models::Ticks, std::size_t>, models::Arriving> coming_;
    std::multimap<std::size_t, std::pair<std::size_t, models::Ticks>> behind_;

  public:
    models::Replica replica;
};

} // namespace scribeline::tests
