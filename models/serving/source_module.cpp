#include "models/serving/serving_modules.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace scribeline::models {

SourceModule::SourceModule(sc_core::sc_module_name name, workloads::RequestSource& source, RequestLog& log,
                           Failure& failure, std::optional<std::uint64_t> concurrency)
    : sc_core::sc_module{name}, requests{"requests"}, answers{"answers", [this](Message& m) { answered(m); }},
      source_{source}, log_{log}, failure_{failure}, concurrency_{concurrency}
{
    SC_HAS_PROCESS(SourceModule);
    SC_METHOD(emit);
    sensitive << due_;
    dont_initialize();
}

void SourceModule::set_engine(std::uint64_t block, Ticks api_request)
{
    block_       = block;
    api_request_ = api_request;
}

void SourceModule::begin() { due_.notify(sc_core::SC_ZERO_TIME); }

Ticks SourceModule::now() { return ticks_of_picoseconds(picoseconds(sc_core::sc_time_stamp())); }

// Hashes by the blocks of the engine, or by groups of them.
Arriving SourceModule::arriving_of(workloads::Request& request) const
{
    auto result     = Arriving{};
    result.record   = request.id;
    result.input    = request.input;
    result.output   = request.output;
    auto const size = source_.block_tokens();
    if (size == 0 || request.blocks.empty())
        return result;
    if (size % block_ != 0 && block_ % size != 0)
        throw configs::UserError{
            configs::Exit::bad_config,
            fmt::format("engine.block_size = {}: the trace tells prompts apart by blocks of {} tokens, and neither "
                        "divides the other. Give a block size that does",
                        block_, size)};
    auto const every = size % block_ == 0 ? std::uint64_t{1} : block_ / size; // the hash of the last one stands for all
    result.group_tokens = size * every;
    for (std::size_t i = every - 1; i < request.blocks.size(); i += every)
        result.hashes.push_back(request.blocks[i].hash);
    return result;
}

void SourceModule::schedule(std::size_t record, Ticks at)
{
    log_[record].arrival = at;
    kept_.at(record).at  = at + api_request_;
    coming_.push({record, at});
    ++under_way_;
}

// Takes in requests until one of them comes later, or enough are under way.
void SourceModule::pull()
{
    auto request = workloads::Request{};
    while (more_ && (concurrency_ ? under_way_ < *concurrency_ : latest_arrival_ <= now())) {
        request = {};
        more_   = source_.next(request);
        if (!more_)
            return;
        if (request.id != log_.size())
            throw configs::SimulationFault{fmt::format("request {} comes as number {}", request.id, log_.size())};
        auto record   = RequestRecord{};
        record.id     = request.id;
        record.input  = static_cast<std::uint32_t>(request.input);
        record.output = static_cast<std::uint32_t>(request.output);
        log_.push_back(record);
        auto const id = static_cast<std::size_t>(request.id);
        kept_.emplace(id, arriving_of(request));
        auto const arrival = ticks_of_picoseconds(request.arrival);
        auto       left    = std::uint64_t{0};
        for (auto const other : request.waits_for)
            if (other < id && log_[other].ending == Ending::under_way) {
                waited_for_.emplace(other, id);
                ++left;
            }
        auto const tool = ticks_of_picoseconds(request.tool_time);
        if (left > 0) {
            waiting_.emplace(id, Waiting{left, tool, concurrency_ ? 0 : arrival});
            continue;
        }
        if (!concurrency_ && request.waits_for.empty())
            latest_arrival_ = arrival;
        auto at = concurrency_ ? now() : std::max(arrival, now());
        if (!request.waits_for.empty())
            at = std::max(at, now() + tool);
        schedule(id, at);
    }
}

void SourceModule::arm()
{
    if (coming_.empty())
        return;
    auto const wait = coming_.top().at - now();
    due_.notify(time_of(static_cast<Picoseconds>(std::max<Ticks>(wait, 0) / ticks_per_picosecond)));
}

void SourceModule::emit()
{
    failure_.guard([this] {
        pull();
        while (!coming_.empty() && coming_.top().at <= now()) {
            auto const record = coming_.top().record;
            coming_.pop();
            auto const kept    = kept_.find(record);
            auto       message = Message{};
            message.request    = std::move(kept->second);
            kept_.erase(kept);
            log_[record].of(Phase::engine) += api_request_;
            requests.send(message);
            pull();
        }
        arm();
    });
}

void SourceModule::answered(Message& message)
{
    --under_way_;
    auto const [first, last] = waited_for_.equal_range(message.record);
    for (auto each = first; each != last; ++each) {
        auto const found = waiting_.find(each->second);
        if (--found->second.left > 0)
            continue;
        schedule(each->second, std::max(found->second.earliest, now() + found->second.tool_time));
        waiting_.erase(found);
    }
    waited_for_.erase(message.record);
    pull();
    arm();
}

} // namespace scribeline::models
