// All tiers of a serving system, and the ways of its replicas to them.
#pragma once

#include "models/serving/system_outcome.hpp"
#include "models/serving/tier_modules.hpp"

#include <memory>
#include <string>
#include <vector>

namespace scribeline::models {

class TierSystem {
  public:
    // Throws configs::UserError for tiers that cannot work. `tiers` must outlive it.
    explicit TierSystem(std::vector<KvTierSpec> const& tiers) : specs_{tiers} {}

    // Of one replica, whose blocks have so many tokens and bytes: those of all replicas alike. Within the kernel's
    // context, before it runs.
    KvTiers* add(std::string const& replica, std::uint64_t block_tokens, double block_bytes,
                 configs::BytesPerSecond host_link);

    std::size_t modules() const;
    // Into `outcome`, whose makespan is known.
    void tell(ServingOutcome& outcome);
    // Into books: bytes that replicas moved against those that links and memories saw; blocks of each tier.
    static void keep_books(ServingOutcome const& outcome, configs::Books& books);

  private:
    TierModule* make(KvTierSpec const& spec, std::string const& of);

    std::vector<KvTierSpec> const&           specs_;
    std::uint64_t                            block_bytes_ = 0;
    std::vector<std::unique_ptr<TierModule>> tiers_;
    std::vector<std::string>                 of_;     // whose
    std::vector<TierModule*>                 shared_; // by spec; null: not made, or not shared
    std::vector<std::unique_ptr<LinkModule>> links_;
    std::vector<std::string>                 link_names_;
    std::vector<std::unique_ptr<TierPorts>>  ports_;
    std::vector<std::unique_ptr<KvTiers>>    replicas_;
};

} // namespace scribeline::models
