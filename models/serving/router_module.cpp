#include "models/serving/serving_modules.hpp"

#include "configs/failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace scribeline::models {

RouterModule::RouterModule(sc_core::sc_module_name name, configs::Router policy, Failure& failure)
    : sc_core::sc_module{name}, inlet{"inlet", [this](Message& m) { take(m); }}, policy_{policy}, failure_{failure}
{
}

void RouterModule::add(EngineModule& engine)
{
    auto const number = engines_.size();
    outlets_.push_back(std::make_unique<MessageOut>(fmt::format("outlet_{}", number).c_str()));
    outlets_.back()->socket.bind(engine.requests.socket);
    (engine.role() == Role::decode ? makers_ : takers_).push_back(number);
    engines_.push_back(&engine);
}

// round_robin: each in turn. least_tokens: whose requests have the fewest tokens, prompts and output. prefix_aware: the
// same, with this request's own prompt, less what that replica's cache holds of it.
std::size_t RouterModule::choose(std::vector<std::size_t> const& among, Arriving const& request,
                                 std::uint64_t& turn) const
{
    SCRIBELINE_EXPECT(!among.empty());
    auto const next = among[turn++ % among.size()];
    if (policy_ == configs::Router::round_robin || among.size() == 1)
        return next;
    auto best = among.front();
    auto cost = std::uint64_t{0};
    for (auto const each : among) {
        auto const& replica = engines_[each]->replica();
        auto        tokens  = replica.tokens_here() + request.input;
        if (policy_ == configs::Router::prefix_aware)
            tokens -= replica.found_tokens(request);
        if (each == among.front() || tokens < cost) {
            best = each;
            cost = tokens;
        }
    }
    return best;
}

void RouterModule::take(Message& message)
{
    if (message.kind == Message::Kind::prefilled) {
        message.replica = choose(makers_, message.request, makers_turn_);
        return;
    }
    outlets_[choose(takers_, message.request, turn_)]->send(message);
}

} // namespace scribeline::models
