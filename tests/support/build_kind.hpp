// What kind of build the tests run in: the sanitizers make everything some ten times slower, so a test that simulates
// much takes less of it there.
#pragma once

namespace scribeline::tests {

#ifdef SCRIBELINE_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

} // namespace scribeline::tests
