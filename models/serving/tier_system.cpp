#include "models/serving/tier_system.hpp"

#include "configs/failure.hpp"

#include <cmath>

#include <fmt/format.h>

namespace scribeline::models {

TierModule* TierSystem::make(KvTierSpec const& spec, std::string const& of)
{
    auto const blocks = static_cast<std::uint64_t>(spec.memory.capacity.value() / static_cast<double>(block_bytes_));
    tiers_.push_back(std::make_unique<TierModule>(fmt::format("tier_{}", tiers_.size()).c_str(), spec, blocks));
    of_.push_back(of);
    return tiers_.back().get();
}

KvTiers* TierSystem::add(std::string const& replica, std::uint64_t block_tokens, double block_bytes,
                         configs::BytesPerSecond host_link)
{
    if (specs_.empty())
        return nullptr;
    require_usable_tiers(specs_, block_bytes);
    auto const bytes = static_cast<std::uint64_t>(std::llround(block_bytes));
    if (block_bytes_ != 0 && block_bytes_ != bytes)
        throw configs::UserError{configs::Exit::bad_config,
                                 fmt::format("tiers: blocks of one pool take {} bytes and those of another {}; give "
                                             "all pools the same engine.block_size and the same widths",
                                             block_bytes_, bytes)};
    block_bytes_ = bytes;
    shared_.resize(specs_.size());
    auto reached = std::vector<TierModule*>{};
    auto stores  = std::vector<TierStore*>{};
    for (std::size_t i = 0; i < specs_.size(); ++i) {
        auto* tier = shared_[i];
        if (tier == nullptr)
            tier = make(specs_[i], specs_[i].shared ? "all" : replica);
        if (specs_[i].shared)
            shared_[i] = tier;
        reached.push_back(tier);
        stores.push_back(&tier->store);
    }
    auto const number = links_.size();
    links_.push_back(std::make_unique<LinkModule>(fmt::format("host_link_{}", number).c_str(),
                                                  "host link of " + replica, host_link));
    link_names_.push_back(replica);
    ports_.push_back(
        std::make_unique<TierPorts>(fmt::format("tier_ports_{}", number).c_str(), *links_.back(), reached));
    replicas_.push_back(std::make_unique<KvTiers>(stores, *ports_.back(), block_tokens, bytes));
    return replicas_.back().get();
}

std::size_t TierSystem::modules() const { return tiers_.size() + links_.size(); }

void TierSystem::tell(ServingOutcome& outcome)
{
    for (std::size_t i = 0; i < links_.size(); ++i) {
        auto const& target = links_[i]->target;
        outcome.host_links.push_back({link_names_[i], target.books().served(Traffic::kv), target.transactions(),
                                      ticks_of_picoseconds(target.occupied())});
        outcome.moved_up_bytes += replicas_[i]->bytes_up();
        outcome.moved_down_bytes += replicas_[i]->bytes_down();
    }
    for (std::size_t i = 0; i < tiers_.size(); ++i) {
        auto& tier = *tiers_[i];
        tier.store.advance(outcome.makespan);
        auto told          = TierOutcome{};
        told.name          = tier.spec().name;
        told.of            = of_[i];
        told.memory        = tier.spec().memory.name;
        told.block_bytes   = block_bytes_;
        told.blocks        = tier.store.blocks();
        told.stored        = tier.store.stored();
        told.books         = tier.store.books();
        told.bytes_written = tier.memory.written().served(Traffic::kv);
        told.bytes_read    = tier.memory.books().served(Traffic::kv) - told.bytes_written;
        told.busy          = ticks_of_picoseconds(tier.memory.occupied() / tier.spec().memory.units);
        outcome.tiers.push_back(told);
    }
}

void TierSystem::keep_books(ServingOutcome const& outcome, configs::Books& books)
{
    if (outcome.tiers.empty())
        return;
    auto written = std::uint64_t{0}, gone = written, put = written, passed = written;
    for (auto const& tier : outcome.tiers) {
        written += tier.books.written * tier.block_bytes;
        gone += (tier.stored + tier.books.evicted + tier.books.expired + tier.books.read_away) * tier.block_bytes;
        put += tier.books.written * tier.block_bytes;
        passed += tier.bytes_written;
    }
    auto linked = std::uint64_t{0};
    for (auto const& link : outcome.host_links)
        linked += link.bytes;
    books.entries.push_back({"bytes in tiers", "written", "stored + evicted + expired + read away", written, gone});
    books.entries.push_back({"bytes into memories of tiers", "put into stores", "written by transfers", put, passed});
    books.entries.push_back({"bytes between machines and tiers", "moved up + moved down", "passed host links",
                             outcome.moved_up_bytes + outcome.moved_down_bytes, linked});
}

} // namespace scribeline::models
