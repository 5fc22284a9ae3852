// Keeps the transfers of a run as columns, at most so many: the first by the time at which they were asked for.
#pragma once

#include "models/tlm/transaction_probe.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace scribeline::models {

// One transfer. Modules stand by their number in the names of the trace.
struct TransactionRecord {
    Picoseconds   issue     = 0; // asked at the target
    Picoseconds   started   = 0; // the resource was free
    Picoseconds   done      = 0; // the last byte was there
    std::uint64_t bytes     = 0;
    std::uint32_t layer     = 0;
    std::uint32_t initiator = 0, target = 0;
    Traffic       traffic = Traffic::weights;
    bool          write   = false;

    auto key() const { return std::tuple{issue, target, initiator, started, done, traffic, write, layer, bytes}; }
};

struct TransactionTrace {
    std::vector<TransactionRecord> records; // by key(): no order of calling shows
    std::vector<std::string>       initiators, targets;
    std::uint64_t                  dropped = 0; // beyond the most
};

class TransactionLog final : public TransactionProbe {
  public:
    explicit TransactionLog(std::uint64_t most) : most_{most} {}

    // Before anything runs: who stands behind the next port of a target. Transfers at any other place are a fault of
    // the caller (SCRIBELINE_EXPECT).
    void connect(std::string const& initiator, std::string const& target);

    void transaction(Transaction const& transaction) override;

    TransactionTrace take();

  private:
    struct Target {
        std::uint32_t              number = 0;
        std::vector<std::uint32_t> initiators; // by port
    };
    void shrink();

    std::uint64_t                 most_;
    std::uint64_t                 seen_ = 0;
    std::map<std::string, Target> targets_;
    TransactionTrace              trace_;
};

} // namespace scribeline::models
