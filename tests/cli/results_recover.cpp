// `recover` on what killed runs, full disks and careless copies really leave.
#include "configs/sweep/sampling.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace scribeline::tests;
namespace fs = std::filesystem;

namespace {

constexpr char const* python = "/usr/bin/python3";

std::string small_run(TemporaryFolder const& place)
{
    REQUIRE(run_scribeline({"run", "-q", "-o", place / "whole.h5"}).exit_code == 0);
    return read_file(place / "whole.h5");
}

// The damaged file is only read, and what is written is a good file: to recover it again loses nothing.
void require_good_end(TemporaryFolder const& place, std::string const& bytes)
{
    auto const damaged = place.write("damaged.h5.part", bytes);
    auto const run     = run_scribeline({"recover", damaged, "-o", place / "out.h5"});
    INFO(run);
    REQUIRE((run.exit_code == 0 || run.exit_code == 65));
    CHECK(read_file(damaged) == bytes);
    if (run.exit_code == 65) {
        CHECK(run.err.find("Run it again") != std::string::npos);
        CHECK_FALSE(fs::exists(place / "out.h5"));
        return;
    }
    auto const again = run_scribeline({"recover", place / "out.h5", "-o", place / "again.h5"});
    INFO(again);
    CHECK(again.exit_code == 0);
    CHECK(again.out.find("nothing is lost") != std::string::npos);
    fs::remove(place / "out.h5");
}

} // namespace

TEST_CASE("a file that was complete before its run was killed is recovered whole")
{
    auto const place = TemporaryFolder{};
    place.write("run.h5.part", small_run(place));
    auto const run = run_scribeline({"recover", place / "run.h5.part"});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.out.find("nothing is lost") != std::string::npos);
    CHECK(run.out.find("scribeline show " + (place / "run.recovered.h5")) != std::string::npos);
    for (auto const* format : {"csv", "json"}) {
        auto const before = run_scribeline({"show", place / "whole.h5", "--format", format});
        auto const after  = run_scribeline({"show", place / "run.recovered.h5", "--format", format});
        auto       text   = after.out;
        if (auto const at = text.find("run.recovered.h5"); at != std::string::npos)
            text.replace(at, 16, "whole.h5");
        CHECK(text == before.out);
    }
    auto const second = run_scribeline({"recover", place / "run.h5.part"});
    CHECK(second.exit_code == 73);
    CHECK(second.err.find("is there already") != std::string::npos);
}

TEST_CASE("a file that was cut short gives what its bytes hold, at any length")
{
    auto const place = TemporaryFolder{};
    auto const whole = small_run(place);
    auto const step  = whole.size() / 16;
    for (auto length = step; length < whole.size(); length += step) {
        CAPTURE(length);
        require_good_end(place, whole.substr(0, length));
    }
    // Nine tenths hold some of the tables, and say what they do not hold.
    auto const most = place.write("most.h5", whole.substr(0, whole.size() * 9 / 10));
    auto const run  = run_scribeline({"recover", most});
    INFO(run);
    CHECK(run.exit_code == 0);
    CHECK(run.out.find("more are missing at its end") != std::string::npos);
    CHECK(run.out.find("  lost /") != std::string::npos);
}

TEST_CASE("bytes that went bad cost the objects that they belong to and crash nothing")
{
    auto const place  = TemporaryFolder{};
    auto const whole  = small_run(place);
    auto       random = scribeline::configs::SplitMix64{7};
    for (int i = 0; i < 12; ++i) {
        auto       bytes = whole;
        auto const at = 200 + static_cast<std::size_t>(random.uniform() * (static_cast<double>(bytes.size()) - 1200));
        for (std::size_t k = 0; k < 1000; ++k)
            bytes[at + k] = static_cast<char>(random.uniform() * 256);
        CAPTURE(i, at);
        require_good_end(place, bytes);
    }
}

TEST_CASE("a run of every wavelet that is killed leaves its configuration, which repeats it")
{
    auto const place = TemporaryFolder{};
    auto const part  = place / "run.h5.part";
    auto const script =
        std::string{SCRIBELINE_PROGRAM} +
        " run --machine wse2 --model llama-3-8b --context 4096 --region 240x240 --fidelity wavelet -q -o " +
        (place / "run.h5") + " & run=$!; while ! test -s " + part +
        "; do sleep 0.01; done; sleep 0.05; " SCRIBELINE_PROGRAM " recover " + part +
        "; echo $?; kill -9 $run; wait $run";
    auto const killed = run_program({"sh", "-c", script});
    INFO(killed);
    CHECK(killed.err.find("is being written by a run that goes on") != std::string::npos);
    CHECK(killed.out == "75\n");
    auto const run = run_scribeline({"recover", part});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    CHECK(run.out.find("ended before it had a result") != std::string::npos);
    CHECK(run_scribeline({"show", place / "run.recovered.h5"}).exit_code == 65); // no result, and it says so
    auto const repeated =
        run_scribeline({"run", "--from", place / "run.recovered.h5", "--fidelity", "folded", "--dry-run"});
    INFO(repeated);
    CHECK(repeated.exit_code == 0);
    CHECK(repeated.out.find("fits 240x240 PEs") != std::string::npos);
}

TEST_CASE("a file that its writer never closed is read to its end")
{
    if (run_program({python, "-c", "import h5py"}).exit_code != 0) {
        WARN("SKIPPED: such a file is made with python3-h5py");
        return;
    }
    auto const place  = TemporaryFolder{};
    auto const script = place.write("unclosed.py", "import h5py, os, sys\n"
                                                   "f = h5py.File(sys.argv[2], 'w', libver=sys.argv[1])\n"
                                                   "f['some/numbers'] = list(range(100000))\n"
                                                   "f['text'] = 'hello'\n"
                                                   "if sys.argv[1] == 'latest': f.swmr_mode = True\n"
                                                   "f.flush()\n"
                                                   "os.kill(os.getpid(), 9)\n");
    for (std::string const version : {"earliest", "latest"}) { // with and without a mark of being open
        CAPTURE(version);
        auto const file = place / (version + ".h5");
        CHECK(run_program({python, script, version, file}).signal == 9);
        auto const run = run_scribeline({"recover", file});
        INFO(run);
        CHECK(run.exit_code == 0);
        CHECK(run.out.find("2 datasets in 2 groups; nothing is lost") != std::string::npos);
        auto const sum = run_program({python, "-c",
                                      "import h5py, sys; f = h5py.File(sys.argv[1]); "
                                      "print(f['some/numbers'][:].sum(), f['text'].asstr()[()], f.attrs['recovered'])",
                                      place / (version + ".recovered.h5")});
        INFO(sum);
        CHECK(sum.out == "4999950000 hello from " + version + ".h5; lost: nothing\n");
    }
}

TEST_CASE("what cannot be recovered is told in one line")
{
    auto const place = TemporaryFolder{};
    auto const check = [&](std::vector<std::string> const& arguments, int code, std::string const& words) {
        auto command = std::vector<std::string>{"recover"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        auto const run = run_scribeline(command);
        INFO(run);
        CHECK(run.exit_code == code);
        CHECK(run.err.find(words) != std::string::npos);
        CHECK(run.out.empty());
    };
    check({place / "nothing.h5"}, 66, "cannot read");
    check({place.path().string()}, 66, "is no regular file");
    check({place.write("empty.h5.part", "")}, 66, "is empty: its run ended before there was a result");
    check({place.write("words.h5", "some words, and some more to be longer than a superblock")}, 65,
          "does not begin as an HDF5 file does");
    auto const whole = small_run(place);
    check({place / "whole.h5", "-o", place / "whole.h5"}, 64, "stays as it is");
    check({place / "whole.h5", "-o", place / "no/such/folder.h5"}, 73, "does not exist");
    auto long_one = whole;
    long_one[46]  = '\x7f'; // the length that the superblock states
    check({place.write("long.h5", long_one)}, 65, "its first bytes are damaged");
    CHECK(read_file(place / "whole.h5") == whole);
}
