// Whose fault is it? A UserError is the input's, a SimulationFault the modelled hardware's (a deadlock, unbalanced
// books), and SCRIBELINE_EXPECT guards against ours. Each carries the exit code that main returns.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace scribeline::configs {

// Exit codes of the program (sysexits.h where it has one).
enum class Exit : int {
    done          = 0,
    answer_is_no  = 1, // does not fit, a check failed
    usage         = 64,
    bad_config    = 65,
    no_input      = 66,
    internal      = 70, // ours, or the simulated hardware is stuck
    cannot_create = 73,
    cannot_write  = 74,
    try_again     = 75,
    interrupted   = 130,
};

class UserError : public std::runtime_error {
  public:
    // `message` is complete: place, what, why, what to do.
    UserError(Exit code, std::string const& message) : std::runtime_error{message}, code_{code} {}
    Exit code() const { return code_; }

  private:
    Exit code_;
};

class SimulationFault : public std::runtime_error {
  public:
    explicit SimulationFault(std::string const& message) : std::runtime_error{message} {}
};

// The only candidate that begins with `word`, or else the nearest by edit distance; empty when none is near enough to
// be meant.
std::string nearest(std::string_view word, std::vector<std::string> const& candidates);

// "; did you mean 'x'?" or nothing.
std::string did_you_mean(std::string_view word, std::vector<std::string> const& candidates);

// What someone typed, in quotes, fit to be printed: control characters escaped, cut when long.
std::string shown(std::string_view text);

// The same without quotes and without the cut: a line of a file under an error.
std::string printable(std::string_view text);

[[noreturn]] void fail_expectation(char const* what, char const* file, int line);

} // namespace scribeline::configs

// On in every build: the conditions are cheap and stand outside the hot passes.
#define SCRIBELINE_EXPECT(condition)                                                                                   \
    ((condition) ? static_cast<void>(0) : ::scribeline::configs::fail_expectation(#condition, __FILE__, __LINE__))

// Only in the dev and asan builds: for the hot passes.
#ifdef SCRIBELINE_ASSERTIONS
#define SCRIBELINE_ASSERT(condition) SCRIBELINE_EXPECT(condition)
#else
#define SCRIBELINE_ASSERT(condition) static_cast<void>(0)
#endif
