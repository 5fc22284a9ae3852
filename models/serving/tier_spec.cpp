#include "models/serving/tier_spec.hpp"

#include "configs/failure.hpp"
#include "configs/units/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

namespace {

using configs::TextError;

struct Known {
    char const*   name;
    char const*   memory;
    std::uint32_t count;
    bool          shared;
};
// Two sockets of a server; four expanders; eight drives; a rack of memory behind eight ports of 400 Gb/s for all.
constexpr Known known[] = {{"host", "ddr5_4800_8ch", 2, false},
                           {"cxl", "cxl_gen5_x8", 1, false},
                           {"nvme", "nvme_gen5", 2, false},
                           {"rack", "rdma_8x400", 1, true},
                           {"edge", "ddr5_6400_12ch", 2, false}};

Known const* find_known(std::string const& name)
{
    for (auto const& each : known)
        if (name == each.name)
            return &each;
    return nullptr;
}

std::string trimmed(std::string const& text)
{
    auto const from = text.find_first_not_of(' ');
    return from == std::string::npos ? "" : text.substr(from, text.find_last_not_of(' ') - from + 1);
}

} // namespace

TierSpec tier_memory(std::string const& name, std::uint32_t count)
{
    auto const* const alias = find_known(name);
    if (alias == nullptr) {
        auto const& all = shipped_tiers();
        if (std::none_of(all.begin(), all.end(), [&](TierSpec const& each) { return each.name == name; })) {
            auto names = std::vector<std::string>{};
            for (auto const& each : known)
                names.emplace_back(each.name);
            for (auto const& each : all)
                names.push_back(each.name);
            throw configs::UserError{configs::Exit::bad_config,
                                     fmt::format("{} is no memory of a tier; there are {}{}", configs::shown(name),
                                                 fmt::join(names, ", "), configs::did_you_mean(name, names))};
        }
    }
    auto       spec      = shipped_tier(alias != nullptr ? alias->memory : name);
    auto const many      = static_cast<double>(alias != nullptr ? count * alias->count : count);
    spec.units           = static_cast<std::uint32_t>(spec.units * many);
    spec.capacity        = spec.capacity * many;
    spec.read_bandwidth  = spec.read_bandwidth * many;
    spec.write_bandwidth = spec.write_bandwidth * many;
    spec.read_iops *= many;
    spec.write_iops *= many;
    return spec;
}

bool is_shared_memory(std::string const& name)
{
    auto const* const alias = find_known(name);
    return alias != nullptr && alias->shared;
}

TierPolicy parse_tier_policy(std::string const& text, bool first)
{
    auto policy       = TierPolicy{};
    policy.write_back = !first;
    for (std::size_t at = 0; at < text.size();) {
        auto const comma = std::min(text.find(',', at), text.size());
        auto const item  = trimmed(text.substr(at, comma - at));
        auto const key   = trimmed(item.substr(0, item.find('=')));
        at               = comma + 1;
        if (key == "ttl" && key.size() < item.size()) {
            auto const time = configs::parse<configs::Seconds>(trimmed(item.substr(item.find('=') + 1)));
            if (!(time.value() > 0 && time.value() < 1e6))
                throw TextError{fmt::format("{}: expected a time above 0 s and below 11 days", configs::shown(item))};
            policy.ttl = ticks_of(time);
        } else if (item == "write_through" || item == "write_back") {
            policy.write_back = item == "write_back";
        } else if (item == "move") {
            policy.move = true;
        } else if (item == "pin") {
            policy.pin = true;
        } else if (item == "prefetch") {
            policy.prefetch = true;
        } else if (item == "recompute") {
            policy.recompute = true;
        } else if (item != "lru") { // what is done in any case
            throw TextError{fmt::format(
                "{}: unknown policy; there are lru, ttl=TIME, pin, write_through, write_back, "
                "move, prefetch, recompute{}",
                configs::shown(item),
                configs::did_you_mean(key, std::vector<std::string>{"lru", "ttl", "pin", "write_through", "write_back",
                                                                    "move", "prefetch", "recompute"}))};
        }
    }
    if (policy.move && !policy.write_back)
        throw TextError{"move: what went up would never come down again from a tier that is written through. Add "
                        "write_back"};
    return policy;
}

KvTierSpec parse_tier(std::string const& text, bool first)
{
    auto const comma = std::min(text.find(','), text.size());
    auto const colon = text.find(':');
    if (colon == std::string::npos || colon > comma || colon == 0)
        throw TextError{fmt::format("{}: expected NAME:CAPACITY, such as host:512GB, and policies behind commas",
                                    configs::shown(text))};
    auto spec            = KvTierSpec{};
    spec.name            = trimmed(text.substr(0, colon));
    spec.memory          = tier_memory(spec.name);
    spec.memory.capacity = configs::parse<configs::Bytes>(trimmed(text.substr(colon + 1, comma - colon - 1)));
    spec.shared          = is_shared_memory(spec.name);
    spec.policy          = parse_tier_policy(comma < text.size() ? text.substr(comma + 1) : "", first);
    return spec;
}

void require_usable_tiers(std::vector<KvTierSpec> const& tiers, double block_bytes)
{
    auto const refuse = [](KvTierSpec const& tier, std::string const& why) {
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("tier {}: {}", configs::printable(tier.name), why)};
    };
    for (auto tier = tiers.begin(); tier != tiers.end(); ++tier) {
        require_usable(tier->memory);
        if (tier->memory.capacity.value() < block_bytes)
            refuse(*tier,
                   fmt::format("{} holds no block of keys and values, which takes {}. Give at least so much",
                               configs::print(tier->memory.capacity), configs::print(configs::Bytes{block_bytes})));
        if (tier->policy.prefetch && tier == tiers.begin())
            refuse(*tier, "prefetch moves blocks up to the first tier, and this is the first. Leave it out");
        if (std::any_of(tiers.begin(), tier, [&](KvTierSpec const& other) { return other.name == tier->name; }))
            refuse(*tier, "another tier has this name. Give each one of its own");
    }
}

} // namespace scribeline::models
