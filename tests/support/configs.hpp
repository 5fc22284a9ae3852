// What the tests of configurations share: the error of an attempt.
#pragma once

#include "configs/failure.hpp"

#include <string>

namespace scribeline::tests {

struct Refusal {
    configs::Exit code = configs::Exit::done;
    std::string   text;
};

// What a UserError says; nothing when there was none.
template <class Attempt> Refusal refusal_of(Attempt attempt)
{
    try {
        attempt();
        return {};
    } catch (configs::UserError const& error) {
        return {error.code(), error.what()};
    }
}

} // namespace scribeline::tests
