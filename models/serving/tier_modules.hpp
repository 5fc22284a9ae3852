// The tiers below the KV pools as SystemC modules, and a replica's ways to them.
//
//     engine --- host link of the replica ---+--- link of the tier --- memory of tier 0
//                (each way on its own)       '--- link of the tier --- memory of tier 1
//
// A transfer occupies all that it passes, each for its own time, and is there when the last of them has finished. Who
// shares what: all tiers of a replica its host link, and all replicas a tier that is shared.
#pragma once

#include "models/host/host_tier.hpp"
#include "models/serving/kv_tiers.hpp"
#include "models/serving/tier_spec.hpp"
#include "models/tlm/bulk_initiator.hpp"
#include "models/tlm/bulk_target.hpp"
#include "models/tlm/stream_server.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace scribeline::models {

// A link behind a socket.
class LinkModule final : public sc_core::sc_module {
  public:
    LinkModule(sc_core::sc_module_name name, std::string const& what, configs::BytesPerSecond each_way);

    LinkServer              server;
    BulkTarget              target;
    configs::BytesPerSecond rate;
};

class TierModule final : public sc_core::sc_module {
  public:
    // `blocks`: as many as its capacity holds.
    TierModule(sc_core::sc_module_name name, KvTierSpec const& spec, std::uint64_t blocks);

    KvTierSpec const& spec() const { return spec_; }

    TierStore                   store;
    HostTier                    server;
    BulkTarget                  memory;
    std::unique_ptr<LinkModule> link; // of its own; null: none

  private:
    KvTierSpec spec_;
};

// Of one replica.
class TierPorts final : public sc_core::sc_module, public TierMover {
  public:
    // `host_link` and `tiers` must outlive it.
    TierPorts(sc_core::sc_module_name name, LinkModule& host_link, std::vector<TierModule*> tiers);

    Ticks up(std::size_t tier, std::uint64_t bytes, Ticks at) override;
    Ticks down(std::size_t tier, std::uint64_t bytes, Ticks at) override;
    Ticks between(std::size_t from, std::size_t to, std::uint64_t bytes, Ticks at) override;
    Ticks would_be_up(std::size_t tier, std::uint64_t bytes, Ticks at) const override;

  private:
    struct Way {
        std::unique_ptr<BulkInitiator> memory, link;
    };
    Picoseconds pass(BulkInitiator& initiator, std::uint64_t bytes, bool write, Ticks at) const;
    Picoseconds pass(Way& way, std::uint64_t bytes, bool write, Ticks at) const;

    LinkModule&              host_link_;
    std::vector<TierModule*> tiers_;
    BulkInitiator            host_;
    std::vector<Way>         ways_;
};

} // namespace scribeline::models
