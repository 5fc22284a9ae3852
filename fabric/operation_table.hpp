// The operations of all roles, each distinct one once. A region has thousands of roles (a position along x, one along
// y, one within a head), but their operations are a few hundred: kept once, they stay in the caches.
#pragma once

#include "workloads/mapping/program.hpp"

#include <cstdint>
#include <vector>

namespace scribeline::fabric {

class OperationTable {
  public:
    explicit OperationTable(workloads::Program const& program);

    // Operation number `pc` of a role; null behind the last.
    workloads::Operation const* find(std::uint32_t role, std::uint32_t pc) const
    {
        std::size_t const at = first_[role] + pc;
        return at < first_[role + 1] ? &distinct_[number_[at]] : nullptr;
    }
    // Asks for what find() will need when the operation before is over.
    void prefetch(std::uint32_t role, std::uint32_t pc) const { __builtin_prefetch(&number_[first_[role]] + pc); }

  private:
    std::vector<workloads::Operation> distinct_;
    std::vector<std::uint16_t>        number_; // of all roles, one behind the other
    std::vector<std::size_t>          first_;  // where a role begins in number_
};

} // namespace scribeline::fabric
