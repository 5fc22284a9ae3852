// Two shell scripts and two calls of sbatch.
#include "models/program/sweep/slurm.hpp"

#include "configs/failure.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace scribeline::program {

namespace fs = std::filesystem;
using configs::Exit;
using configs::UserError;

namespace {

std::string for_shell(std::string const& text)
{
    auto quoted = std::string{"'"};
    for (auto const c : text)
        quoted += c == '\'' ? std::string{"'\\''"} : std::string(1, c);
    return quoted + "'";
}

bool is_in_path(char const* program)
{
    auto const* const value = std::getenv("PATH");
    auto              rest  = std::string{value == nullptr ? "" : value};
    while (!rest.empty()) {
        auto const colon = std::min(rest.find(':'), rest.size());
        if (::access((fs::path{rest.substr(0, colon)} / program).c_str(), X_OK) == 0)
            return true;
        rest.erase(0, colon + 1);
    }
    return false;
}

void write_script(std::string const& path, std::string const& text)
{
    results::write_atomically(path, text);
    fs::permissions(path, fs::perms::owner_all | fs::perms::group_read | fs::perms::others_read);
}

// The value of an option in a script, as sbatch reads it: in quotes, where a backslash takes the next character as it
// is, and with `%` doubled, which stands for numbers of the job otherwise.
std::string for_sbatch(std::string const& text)
{
    auto quoted = std::string{"\""};
    for (auto const c : text)
        quoted += c == '"' || c == '\\' ? std::string{'\\', c} : c == '%' ? std::string{"%%"} : std::string(1, c);
    return quoted;
}

// Lines of a script end where they end.
void require_one_line(std::string const& what, std::string const& text)
{
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        throw UserError{Exit::usage, fmt::format("{} {}: a script for Slurm cannot hold control characters such as "
                                                 "the end of a line there",
                                                 what, configs::shown(text))};
}

// What a command prints, and how it ended; -1: it could not be started.
std::pair<std::string, int> output_of(std::string const& command)
{
    auto* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr)
        return {"", -1};
    auto said   = std::string{};
    auto buffer = std::array<char, 1024>{};
    while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr)
        said += buffer.data();
    return {said, ::pclose(pipe)};
}

// Numbers of an array's tasks are below MaxArraySize, here from 1 on. Nothing when Slurm does not say.
std::optional<std::size_t> most_tasks_here()
{
    if (!is_in_path("scontrol"))
        return std::nullopt;
    auto const said  = output_of("scontrol show config 2>/dev/null").first;
    auto const key   = said.find("MaxArraySize");
    auto const sign  = said.find('=', key);
    auto const digit = said.find_first_of("0123456789", sign);
    if (key == std::string::npos || sign == std::string::npos || digit == std::string::npos)
        return std::nullopt;
    auto const size = std::strtoull(said.c_str() + digit, nullptr, 10);
    return size > 1 ? std::optional<std::size_t>{size - 1} : std::nullopt;
}

// Slurm's own default is MaxArraySize 1001 (slurm.conf(5)).
constexpr std::size_t usual_most_tasks = 1000;

std::string require_array(std::size_t shards)
{
    auto const most = most_tasks_here();
    if (most && shards > *most)
        throw UserError{Exit::usage, fmt::format("--shards {}: a job array of this cluster has at most {} tasks "
                                                 "(MaxArraySize of its slurm.conf is {}). Ask for --shards {}, and for "
                                                 "--jobs N to run N points of a shard side by side",
                                                 shards, *most, *most + 1, *most)};
    if (!most && shards > usual_most_tasks)
        return fmt::format("--shards {}: a job array of Slurm has at most {} tasks unless the site has raised "
                           "MaxArraySize ('scontrol show config' says); sbatch refuses more",
                           shards, usual_most_tasks);
    return "";
}

std::string directives(SubmitOptions const& options)
{
    auto text = std::string{};
    for (auto const& option : options.sbatch)
        text += "#SBATCH " + option + '\n';
    return text;
}

// sbatch --parsable prints "4711" or "4711;cluster".
std::string submit(std::string const& options, std::string const& script)
{
    auto const command  = fmt::format("sbatch --parsable {} {} 2>&1", options, for_shell(script));
    auto [said, status] = output_of(command);
    if (status == -1)
        throw UserError{Exit::try_again, "cannot start sbatch"};
    while (!said.empty() && said.back() == '\n')
        said.pop_back();
    auto const last   = said.substr(said.rfind('\n') + 1);
    auto const number = last.substr(0, last.find(';'));
    auto const digits = !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !digits)
        throw UserError{Exit::try_again, fmt::format("sbatch refuses {}: {}", script, configs::printable(said))};
    return number;
}

} // namespace

SubmittedSweep submit_sweep(results::SweepFolder const& folder, std::string const& program,
                            SubmitOptions const& options)
{
    if (!options.dry_run && !is_in_path("sbatch"))
        throw UserError{
            Exit::no_input,
            "there is no Slurm here: sbatch is not in PATH. Run the sweep on this machine ('scribeline sweep "
            "run'), write the scripts only (--dry-run), or hand the points to another scheduler "
            "('scribeline sweep plan FILE --emit list')"};
    auto const place = fs::absolute(folder.path()).lexically_normal().string();
    require_one_line("the folder", place);
    for (auto const& option : options.sbatch)
        require_one_line("--sbatch", option);
    auto result         = SubmittedSweep{};
    result.warning      = require_array(options.shards);
    result.array_script = (fs::path{place} / "shards.sbatch").string();
    result.merge_script = (fs::path{place} / "merge.sbatch").string();
    auto error          = std::error_code{};
    fs::create_directories(fs::path{place} / "logs", error);

    auto command =
        fmt::format("{} sweep run {} --shard \"$SLURM_ARRAY_TASK_ID/{}\" --jobs {} --retries {} --yes",
                    for_shell(program), for_shell(place), options.shards, options.processes, options.retries);
    if (options.timeout > 0)
        command += fmt::format(" --timeout {}", options.timeout);
    write_script(result.array_script,
                 fmt::format("#!/bin/bash\n"
                             "#SBATCH --job-name=scribeline-sweep\n"
                             "#SBATCH --array=1-{}\n"
                             "#SBATCH --ntasks=1\n"
                             "#SBATCH --cpus-per-task={}\n"
                             "#SBATCH --requeue\n"
                             "#SBATCH --open-mode=append\n"
                             "#SBATCH --output={}/logs/shard-%a.log\"\n"
                             "{}"
                             "{}\n"
                             "status=$?\n"
                             "# 75: points remain. A few tries are worth it, more are not.\n"
                             "if [ $status -eq 75 ] && [ \"${{SLURM_RESTART_COUNT:-0}}\" -lt 3 ]; then\n"
                             "  scontrol requeue \"${{SLURM_ARRAY_JOB_ID}}_${{SLURM_ARRAY_TASK_ID}}\"\n"
                             "fi\n"
                             "exit $status\n",
                             options.shards, options.processes, for_sbatch(place), directives(options), command));
    write_script(result.merge_script,
                 fmt::format("#!/bin/bash\n"
                             "#SBATCH --job-name=scribeline-merge\n"
                             "#SBATCH --ntasks=1\n"
                             "#SBATCH --output={}/logs/merge.log\"\n"
                             "{}"
                             "exec {} sweep merge {}\n",
                             for_sbatch(place), directives(options), for_shell(program), for_shell(place)));
    if (options.dry_run)
        return result;
    result.array_job = submit("", result.array_script);
    result.merge_job = submit("--dependency=afterany:" + result.array_job, result.merge_script);
    return result;
}

} // namespace scribeline::program
