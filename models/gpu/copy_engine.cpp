#include "models/gpu/copy_engine.hpp"

#include <algorithm>
#include <array>

namespace scribeline::models {

namespace {

// A job goes in so many pieces, none larger or smaller than these: others who share the tier get between them.
constexpr std::uint64_t pieces = 16, smallest = 262144, largest = 16777216;
// On their way at once: enough to hide what a drive takes to answer.
constexpr std::size_t outstanding = 4;

} // namespace

CopyEngine::CopyEngine(sc_core::sc_module_name name, GpuSystemState& state, bool weights, bool kv)
    : sc_core::sc_module{name}, hbm{"hbm"}, link{"link"}, state_{state}
{
    if (weights)
        weights_tier = std::make_unique<BulkInitiator>("weights_tier");
    if (kv)
        kv_tier = std::make_unique<BulkInitiator>("kv_tier");
    SC_HAS_PROCESS(CopyEngine);
    SC_THREAD(run);
}

void CopyEngine::begin(std::uint32_t layers) { layers_.assign(layers, {}); }

void CopyEngine::post(Picoseconds when, BulkRequest const& request)
{
    if (request.bytes == 0)
        return;
    ++layers_.at(request.layer).open;
    jobs_.push_back({when, request});
    posted_.notify(sc_core::SC_ZERO_TIME);
}

void CopyEngine::wait_for(LocalTime& time, std::uint32_t layer)
{
    auto const& asked = layers_.at(layer);
    while (asked.open > 0)
        time.wait(moved_);
    time.wait_until(asked.latest);
}

TrafficBooks CopyEngine::asked() const
{
    auto books = hbm.books();
    books += link.books();
    for (auto const* tier : {weights_tier.get(), kv_tier.get()})
        if (tier != nullptr)
            books += tier->books();
    return books;
}

void CopyEngine::run()
{
    try {
        for (;;) {
            while (jobs_.empty())
                time_.wait(posted_);
            auto const job = jobs_.front();
            jobs_.pop_front();
            time_.wait_until(job.when);
            auto const done  = move(job.request);
            auto&      asked = layers_.at(job.request.layer);
            asked.latest     = std::max(asked.latest, done);
            --asked.open;
            moved_.notify(sc_core::SC_ZERO_TIME);
        }
    } catch (sc_core::sc_unwind_exception const&) {
        throw;
    } catch (...) {
        state_.fail();
    }
}

Picoseconds CopyEngine::move(BulkRequest const& request)
{
    auto&       tier  = request.traffic == Traffic::weights ? *weights_tier : *kv_tier;
    auto const  piece = std::clamp(request.bytes / pieces, smallest, largest);
    auto        there = std::array<Picoseconds, outstanding>{};
    auto        last  = Picoseconds{0};
    std::size_t turn  = 0;
    for (std::uint64_t left = request.bytes; left > 0;) {
        auto part  = request;
        part.bytes = std::min(piece, left);
        left -= part.bytes;
        time_.wait_until(there[turn]);
        auto memory  = part;
        memory.write = !part.write; // the other end of the way
        there[turn]  = std::max({tier.issue(time_, part), link.issue(time_, part), hbm.issue(time_, memory)});
        last         = std::max(last, there[turn]);
        turn         = (turn + 1) % outstanding;
    }
    return last;
}

} // namespace scribeline::models
