#include "fabric/packet/packet_deadlock.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace scribeline::fabric {

namespace {

std::string name_of_queue(QueueView const& view, std::uint32_t queue)
{
    static constexpr char const* from[] = {"from the north", "from the east", "from the south", "from the west",
                                           "of the processing element"};
    auto const                   lanes  = 5 * view.channels;
    auto const                   tile   = queue / lanes;
    auto const                   lane   = queue % lanes;
    return fmt::format("({}, {}) {} on channel {}", tile % view.columns, tile / view.columns,
                       from[lane / view.channels], lane % view.channels);
}

} // namespace

void require_no_circle(QueueView& view, std::uint32_t cycle)
{
    auto const queues   = view.waits.size();
    auto       moves    = std::vector<char>(queues, 0);
    auto const can_move = [&](std::uint32_t queue) {
        auto const& wait = view.waits[queue];
        return !wait.waits || std::any_of(wait.choices.begin(), wait.choices.end(), [&](auto const& choice) {
            bool const owned  = choice.owner == queue || moves[choice.owner] != 0 || !view.waits[choice.owner].waits;
            bool const beyond = choice.leaves || view.has_room[choice.queue] != 0 || moves[choice.queue] != 0;
            return owned && beyond;
        });
    };
    for (bool changed = true; changed;) {
        changed = false;
        for (std::uint32_t queue = 0; queue < queues; ++queue)
            if (moves[queue] == 0 && can_move(queue))
                moves[queue] = changed = true;
    }
    for (std::uint32_t queue = 0; queue < queues; ++queue)
        if (moves[queue] == 0)
            view.stuck.push_back(queue);
    if (view.stuck.empty())
        return;

    // Any way through what is stuck comes round in the end.
    auto seen = std::vector<std::uint32_t>{};
    auto at   = view.stuck.front();
    while (std::find(seen.begin(), seen.end(), at) == seen.end()) {
        seen.push_back(at);
        for (auto const& choice : view.waits[at].choices) {
            auto const blocker = choice.owner != at && moves[choice.owner] == 0 ? choice.owner : choice.queue;
            if (!choice.leaves || choice.owner != at) {
                at = blocker;
                break;
            }
        }
    }
    seen.erase(seen.begin(), std::find(seen.begin(), seen.end(), at));
    auto text = fmt::format("packets wait for each other in a circle since cycle {} at the latest ({} queues are "
                            "stuck); each of these waits for the next, and the last for the first:",
                            cycle, view.stuck.size());
    for (std::size_t i = 0; i < seen.size() && i < 12; ++i) {
        auto const& wait = view.waits[seen[i]];
        text += fmt::format("\n  {}: a packet from ({}, {}) to ({}, {})", name_of_queue(view, seen[i]),
                            wait.from % view.columns, wait.from / view.columns, wait.to % view.columns,
                            wait.to / view.columns);
    }
    if (seen.size() > 12)
        text += fmt::format("\n  ... and {} more", seen.size() - 12);
    throw PacketDeadlock{text};
}

} // namespace scribeline::fabric
