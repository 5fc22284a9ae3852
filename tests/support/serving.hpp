// A machine whose step takes what can be told by hand, and one replica on it without a kernel around.
#pragma once

#include "models/serving/replica.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace scribeline::tests {

// A step takes 10 ms, 100 us for each row, 1 us for each token attended to by what decodes, and 10 ns for each pair of
// tokens of prompts.
class PlainSteps final : public models::Machine {
  public:
    static constexpr double fixed = 10e-3, row = 100e-6, attended = 1e-6, pair = 10e-9;

    models::Standing standing() const override
    {
        auto standing    = models::Standing{};
        standing.kind    = "ruler";
        standing.devices = 1;
        return standing;
    }
    models::Room room() const override
    {
        auto const kv = configs::Bytes{1e9};
        return {{{"wood", kv, {}, {}, kv, 1000000}}, {}, configs::Bytes{1000}};
    }
    static double time_of(models::StepWork const& work)
    {
        auto sum = work.tokens() == 0 ? 0.0 : fixed + row * static_cast<double>(work.tokens());
        for (auto const& group : work.decode)
            sum += attended * static_cast<double>(group.context * group.count);
        for (auto const& group : work.prefill)
            sum += pair * static_cast<double>(group.count * group.tokens) *
                   (static_cast<double>(group.before) + static_cast<double>(group.tokens) / 2);
        return sum;
    }
    models::StepReport step(models::StepWork const& work) override
    {
        auto report    = models::StepReport{};
        report.latency = report.interval = configs::Seconds{time_of(work)};
        return report;
    }
};

inline models::EngineRules small_rules(configs::EngineName name = configs::EngineName::vllm)
{
    auto rules        = models::EngineRules{};
    rules.name        = name;
    rules.step_tokens = 100;
    rules.sequences   = 8;
    rules.block       = name == configs::EngineName::sglang ? 1 : 4;
    rules.pool_blocks = name == configs::EngineName::sglang ? 400 : 100;
    return rules;
}

// Requests of a list, in the order of arrival, on one replica.
class OneReplica {
  public:
    explicit OneReplica(models::EngineRules const& rules, bool step_by_step = false)
        : law{machine, {rules.pool_tokens(), rules.step_tokens}}, replica{rules,
                                                                          law,
                                                                          log,
                                                                          {models::Role::all, step_by_step}}
    {
    }

    void ask(std::uint64_t input, std::uint64_t output, double at = 0, std::vector<std::uint64_t> hashes = {},
             std::uint64_t group_tokens = 0)
    {
        auto request         = models::Arriving{};
        request.record       = log.size();
        request.at           = models::ticks_of(configs::Seconds{at});
        request.input        = input;
        request.output       = output;
        request.hashes       = std::move(hashes);
        request.group_tokens = request.hashes.empty() ? 0 : group_tokens;
        auto record          = models::RequestRecord{};
        record.arrival       = request.at;
        record.input         = static_cast<std::uint32_t>(input);
        record.output        = static_cast<std::uint32_t>(output);
        log.push_back(record);
        coming_.push_back(std::move(request));
    }

    // Wakes it, or hands it a request, whatever comes first; a request before a step that ends with its arrival.
    void run(std::uint64_t most_wakes = std::numeric_limits<std::uint64_t>::max())
    {
        for (std::uint64_t i = 0; i < most_wakes; ++i) {
            while (next_ < coming_.size() && coming_[next_].at <= replica.due())
                replica.accept(std::move(coming_[next_++]));
            if (replica.due() == models::never)
                return;
            replica.wake();
        }
    }

    double seconds(models::Ticks t) const { return models::seconds_of(t).value(); }
    double first_token(std::size_t i) const { return seconds(log[i].first_token); }
    double end(std::size_t i) const { return seconds(log[i].end); }

    PlainSteps         machine;
    models::RequestLog log;
    models::StepLaw    law;
    models::Replica    replica;

  private:
    std::vector<models::Arriving> coming_;
    std::size_t                   next_ = 0;
};

} // namespace scribeline::tests
