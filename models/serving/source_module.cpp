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

void SourceModule::set_tools(ToolModule& tools)
{
    to_tools_ = std::make_unique<MessageOut>("to_tools");
    to_tools_->socket.bind(tools.inlet.socket);
}

void SourceModule::schedule(std::size_t record, Ticks at)
{
    log_[record].arrival = at;
    kept_.at(record).at  = at + api_request_;
    coming_.push({record, at});
}

// Behind the last reply that it waits for: tools, then whoever thinks.
void SourceModule::schedule_behind(std::size_t record, Waiting const& waiting)
{
    auto& entry = log_[record];
    auto  ready = waiting.replied + waiting.work;
    if (to_tools_ != nullptr && waiting.work > 0) {
        auto message = Message{};
        message.kind = Message::Kind::tool;
        message.at   = waiting.replied;
        message.work = waiting.work;
        to_tools_->send(message);
        ready            = message.at;
        entry.tool_queue = message.queued;
    }
    entry.tools   = ready - waiting.replied - entry.tool_queue;
    auto const at = std::max({ready + waiting.person, waiting.earliest, now()});
    entry.person  = at - ready;
    schedule(record, at);
}

// A closed loop: of a session that goes on, or as many as may run at once do not.
bool SourceModule::may_begin(workloads::Request const& request) const
{
    return !concurrency_ || open_.size() < *concurrency_ || open_.count(request.session) != 0;
}

// Takes in requests until one of them comes later, or enough sessions are under way.
void SourceModule::pull()
{
    while (ahead_ || (more_ && (concurrency_ || latest_arrival_ <= now()))) {
        if (!ahead_) {
            ahead_.emplace();
            more_ = source_.next(*ahead_);
            if (!more_)
                ahead_.reset();
            if (!more_)
                return;
        }
        if (!may_begin(*ahead_))
            return;
        auto request = std::move(*ahead_);
        ahead_.reset();
        begin_request(request);
    }
}

void SourceModule::begin_request(workloads::Request& request)
{
    if (request.id != log_.size())
        throw configs::SimulationFault{fmt::format("request {} comes as number {}", request.id, log_.size())};
    auto record    = RequestRecord{};
    record.id      = request.id;
    record.input   = static_cast<std::uint32_t>(request.input);
    record.output  = static_cast<std::uint32_t>(request.output);
    record.session = request.session;
    record.turn    = static_cast<std::uint32_t>(request.turn);
    log_.push_back(record);
    ++open_[request.session];
    auto const id = static_cast<std::size_t>(request.id);
    kept_.emplace(id, arriving_of(request));
    auto const arrival = ticks_of_picoseconds(request.arrival);
    auto       behind  = Waiting{0, 0, ticks_of_picoseconds(request.tool_time - request.person_time),
                          ticks_of_picoseconds(request.person_time), concurrency_ ? 0 : arrival};
    for (auto const other : request.waits_for) {
        if (other >= id)
            continue;
        if (log_[other].ending == Ending::under_way) {
            waited_for_.emplace(other, id);
            ++behind.left;
        } else {
            behind.replied = std::max(behind.replied, log_[other].end);
        }
    }
    if (behind.left > 0)
        waiting_.emplace(id, behind);
    else if (!request.waits_for.empty())
        schedule_behind(id, behind);
    else
        schedule(id, concurrency_ ? now() : std::max(arrival, now()));
    if (!concurrency_ && request.waits_for.empty())
        latest_arrival_ = arrival;
}

void SourceModule::arm()
{
    if (coming_.empty())
        return;
    auto const wait = std::max<Ticks>(coming_.top().at - now(), 0);
    due_.notify(time_of(static_cast<Picoseconds>((wait + ticks_per_picosecond - 1) / ticks_per_picosecond)));
}

// Whether one that waits for it has all of its whole groups in front.
bool SourceModule::goes_on(std::size_t record, Arriving const& request) const
{
    auto const groups = request.group_tokens > 0 ? request.input / request.group_tokens : 0;
    if (groups == 0)
        return false;
    auto const [first, last] = waited_for_.equal_range(record);
    return std::any_of(first, last, [&](auto const& each) {
        auto const& later = kept_.at(each.second).hashes;
        return later.size() >= groups && later[groups - 1] == request.hashes[groups - 1];
    });
}

void SourceModule::emit()
{
    failure_.guard([this] {
        pull();
        while (!coming_.empty() && coming_.top().at <= now()) {
            auto const record = coming_.top().record;
            coming_.pop();
            auto const kept         = kept_.find(record);
            auto       message      = Message{};
            message.request         = std::move(kept->second);
            message.request.goes_on = goes_on(record, message.request);
            kept_.erase(kept);
            if (!message.request.hashes.empty())
                under_way_.emplace(record, reuse_.begin(message.request.hashes, message.request.group_tokens,
                                                        message.request.input,
                                                        static_cast<std::uint64_t>(log_[record].arrival)));
            log_[record].of(Phase::engine) += api_request_;
            requests.send(message);
            pull();
        }
        arm();
    });
}

void SourceModule::answered(Message& message)
{
    auto const ended = log_[message.record].end;
    if (auto const blocks = under_way_.find(message.record); blocks != under_way_.end()) {
        reuse_.end(blocks->second, static_cast<std::uint64_t>(ended));
        under_way_.erase(blocks);
    }
    if (auto const session = open_.find(log_[message.record].session); --session->second == 0)
        open_.erase(session);
    auto const [first, last] = waited_for_.equal_range(message.record);
    for (auto each = first; each != last; ++each) {
        auto const found      = waiting_.find(each->second);
        found->second.replied = std::max(found->second.replied, ended);
        if (--found->second.left > 0)
            continue;
        schedule_behind(each->second, found->second);
        waiting_.erase(found);
    }
    waited_for_.erase(message.record);
    pull();
    arm();
}

} // namespace scribeline::models
