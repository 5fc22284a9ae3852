// Each finding is looked up anew; nothing is kept. What the numbers of a PE's memory come from stands at their
// constants.
#include "models/program/doctor_command.hpp"

#include "configs/schema/gpu_tables.hpp"
#include "configs/schema/resolve.hpp"
#include "configs/share.hpp"
#include "results/files/build_info.hpp"
#include "results/views/csv_field.hpp"
#include "results/views/export/group_table.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

namespace scribeline::program {

using namespace results;

namespace {

namespace fs = std::filesystem;
using configs::Exit;

enum class Health { good, note, bad };

char const* name_of(Health health) { return health == Health::good ? "good" : health == Health::note ? "note" : "bad"; }

struct Finding {
    std::string subject;
    Health      health;
    std::string text;
};

std::string gigabytes(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

Finding program()
{
    auto const build = build_info();
    return {"program", Health::good,
            fmt::format("scribeline {}, commit {}{}, {} with {}", build.version, build.git_commit,
                        build.git_dirty ? " with changes" : "", build.build_type, build.compiler)};
}

Finding libraries()
{
    auto const build = build_info();
    return {"libraries", Health::good, fmt::format("SystemC {}, HDF5 {}", build.systemc, build.hdf5)};
}

// Maps and long columns of a result file are stored with both.
Finding filters()
{
    auto const deflate = H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0, shuffle = H5Zfilter_avail(H5Z_FILTER_SHUFFLE) > 0;
    if (deflate && shuffle)
        return {"HDF5 filters", Health::good, "deflate and shuffle"};
    return {"HDF5 filters", Health::bad,
            fmt::format("no {}: result files cannot be written. Use an HDF5 library built with zlib",
                        deflate ? "shuffle" : "deflate")};
}

// Some NFS and Lustre have no locks. Tried on the folder itself, so that nothing is written.
Finding locking()
{
    auto const* wish = std::getenv("HDF5_USE_FILE_LOCKING");
    auto const  fd   = ::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto const  can  = fd >= 0 && ::flock(fd, LOCK_SH | LOCK_NB) == 0;
    auto const  why  = can ? 0 : errno;
    if (fd >= 0)
        ::close(fd);
    auto const set = wish == nullptr ? std::string{} : fmt::format(" (HDF5_USE_FILE_LOCKING={})", wish);
    if (can || why == EWOULDBLOCK)
        return {"file locking", Health::good, "works in this folder" + set};
    return {"file locking", Health::note,
            fmt::format("not in this folder: {}{}. To read result files here, set HDF5_USE_FILE_LOCKING=FALSE",
                        std::strerror(why), set)};
}

Finding shipped()
{
    auto const folders = configs::share_folders();
    auto const count   = configs::shipped_machines().size();
    if (folders.empty() || count == 0)
        return {"shipped files", Health::bad,
                "no machines found; install the program as a whole, or set SCRIBELINE_SHARE to its folder"};
    return {"shipped files", Health::good, fmt::format("{} machines in {}", count, folders.front().string())};
}

Finding working_folder()
{
    auto error = std::error_code{};
    auto space = fs::space(".", error);
    if (error || ::access(".", W_OK) != 0)
        return {"this folder", Health::note, "cannot be written to; name result files elsewhere with -o"};
    auto const little = space.available < 100'000'000; // a full wafer's maps are some tens of megabytes
    return {"this folder", little ? Health::note : Health::good,
            fmt::format("{} free", gigabytes(static_cast<double>(space.available)))};
}

// None: no limit.
std::optional<std::uint64_t> limit(int resource)
{
    auto value = rlimit{};
    if (::getrlimit(static_cast<__rlimit_resource>(resource), &value) != 0 || value.rlim_cur == RLIM_INFINITY)
        return std::nullopt;
    return value.rlim_cur;
}

Finding limits()
{
    auto text = std::string{};
    auto say  = [&](char const* name, int resource, double unit, char const* units) {
        auto const value = limit(resource);
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name,
                            value ? fmt::format("{:.0f}{}", static_cast<double>(*value) / unit, units) : "unlimited");
    };
    say("memory", RLIMIT_AS, 1e9, " GB");
    say("stack", RLIMIT_STACK, 1024, " KiB");
    say("file size", RLIMIT_FSIZE, 1e9, " GB");
    say("open files", RLIMIT_NOFILE, 1, "");
    auto maps = std::ifstream{"/proc/sys/vm/max_map_count"};
    if (std::uint64_t count = 0; maps >> count)
        text += fmt::format(", mappings {}", count);
    return {"limits", Health::good, text};
}

// Of the machine, of the control group and of ulimit -v: the least.
std::optional<double> free_memory()
{
    auto least = std::optional<double>{};
    auto take  = [&](double bytes) { least = least ? std::min(*least, bytes) : bytes; };
    auto info  = std::ifstream{"/proc/meminfo"};
    for (std::string line; std::getline(info, line);)
        if (auto words = std::istringstream{line.substr(std::min<std::size_t>(line.size(), 13))};
            line.rfind("MemAvailable:", 0) == 0)
            if (double kib = 0; words >> kib)
                take(kib * 1024);
    auto   group_limit = std::ifstream{"/sys/fs/cgroup/memory.max"};
    auto   group_used  = std::ifstream{"/sys/fs/cgroup/memory.current"};
    double most = 0, used = 0;
    if (group_limit >> most && group_used >> used) // "max" is no number
        take(std::max(most - used, 0.0));
    if (auto const own = limit(RLIMIT_AS))
        take(static_cast<double>(*own));
    return least;
}

// The line through two measured peaks of resident memory, at fidelity wavelet with llama-3-8b at 4,096 tokens on wse2:
// 180.9 MB on 240x240 PEs, 466.9 MB on 420x420.
constexpr double bytes_per_pe = 2410;
constexpr double bytes_of_all = 42e6;

Finding memory(configs::Config const& config)
{
    auto const& parameters = config.parameters;
    auto        region     = parameters.mapping.region;
    if (region.columns == 0) // not said: as large as the wafer, at most
        region = {parameters.wafer.columns, parameters.wafer.rows};
    auto const pes  = static_cast<double>(region.columns) * static_cast<double>(region.rows);
    auto const need = bytes_of_all + pes * bytes_per_pe;
    auto const free = free_memory();
    auto const what = fmt::format("every wavelet on the {}x{} PEs of {} needs some {}", region.columns, region.rows,
                                  config.machine, gigabytes(need));
    if (!free)
        return {"memory", Health::note, what + "; how much is free cannot be told here"};
    if (*free < need)
        return {
            "memory", Health::bad,
            fmt::format("{} free, and {}. Choose a smaller --region, or --fidelity folded", gigabytes(*free), what)};
    return {"memory", Health::good, fmt::format("{} free; {}", gigabytes(*free), what)};
}

Finding threads(configs::Config const& config)
{
    auto       set    = cpu_set_t{};
    auto const cores  = ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
    auto const wanted = config.parameters.run.threads;
    auto const text   = cores == 0 ? std::string{"how many cores there are cannot be told here"}
                                   : fmt::format("{} core{} for this program", cores, cores == 1 ? "" : "s");
    if (cores > 0 && wanted > static_cast<std::uint32_t>(cores))
        return {"threads", Health::note, fmt::format("{}, and run.threads asks for {}", text, wanted)};
    return {"threads", cores == 0 ? Health::note : Health::good, text};
}

// Where PATH has a program; empty: nowhere.
std::string in_path(std::string const& name)
{
    auto const* path    = std::getenv("PATH");
    auto        folders = std::istringstream{path == nullptr ? "" : path};
    for (std::string folder; std::getline(folders, folder, ':');) {
        auto const file = (fs::path{folder.empty() ? "." : folder} / name).string();
        if (::access(file.c_str(), X_OK) == 0 && !fs::is_directory(file))
            return file;
    }
    return {};
}

Finding slurm()
{
    auto const sbatch = in_path("sbatch");
    if (sbatch.empty())
        return {"Slurm", Health::note, "no sbatch in PATH: 'sweep submit' needs it, 'sweep run' does not"};
    return {"Slurm", Health::good, sbatch};
}

std::string as_text(std::vector<Finding> const& findings)
{
    auto text = std::string{};
    for (auto const& each : findings)
        text += fmt::format("{:<5} {:<14} {}\n", name_of(each.health), each.subject, configs::printable(each.text));
    return text;
}

std::string as_csv(std::vector<Finding> const& findings)
{
    auto text = std::string{"subject,health,finding\n"};
    for (auto const& each : findings)
        text += fmt::format("{},{},{}\n", csv_field(each.subject), name_of(each.health), csv_field(each.text));
    return text;
}

std::string as_json(std::vector<Finding> const& findings)
{
    using Json = nlohmann::ordered_json;
    auto rows  = Json::array();
    for (auto const& each : findings)
        rows.push_back({{"subject", each.subject}, {"health", name_of(each.health)}, {"finding", each.text}});
    auto const whole = Json{{"schema_version", "1.0"}, {"findings", std::move(rows)}};
    return whole.dump(2, ' ', true, Json::error_handler_t::replace) + '\n';
}

} // namespace

Exit doctor_command(configs::CommandLine const& line, std::ostream& out)
{
    auto const config = configs::resolve(line);
    auto findings = std::vector{program(), libraries(), filters(), locking(), shipped(), working_folder(), limits()};
    if (configs::applies("fabric", config.parameters.machine.kind))
        findings.push_back(memory(config));
    findings.push_back(threads(config));
    findings.push_back(slurm());
    out << (line.format == configs::OutputFormat::json  ? as_json(findings)
            : line.format == configs::OutputFormat::csv ? as_csv(findings)
                                                        : as_text(findings));
    auto const bad =
        std::any_of(findings.begin(), findings.end(), [](auto const& f) { return f.health == Health::bad; });
    return bad ? Exit::answer_is_no : Exit::done;
}

} // namespace scribeline::program
