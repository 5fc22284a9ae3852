#include "fabric/operation_table.hpp"

#include "configs/failure.hpp"
#include "fabric/state_hash.hpp"

#include <unordered_map>

namespace scribeline::fabric {

using workloads::Operation;

namespace {

struct Hash {
    std::size_t operator()(Operation const& op) const
    {
        std::uint64_t const kind = std::uint64_t{op.in} | std::uint64_t{op.out} << 8 |
                                   static_cast<std::uint64_t>(op.stream) << 16 | std::uint64_t{op.op} << 32 |
                                   std::uint64_t{op.kernel} << 48;
        std::uint64_t const sizes = std::uint64_t{op.wavelets} << 32 | op.dispatch;
        return mix(kind, sizes, std::uint64_t{op.arithmetic} << 32 | static_cast<std::uint32_t>(op.source));
    }
};

} // namespace

OperationTable::OperationTable(workloads::Program const& program)
{
    std::unordered_map<Operation, std::uint16_t, Hash> known;
    for (auto const& role : program.roles) {
        first_.push_back(number_.size());
        for (auto const& op : role) {
            auto const [entry, fresh] = known.emplace(op, static_cast<std::uint16_t>(distinct_.size()));
            if (fresh)
                distinct_.push_back(op);
            number_.push_back(entry->second);
        }
    }
    first_.push_back(number_.size());
    SCRIBELINE_EXPECT(distinct_.size() < 65536);
}

} // namespace scribeline::fabric
