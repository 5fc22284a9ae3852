// The folder of a sweep: its plan, what counts as done, what is refused. And the line that says how far it is.
#include "configs/failure.hpp"
#include "models/program/sweep/progress.hpp"
#include "models/program/sweep/run.hpp"
#include "results/files/sweep/folder.hpp"
#include "results/hdf5/writer.hpp"
#include "support/configs.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

using namespace scribeline;
using namespace scribeline::program;
using namespace scribeline::results;
using scribeline::configs::Exit;
using scribeline::tests::refusal_of;
using scribeline::tests::TemporaryFolder;

namespace {

configs::SweepPlan plan(std::string const& contexts)
{
    return configs::plan_sweep(
        configs::read_sweep_text("description = 'x'\nmachine = 'small'\ngoals = ['min context']\n"
                                 "[fixed]\nmodel = 'tiny'\n[axes]\ncontext = " +
                                     contexts + "\n",
                                 "s.toml", "."));
}

std::string hdf5_bytes()
{
    auto file = hdf5::MemoryFile{};
    file.root().attribute("a", "b");
    auto const bytes = file.image();
    return {bytes.begin(), bytes.end()};
}

} // namespace

TEST_CASE("a plan reads back from its folder as it was")
{
    auto const place  = TemporaryFolder{};
    auto const made   = SweepFolder::prepare(place / "d", plan("[1, 2, 3]"));
    auto const folder = SweepFolder::open(place / "d");
    CHECK(folder.plan().id() == plan("[1, 2, 3]").id());
    CHECK(folder.plan().columns == std::vector<std::string>{"workload.context"});
    CHECK(folder.plan().points[1].values == std::vector<std::string>{"2"});
    CHECK(folder.plan().arguments(folder.plan().points[2]) == plan("[1, 2, 3]").arguments(made.plan().points[2]));
    CHECK(folder.plan().content == plan("[1, 2, 3]").content);
    CHECK(folder.plan().goals.at(0).column == "context");
    CHECK(folder.run_name(7) == "runs/000007.h5");
}

TEST_CASE("a folder of another sweep, a file and somebody's folder are refused, and left as they were")
{
    auto const place = TemporaryFolder{};
    SweepFolder::prepare(place / "d", plan("[1, 2]"));
    auto refusal = refusal_of([&] { SweepFolder::prepare(place / "d", plan("[1, 3]")); });
    CHECK(refusal.code == Exit::bad_config);
    CHECK(refusal.text.find("holds another sweep: 2 points") != std::string::npos);
    CHECK(SweepFolder::open(place / "d").plan().id() == plan("[1, 2]").id());

    place.write("file", "");
    CHECK(refusal_of([&] { SweepFolder::prepare(place / "file", plan("[1]")); }).code == Exit::cannot_create);
    CHECK(refusal_of([&] { SweepFolder::prepare(place.path().string(), plan("[1]")); }).code == Exit::cannot_create);
    CHECK(refusal_of([&] { SweepFolder::open(place / "nothing"); }).code == Exit::no_input);
    place.write("d/plan.json", "{\"scribeline_sweep\": 1}");
    CHECK(refusal_of([&] { SweepFolder::open(place / "d"); }).code == Exit::bad_config);
}

TEST_CASE("the same sweep with its file written another way goes on in its folder")
{
    auto const place = TemporaryFolder{};
    SweepFolder::prepare(place / "d", plan("[1, 2]"));
    CHECK_NOTHROW(SweepFolder::prepare(place / "d", plan("{ from = 1, to = 2, step = 1 }")));
}

TEST_CASE("a result counts when it is complete, an error when it says that the point cannot be")
{
    auto const place  = TemporaryFolder{};
    auto const folder = SweepFolder::prepare(place / "d", plan("[1, 2, 3, 4, 5]"));
    auto const bytes  = hdf5_bytes();
    place.write("d/runs/000000.h5", bytes);
    place.write("d/runs/000001.h5", bytes.substr(0, bytes.size() - 1));
    place.write("d/runs/000002.h5", "not HDF5");
    folder.write_error(3, {PointStatus::infeasible, 1, 1, 0.5, 1e6, "too large"});
    folder.write_error(4, {PointStatus::timed_out, 137, 2, 9, 1e6, "took longer than 9 s"});
    CHECK(folder.is_done(0));
    CHECK_FALSE(folder.is_done(1));
    CHECK_FALSE(folder.is_done(2));
    CHECK(folder.is_done(3));
    CHECK_FALSE(folder.is_done(4));
    auto states = PointStates{};
    states.refresh(folder);
    auto const counts = count_points(states);
    CHECK(counts[PointStatus::ok] == 1);
    CHECK(counts[PointStatus::pending] == 2);
    CHECK(counts.remaining() == 3);
    CHECK(describe(folder, states).find("point 4 timed_out after 2 attempts: took longer than 9 s") !=
          std::string::npos);
    // A result that came later is what counts.
    place.write("d/runs/000004.h5", bytes);
    CHECK(folder.status(4) == PointStatus::ok);
    place.write("d/runs/000003.error.json", "{");
    CHECK(folder.status(3) == PointStatus::pending);
}

TEST_CASE("a file that is written whole is never written through a link, also not under its hidden name")
{
    auto const place = TemporaryFolder{};
    auto const names = [&] { return place.names(); };
    auto       host  = std::array<char, 256>{};
    ::gethostname(host.data(), host.size() - 1);
    auto const hidden = fmt::format(".plan.json.{}.{}.0", host.data(), ::getpid()); // which somebody may guess
    std::filesystem::create_symlink(place / "victim", place / hidden);
    std::filesystem::create_symlink(place / "victim", place / "plan.json");
    write_atomically(place / "plan.json", "whole");
    CHECK(tests::read_file(place / "plan.json") == "whole");
    CHECK_FALSE(std::filesystem::is_symlink(place / "plan.json"));
    CHECK(names() == std::vector<std::string>{hidden, "plan.json"}); // no victim, and nothing left behind
    auto const refusal = refusal_of([&] { write_atomically(place / "nowhere/plan.json", "whole"); });
    CHECK(refusal.code == Exit::cannot_write);
}

TEST_CASE("shards share out the points")
{
    CHECK(parse_shard("2/3").index == 1);
    CHECK(parse_shard("2/3").count == 3);
    for (auto const* wrong : {"", "1", "0/3", "4/3", "a/3", "1/", "1/0", "1/3x", "-1/3", "/"})
        CHECK(refusal_of([&] { parse_shard(wrong); }).code == Exit::usage);
    auto const place  = TemporaryFolder{};
    auto const folder = SweepFolder::prepare(place / "d", plan("[1, 2, 3, 4, 5]"));
    auto       total  = std::size_t{0};
    auto       states = PointStates{};
    states.refresh(folder);
    for (std::size_t k = 0; k < 3; ++k)
        total += count_points(states, {k, 3}).total();
    CHECK(total == 5);
}

TEST_CASE("a progress line says how many, how fast and how long still")
{
    auto stream   = std::ostringstream{};
    auto progress = Progress{stream, Progress::Style::terminal, 20, 2};
    for (int i = 0; i < 50; ++i)
        progress.point_took(2);
    progress.point_took(500); // one that hangs does not spoil the estimate
    auto const state = ProgressState{200, 68, 2, {{12, 1.0}, {45, 12.3}}};
    CHECK(progress.line(state, 10) == "68/200 points, 2 failed, 5 points/s, 2 min left; point 45 runs for 12 s");
    progress.show(state);
    CHECK(stream.str().empty()); // not at once
    CHECK(short_duration(89) == "89 s");
    CHECK(short_duration(600) == "10 min");
    CHECK(short_duration(7200) == "2.0 h");
}
