#include "models/serving/request_record.hpp"

#include <iterator>

namespace scribeline::models {

namespace {

struct Words {
    char const *name, *meaning;
};
constexpr Words words[] = {
    {"queue", "The request waits to be taken into a batch."},
    {"prefill", "The machine computes steps that take in its prompt."},
    {"decode", "The machine computes steps that make its tokens."},
    {"transfer", "Its keys and values are under way to another pool, or up from a tier."},
    {"engine", "The engine schedules between steps, and tokens pass between it and the client."},
};
static_assert(std::size(words) == phase_count);

} // namespace

char const* name_of(Phase phase) { return words[static_cast<std::size_t>(phase)].name; }
char const* meaning_of(Phase phase) { return words[static_cast<std::size_t>(phase)].meaning; }

} // namespace scribeline::models
