#include "models/serving/serving_modules.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace scribeline::models {

namespace {

Picoseconds kernel_time() { return picoseconds(sc_core::sc_time_stamp()); }

// Of simulated time, what the kernel may reach only when everything up to then has come.
Picoseconds after(Ticks t) { return static_cast<Picoseconds>(t / ticks_per_picosecond) + 1; }

// Moments within a step at which keys and values of so many layers leave: as many as layers, but not more than these.
constexpr std::uint32_t most_moments = 16;

} // namespace

NetworkPort::NetworkPort(sc_core::sc_module_name name, std::string const& what, configs::BytesPerSecond each_way)
    : sc_core::sc_module{name}, server{what, each_way}, target{"target", server}
{
}

EngineModule::EngineModule(sc_core::sc_module_name name, EngineRules const& rules, StepLaw& law, RequestLog& log,
                           ReplicaOptions options, Failure& failure)
    : sc_core::sc_module{name}, requests{"requests", [this](Message& m) { take(m); }}, answers{"answers"},
      questions{"questions"}, replica_{rules, law, log, options}, log_{log}, failure_{failure}, role_{options.role}
{
    SC_HAS_PROCESS(EngineModule);
    SC_METHOD(wake);
    sensitive << due_;
    dont_initialize();
    SC_METHOD(depart);
    sensitive << leaves_;
    dont_initialize();
}

void EngineModule::set_departure(Departure const& departure, NetworkPort& own, std::vector<EngineModule*> const& all)
{
    departure_      = departure;
    all_            = all;
    auto const bind = [this](NetworkPort& port) {
        outlets_.push_back(std::make_unique<BulkInitiator>(sc_core::sc_gen_unique_name("to_port")));
        outlets_.back()->socket.bind(port.target.socket);
    };
    bind(own);
    for (auto* engine : all_) {
        onward_.push_back(nullptr);
        auto const there = engine->role() == Role::decode && engine->port_ != nullptr;
        if (there)
            bind(*engine->port_);
        else
            outlets_.push_back(nullptr);
        if (!there)
            continue;
        onward_.back() = std::make_unique<MessageOut>(sc_core::sc_gen_unique_name("onward"));
        onward_.back()->socket.bind(engine->requests.socket);
    }
}

void EngineModule::take(Message& message)
{
    auto& record   = log_[message.request.record];
    record.replica = number_;
    if (!message.request.prefilled) { // one thread takes requests in, one after another
        auto const begin = std::max(message.request.at, taken_in_);
        taken_in_        = begin + replica_.rules().api_prompt_token * static_cast<Ticks>(message.request.input);
        record.of(Phase::engine) += taken_in_ - message.request.at;
        message.request.at = taken_in_;
    }
    replica_.accept(std::move(message.request));
    arm();
}

void EngineModule::wake()
{
    failure_.guard([this] {
        if (replica_.due() != never && after(replica_.due()) <= kernel_time())
            replica_.wake();
        arm();
    });
}

void EngineModule::arm()
{
    for (auto const& what : replica_.take_happenings())
        deal_with(what);
    if (replica_.due() == never)
        return;
    auto const at = after(replica_.due());
    due_.notify(time_of(at > kernel_time() ? at - kernel_time() : 0));
}

void EngineModule::deal_with(Happening const& what)
{
    if (what.kind == Happening::Kind::ended) {
        auto message   = Message{};
        message.kind   = Message::Kind::answer;
        message.record = what.record;
        message.at     = what.at;
        answers.send(message);
        return;
    }
    auto& leaving = leaving_[what.record];
    if (!leaving.asked) { // who will make the tokens?
        auto const& record        = log_[what.record];
        auto        message       = Message{};
        message.kind              = Message::Kind::prefilled;
        message.request.record    = what.record;
        message.request.input     = record.input;
        message.request.output    = record.output;
        message.request.prefilled = true;
        questions.send(message);
        leaving.to      = message.replica;
        leaving.request = std::move(message.request);
        leaving.asked   = true;
    }
    if (what.kind == Happening::Kind::taking_in) {
        if (departure_.how == configs::KvTransfer::by_layer && what.tokens > leaving.sent) {
            transfer(leaving, what.tokens - leaving.sent, what.began, what.at);
            leaving.sent = what.tokens;
        }
        return;
    }
    if (what.tokens > leaving.sent)
        transfer(leaving, what.tokens - leaving.sent, what.at, what.at);
    auto const arrives = std::max(leaving.arrives + departure_.latency, what.at);
    replica_.leaves(what.slot, arrives);
    log_[what.record].of(Phase::transfer) += arrives - what.at;
    leaving.request.at = arrives;
    on_the_way_.push({arrives, what.record});
    auto const at = after(on_the_way_.top().at);
    leaves_.notify(time_of(at > kernel_time() ? at - kernel_time() : 0));
}

// Layer by layer while the step runs, or at once behind it. Both ends are occupied, each by whatever passes it.
void EngineModule::transfer(Leaving& leaving, std::uint64_t tokens, Ticks from, Ticks to)
{
    auto const moments = to > from ? std::min(departure_.layers, most_moments) : 1U;
    for (std::uint32_t i = 1; i <= moments; ++i) {
        auto const share = static_cast<double>(tokens) * departure_.token / moments + leaving.owed;
        auto const bytes = static_cast<std::uint64_t>(std::floor(share));
        leaving.owed     = share - static_cast<double>(bytes);
        auto request     = BulkRequest{};
        request.bytes    = bytes;
        request.traffic  = Traffic::kv;
        request.write    = true;
        auto const at    = std::max(after(from + (to - from) / moments * i), kernel_time());
        auto const out   = outlets_.front()->issue_at(at, request);
        request.write    = false; // the other end's wires the other way
        auto const in    = outlets_.at(leaving.to + 1)->issue_at(at, request);
        leaving.arrives  = std::max(leaving.arrives, ticks_of_picoseconds(std::max(out, in)));
    }
}

void EngineModule::depart()
{
    failure_.guard([this] {
        while (!on_the_way_.empty() && after(on_the_way_.top().at) <= kernel_time()) {
            auto const record = on_the_way_.top().record;
            on_the_way_.pop();
            auto const found   = leaving_.find(record);
            auto       message = Message{};
            message.request    = std::move(found->second.request);
            auto const to      = found->second.to;
            leaving_.erase(found);
            if (log_[record].output == 1) { // nothing is left to make
                auto& last       = log_[record];
                last.first_token = message.request.at + replica_.rules().api_token;
                last.end         = last.first_token;
                last.of(Phase::engine) += replica_.rules().api_token;
                last.made     = 1;
                last.ending   = Ending::done;
                auto answer   = Message{};
                answer.kind   = Message::Kind::answer;
                answer.record = record;
                answer.at     = message.request.at;
                answers.send(answer);
                continue;
            }
            onward_.at(to)->send(message);
        }
        if (!on_the_way_.empty())
            leaves_.notify(time_of(after(on_the_way_.top().at) - kernel_time()));
    });
}

} // namespace scribeline::models
