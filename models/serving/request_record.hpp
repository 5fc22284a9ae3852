// What became of one request: when, and where its time went.
#pragma once

#include "models/serving/spending.hpp"
#include "models/serving/ticks.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace scribeline::models {

// What a request may be doing; its times by these add up to the whole.
enum class Phase : std::uint8_t {
    queue,    // waits for its first step, or after a preemption for the next
    prefill,  // prompts are computed, by the machine
    decode,   // tokens are made, by the machine
    transfer, // keys and values are under way to another pool, or up from a tier
    engine    // between the machine's steps, and between client and engine
};
constexpr std::size_t phase_count = 5;
char const*           name_of(Phase);
char const*           meaning_of(Phase);

enum class Ending : std::uint8_t { under_way, done, dropped };

struct RequestRecord {
    Ticks arrival = 0, first_token = 0, end = 0;

    std::array<Ticks, phase_count> time{};

    std::uint64_t id    = 0; // of the source
    std::uint32_t input = 0, output = 0, made = 0;
    std::uint32_t found_in_cache = 0; // tokens of the prompt
    std::uint32_t found_in_tiers = 0; // besides, moved up from there
    std::uint32_t preemptions    = 0;
    std::uint32_t replica        = 0; // that made the last token
    Ending        ending         = Ending::under_way;
    PaidByRequest paid{}; // of the machines that it was on

    // Its session, and what passed there before it came: from the last reply that it waited for to its arrival.
    std::uint64_t session = 0;
    std::uint32_t turn    = 0;
    Ticks         tools = 0, tool_queue = 0, person = 0; // tools worked, waited for a core; neither

    Ticks& of(Phase phase) { return time[static_cast<std::size_t>(phase)]; }
    Ticks  of(Phase phase) const { return time[static_cast<std::size_t>(phase)]; }
    Ticks  latency() const { return end - arrival; }
    Ticks  to_first_token() const { return first_token - arrival; }
};

using RequestLog = std::vector<RequestRecord>;

} // namespace scribeline::models
