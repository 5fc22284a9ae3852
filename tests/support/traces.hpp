// Traces of requests as tests write them, and what is read out of them.
#pragma once

#include "configs/failure.hpp"
#include "workloads/requests/trace.hpp"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace scribeline::tests {

inline std::unique_ptr<workloads::RequestSource> trace_of(std::string const&             text,
                                                          workloads::TraceOptions const& options = {})
{
    return workloads::read_trace(std::make_unique<std::istringstream>(text), "t", options);
}

inline std::vector<workloads::Request> all_of(workloads::RequestSource& source)
{
    auto all = std::vector<workloads::Request>{};
    for (auto request = workloads::Request{}; source.next(request);)
        all.push_back(request);
    return all;
}

inline std::vector<workloads::Request> requests_of(std::string const& text, workloads::TraceOptions const& options = {})
{
    return all_of(*trace_of(text, options));
}

// The message, behind its exit code; empty: the trace is read to its end.
inline std::string refusal_of(std::string const& text, workloads::TraceOptions const& options = {})
{
    try {
        requests_of(text, options);
    } catch (configs::UserError const& error) {
        return std::to_string(static_cast<int>(error.code())) + " " + error.what();
    }
    return {};
}

inline std::vector<std::uint64_t> hashes_of(workloads::Request const& request)
{
    auto list = std::vector<std::uint64_t>{};
    for (auto const& block : request.blocks)
        list.push_back(block.hash);
    return list;
}

constexpr std::uint64_t second = 1'000'000'000'000, millisecond = second / 1000; // in picoseconds

} // namespace scribeline::tests
