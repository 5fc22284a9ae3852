// A GPU system in a process of its own: SystemC elaborates once per process. The result comes back over a pipe.
#include "configs/failure.hpp"
#include "models/gpu/gpu_system.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scribeline::models {

namespace {

// What a process hands to the one that started it: the run, then the trace.
static_assert(std::is_trivially_copyable_v<GpuSystemRun> && std::is_trivially_copyable_v<TransactionRecord>);

template <class T> void put(std::string& bytes, T const& value)
{
    bytes.append(reinterpret_cast<char const*>(&value), sizeof value);
}

template <class T> T take(std::string_view& bytes)
{
    T value;
    if (bytes.size() < sizeof value)
        throw configs::SimulationFault{"the SystemC modules of the GPUs were cut short"};
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return value;
}

std::string packed(RecordedGpuSystem const& r)
{
    auto bytes = std::string{};
    put(bytes, r.run);
    put(bytes, r.trace.dropped);
    put(bytes, r.trace.records.size());
    for (auto const& each : r.trace.records)
        put(bytes, each);
    for (auto const* names : {&r.trace.initiators, &r.trace.targets}) {
        put(bytes, names->size());
        for (auto const& name : *names) {
            put(bytes, name.size());
            bytes += name;
        }
    }
    return bytes;
}

RecordedGpuSystem unpacked(std::string_view bytes)
{
    auto r          = RecordedGpuSystem{};
    r.run           = take<GpuSystemRun>(bytes);
    r.trace.dropped = take<std::uint64_t>(bytes);
    r.trace.records.resize(take<std::size_t>(bytes));
    for (auto& each : r.trace.records)
        each = take<TransactionRecord>(bytes);
    for (auto* names : {&r.trace.initiators, &r.trace.targets}) {
        names->resize(take<std::size_t>(bytes));
        for (auto& name : *names) {
            auto const size = take<std::size_t>(bytes);
            name            = bytes.substr(0, size);
            bytes.remove_prefix(std::min(size, bytes.size()));
        }
    }
    return r;
}

bool write_all(int to, std::string_view bytes)
{
    while (!bytes.empty()) {
        auto const count = write(to, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

std::string read_all(int from)
{
    auto bytes = std::string{};
    char buffer[65536];
    for (;;) {
        auto const count = read(from, buffer, sizeof buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return bytes;
        bytes.append(buffer, static_cast<std::size_t>(count));
    }
}

} // namespace

RecordedGpuSystem run_gpu_system_apart(workloads::DecodeStep const& step, configs::Parameters const& p,
                                       double sustained_share, GpuPlan const& plan, std::uint64_t batch,
                                       GpuSystemOptions const& options)
{
    require_possible(plan, step.shape, p); // refused here, where the reason can be told
    int ends[2];
    if (pipe(ends) != 0)
        throw configs::SimulationFault{fmt::format("no pipe to a process of its own: {}", std::strerror(errno))};
    auto const child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        throw configs::SimulationFault{fmt::format("no process of its own: {}", std::strerror(errno))};
    }
    if (child == 0) {
        auto done = false;
        try {
            done = write_all(ends[1], packed(run_gpu_system(step, p, sustained_share, plan, batch, options)));
        } catch (std::exception const&) { // the parent says so
        }
        _exit(done ? 0 : 1);
    }
    close(ends[1]);
    auto const bytes = read_all(ends[0]);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0 || bytes.empty())
        throw configs::SimulationFault{"the SystemC modules of the GPUs did not run to their end"};
    return unpacked(bytes);
}

} // namespace scribeline::models
