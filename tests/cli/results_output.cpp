// Writing the result: what cannot be written is said with the right code, and an earlier result survives whatever
// happens to a later run.
#include "support/build_kind.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>

using scribeline::tests::read_file;
using scribeline::tests::run_program;
using scribeline::tests::run_scribeline;
using scribeline::tests::RunOptions;
using scribeline::tests::TemporaryFolder;

namespace {

// A folder that holds one good result.
struct EarlierResult {
    TemporaryFolder folder;
    std::string     file = folder / "first.h5";
    std::string     content;

    EarlierResult()
    {
        auto const run = run_scribeline({"run", "-o", file});
        INFO(run);
        REQUIRE(run.exit_code == 0);
        content = read_file(file);
        REQUIRE(content.size() > 10'000);
    }
    bool untouched() const { return read_file(file) == content; }
};

} // namespace

TEST_CASE("an output that cannot be made is refused")
{
    auto const folder = TemporaryFolder{};
    folder.write("a_file", "");
    auto const target = GENERATE("missing_folder/out.h5", "a_file/out.h5", ".", "");
    auto const output = std::string{target}.empty() ? std::string{} : folder / target;
    auto const run    = run_scribeline({"run", "-o", output});
    CAPTURE(output);
    INFO(run);
    CHECK(run.exit_code == (output.empty() ? 64 : 73));
    CHECK(run.err.find(output) != std::string::npos);
    CHECK(folder.names() == std::vector<std::string>{"a_file"});
}

TEST_CASE("an output that cannot be made is refused before the run, not after it")
{
    auto const folder = TemporaryFolder{};
    auto const run    = run_scribeline({"run", "-o", folder / "missing/out.h5"});
    INFO(run);
    CHECK(run.exit_code == 73);
    CHECK(run.out.empty());
}

TEST_CASE("a full disk is told, leaves no half file and the earlier result as it was")
{
    auto const earlier   = EarlierResult{};
    auto       options   = RunOptions{};
    options.largest_file = GENERATE(0u, 100u, 2'000u, 8'000u);
    CAPTURE(*options.largest_file);
    SECTION("on top of an earlier result")
    {
        auto const run = run_scribeline({"run", "-o", earlier.file}, options);
        INFO(run);
        CHECK(run.exit_code == 74);
        CHECK(run.err.find("first.h5") != std::string::npos);
    }
    SECTION("as a new file")
    {
        auto const run = run_scribeline({"run", "-o", earlier.folder / "second.h5"}, options);
        INFO(run);
        CHECK(run.exit_code == 74);
        CHECK(run.err.find("second.h5") != std::string::npos);
    }
    CHECK(earlier.untouched());
    CHECK(earlier.folder.names() == std::vector<std::string>{"first.h5"});
}

TEST_CASE("a file system without space is told")
{
    auto const folder = TemporaryFolder{};
    // A file system of 16 KiB that only the program sees.
    auto const with_tiny_disk = [&](std::vector<std::string> const& command) {
        auto all = std::vector<std::string>{"unshare",
                                            "--mount",
                                            "sh",
                                            "-c",
                                            "mount -t tmpfs -o size=16k tmpfs \"$0\" && exec \"$@\"",
                                            folder.path().string()};
        all.insert(all.end(), command.begin(), command.end());
        return run_program(all);
    };
    if (with_tiny_disk({"true"}).exit_code != 0) {
        WARN("SKIPPED: not allowed to mount a file system here; the limit on file size is tested all the same");
        return;
    }
    auto const run = with_tiny_disk({SCRIBELINE_PROGRAM, "run", "-o", folder / "out.h5"});
    INFO(run);
    CHECK(run.exit_code == 74);
    CHECK(run.err.find("out.h5") != std::string::npos);
}

TEST_CASE("a standard output that is full is told")
{
    auto const run = run_program({"sh", "-c", "exec \"$0\" run > /dev/full", SCRIBELINE_PROGRAM});
    INFO(run);
    CHECK(run.exit_code == 74);
}

TEST_CASE("kill -9 at any moment leaves either no result or a whole one")
{
    auto const folder   = TemporaryFolder{};
    auto const command  = std::vector<std::string>{"run", "--trace", "-o", folder / "out.h5"};
    auto const complete = run_scribeline(command);
    INFO(complete);
    REQUIRE(complete.exit_code == 0);
    REQUIRE(std::filesystem::remove(folder / "out.h5"));

    auto constexpr moments = 12;
    auto killed            = 0;
    for (auto moment = 0; moment < moments; ++moment) {
        auto       options = RunOptions{};
        auto const seconds = complete.seconds * (moment + 0.5) / moments;
        options.kill_after = std::chrono::milliseconds{static_cast<int>(seconds * 1000)};
        auto const run     = run_scribeline(command, options);
        INFO("killed after " << seconds << " s\n" << run);
        killed += run.signal == SIGKILL ? 1 : 0;
        if (std::filesystem::exists(folder / "out.h5")) {
            auto const again = run_scribeline({"run", "--from", folder / "out.h5"});
            INFO(again);
            CHECK(again.exit_code == 0);
            std::filesystem::remove(folder / "out.h5");
        }
    }
    CHECK(killed >= moments / 2);

    // What the killed left behind is in nobody's way.
    auto const after = run_scribeline(command);
    INFO(after);
    CHECK(after.exit_code == 0);
    auto const names = folder.names();
    CHECK(std::find(names.begin(), names.end(), "out.h5") != names.end());
    CHECK(std::find(names.begin(), names.end(), "out.h5.part") == names.end());
}

TEST_CASE("kill -9 at any moment leaves the earlier result or the new one, whole")
{
    auto const earlier     = EarlierResult{};
    auto constexpr moments = 6;
    for (auto moment = 0; moment < moments; ++moment) {
        auto options       = RunOptions{};
        options.kill_after = std::chrono::milliseconds{20 * (1 << moment)};
        auto const run     = run_scribeline({"run", "--context", "48", "-o", earlier.file}, options);
        if (earlier.untouched()) {
            continue;
        }
        auto const again = run_scribeline({"run", "--from", earlier.file});
        INFO(run);
        INFO(again);
        CHECK(again.exit_code == 0);
    }
}

TEST_CASE("Ctrl-C and its kin end with their code, leave no half file and the earlier result as it was")
{
    struct Interruption {
        char const* signal;
        int         exit_code;
    };
    auto const interruption = GENERATE(values<Interruption>({{"INT", 130}, {"TERM", 143}, {"HUP", 129}}));
    CAPTURE(interruption.signal);
    auto const earlier = EarlierResult{};
    // Takes many seconds, so the signal comes in the middle; where a busy machine has not started the program by then,
    // the signal ends it as it ends any program, and it is sent later.
    auto run = scribeline::tests::RunResult{};
    for (auto const* const seconds : {"0.4", "2", "10"}) {
        run = run_program({"timeout", "--preserve-status", std::string{"--signal="} + interruption.signal, seconds,
                           SCRIBELINE_PROGRAM, "run", "--machine", "wse2", "--model", "llama-3-8b", "--region",
                           "700x700", "--fidelity", "wavelet", "-o", earlier.file});
        if (!run.err.empty()) {
            break;
        }
    }
    INFO(run);
    CHECK(run.exit_code == interruption.exit_code);
    CHECK(run.out.empty());
    CHECK(run.err.find("interrupted") != std::string::npos);
    CHECK(earlier.untouched());
    CHECK(earlier.folder.names() == std::vector<std::string>{"first.h5"});
}

TEST_CASE("Ctrl-C at any moment leaves no half file")
{
    auto const earlier     = EarlierResult{};
    auto constexpr moments = 12;
    auto interrupted       = 0;
    for (auto moment = 1; moment <= moments; ++moment) {
        auto const seconds = std::to_string(0.004 * moment);
        auto const run     = run_program({"timeout", "--preserve-status", "--signal=INT", seconds, SCRIBELINE_PROGRAM,
                                          "run", "--context", "48", "-o", earlier.file});
        INFO(run);
        CAPTURE(seconds);
        // Signal 2: before the program was ready for it. 0: too late.
        CHECK((run.exit_code == 130 || run.signal == SIGINT || run.exit_code == 0));
        CHECK(earlier.folder.names() == std::vector<std::string>{"first.h5"});
        interrupted += run.exit_code == 0 ? 0 : 1;
    }
    CHECK(interrupted > 0); // else nothing was tested
    auto const again = run_scribeline({"run", "--from", earlier.file});
    INFO(again);
    CHECK(again.exit_code == 0);
}

TEST_CASE("a signal that the caller ignores does not end the run")
{
    auto const run = run_program({"sh", "-c",
                                  "trap '' HUP; \"$0\" run --region 32x32 --machine small --context 4096 > /dev/null & "
                                  "sleep 0.02; kill -HUP $!; wait $!",
                                  SCRIBELINE_PROGRAM});
    INFO(run);
    CHECK(run.exit_code == 0);
}

TEST_CASE("a file that grows over the user's limit is told, though the system would send a signal")
{
    auto const earlier = EarlierResult{};
    auto const run =
        run_program({"sh", "-c", "ulimit -f 8; exec \"$0\" run -o \"$1\"", SCRIBELINE_PROGRAM, earlier.file});
    INFO(run);
    CHECK(run.exit_code == 74);
    CHECK(run.err.find("ulimit") != std::string::npos);
    CHECK(earlier.untouched());
}

TEST_CASE("a run that memory does not hold is told")
{
    if (scribeline::tests::sanitized) {
        WARN("SKIPPED: left out with the sanitizers: they reserve more than any limit");
        return;
    }
    auto const run = run_program({"sh", "-c",
                                  "ulimit -v 250000; exec \"$0\" run --machine wse2 --model llama-3-8b "
                                  "--region 660x660 --fidelity wavelet",
                                  SCRIBELINE_PROGRAM});
    INFO(run);
    CHECK(run.exit_code == 75);
    CHECK(run.err.find("memory") != std::string::npos);
}
