// Any order of appending, using and releasing: no tier overflows, no byte is lost, and what is refused was too much.
#include "configs/failure.hpp"
#include "models/host/kv_placement.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <map>

using namespace scribeline;
using namespace scribeline::models;

namespace {

std::uint32_t between(std::uint32_t low, std::uint32_t high) { return *rc::gen::inRange(low, high + 1); }

} // namespace

TEST_CASE("any history leaves every block in one tier and no tier too full")
{
    CHECK(rc::check([] {
        std::vector<KvTier> tiers;
        auto const          count = between(1, 4);
        for (std::uint32_t t = 0; t < count; ++t)
            tiers.push_back({std::to_string(t), between(0, 400)});
        KvPolicy const policy{between(1, 8), between(0, 1) ? Eviction::oldest : Eviction::least_recently_used,
                              between(0, 1) == 1};
        auto const     per_token = between(1, 5);
        KvPlacement    kv{tiers, per_token, policy};

        std::map<std::uint64_t, std::uint64_t> tokens;
        auto const                             block = kv.block_bytes();
        auto const    blocks = [&](std::uint64_t n) { return (n + policy.block_tokens - 1) / policy.block_tokens; };
        std::uint64_t room   = 0;
        for (auto const& t : tiers)
            room += t.capacity / block;
        for (int step = 0; step < 60; ++step) {
            auto const who = between(0, 5);
            auto const act = between(0, 9);
            if (act < 5) {
                auto const more = between(0, 60);
                auto       need = blocks(tokens[who] + more);
                for (auto const& [id, n] : tokens)
                    need += id == who ? 0 : blocks(n);
                bool refused = false;
                try {
                    kv.append(who, more);
                    tokens[who] += more;
                } catch (configs::UserError const&) {
                    refused = true;
                    if (tokens[who] == 0)
                        tokens.erase(who);
                }
                RC_ASSERT(refused == (need > room));
            } else if (act < 9) {
                if (tokens.count(who))
                    kv.use(who);
            } else {
                kv.release(who);
                tokens.erase(who);
            }
            for (std::size_t t = 0; t < tiers.size(); ++t) {
                std::uint64_t sum = 0;
                for (auto const& [id, n] : tokens)
                    sum += kv.bytes_of(id, t);
                RC_ASSERT(kv.used(t) == sum);
                RC_ASSERT(sum <= tiers[t].capacity);
            }
            for (auto const& [id, n] : tokens) {
                std::uint64_t sum = 0;
                for (std::size_t t = 0; t < tiers.size(); ++t)
                    sum += kv.bytes_of(id, t);
                RC_ASSERT(sum == blocks(n) * block);
            }
        }
    }));
}
