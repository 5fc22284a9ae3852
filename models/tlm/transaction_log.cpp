#include "models/tlm/transaction_log.hpp"

#include "configs/failure.hpp"

#include <algorithm>

namespace scribeline::models {

namespace {

bool earlier(TransactionRecord const& a, TransactionRecord const& b) { return a.key() < b.key(); }

} // namespace

void TransactionLog::connect(std::string const& initiator, std::string const& target)
{
    auto& names  = trace_.initiators;
    auto  number = static_cast<std::uint32_t>(std::find(names.begin(), names.end(), initiator) - names.begin());
    if (number == names.size())
        names.push_back(initiator);
    auto const [found, is_new] = targets_.try_emplace(target);
    if (is_new) {
        found->second.number = static_cast<std::uint32_t>(trace_.targets.size());
        trace_.targets.push_back(target);
    }
    found->second.initiators.push_back(number);
}

void TransactionLog::transaction(Transaction const& t)
{
    auto const at = targets_.find(t.target);
    SCRIBELINE_EXPECT(at != targets_.end() && t.port < at->second.initiators.size());
    ++seen_;
    trace_.records.push_back({t.asked, t.started, t.finished, t.request.bytes, t.request.layer,
                              at->second.initiators[t.port], at->second.number, t.request.traffic, t.request.write});
    if (trace_.records.size() >= 2 * most_ && trace_.records.size() > 1024)
        shrink();
}

// Threads run ahead of one another, so that an earlier transfer may come after a later one.
void TransactionLog::shrink()
{
    auto& records = trace_.records;
    if (records.size() <= most_)
        return;
    auto const end = records.begin() + static_cast<std::ptrdiff_t>(most_);
    std::nth_element(records.begin(), end, records.end(), earlier);
    records.resize(most_);
}

TransactionTrace TransactionLog::take()
{
    shrink();
    std::sort(trace_.records.begin(), trace_.records.end(), earlier);
    trace_.dropped = seen_ - trace_.records.size();
    return std::move(trace_);
}

} // namespace scribeline::models
