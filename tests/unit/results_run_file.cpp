// What is in the result file, and that it reads back.
#include "configs/sha256.hpp"
#include "results/files/run_file.hpp"
#include "results/hdf5/reader.hpp"
#include "support/results_sample.hpp"
#include "support/temporary_folder.hpp"

#include <cmath>
#include <filesystem>
#include <numeric>

#include <catch2/catch.hpp>

using namespace scribeline;
using results::hdf5::InputFile;

namespace {

// netCDF's name for a dimension without coordinates: such a dataset is no variable.
bool is_bare_dimension(InputFile const& file, std::string const& dataset)
{
    return file.attribute(dataset, "NAME").value_or("").rfind("This is a netCDF dimension but not", 0) == 0;
}

struct Written {
    tests::TemporaryFolder directory;
    configs::Config        config  = tests::sample_config();
    models::Outcome        outcome = tests::sample_outcome();
    std::string            path    = directory / "run.h5";

    Written() { results::write_run(config, outcome, path); }
    InputFile file() const { return InputFile{path}; }
};

std::uint64_t picoseconds(std::uint64_t cycles)
{
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(cycles) * 1e12 / 1.1e9));
}

} // namespace

TEST_CASE("every dataset of a run file has units and a long name")
{
    auto const run       = Written{};
    auto const file      = run.file();
    auto const datasets  = file.datasets();
    int        variables = 0;
    for (auto const& dataset : datasets) {
        if (!is_bare_dimension(file, dataset)) {
            CAPTURE(dataset);
            CHECK(file.attribute(dataset, "units").value_or("") != "");
            CHECK(file.attribute(dataset, "long_name").value_or("") != "");
            ++variables;
        }
    }
    CHECK(variables > 90);
}

TEST_CASE("a run file has every group that its documentation names")
{
    auto const run  = Written{};
    auto const file = run.file();
    for (auto const* object : {"/meta/status",
                               "/meta/config_toml",
                               "/meta/sources/name",
                               "/meta/sources/sha256",
                               "/meta/warnings",
                               "/meta/books/left_value",
                               "/parameters/fabric/hop_latency",
                               "/parameters/workload/model",
                               "/machine/reticle",
                               "/machine/link_kind",
                               "/machine/pe_state",
                               "/summary/cycles_per_layer",
                               "/summary/bound_by",
                               "/summary/fits",
                               "/sram/bytes",
                               "/operators/start",
                               "/operators/layer",
                               "/waterfall/so_far",
                               "/fabric/window",
                               "/fabric/pe_busy",
                               "/fabric/link_busy",
                               "/fabric/pe_idle_cycles",
                               "/scribe/wavelets",
                               "/scribe/window_busy",
                               "/wavelets/time",
                               "/wavelets/dropped"}) {
        CAPTURE(object);
        CHECK(file.has(object));
    }
    CHECK(file.attribute("/", "Conventions") == "Scribeline-1.2");
    CHECK(file.attribute("/", "NX_class") == "NXroot");
    for (auto const* name : {"created", "finished", "command_line", "simulator_version", "git_commit", "compiler",
                             "build_type", "systemc_version", "hdf5_version", "fidelity", "config_sha256"}) {
        CAPTURE(name);
        CHECK(file.attribute("/meta", name).value_or("") != "");
    }
    CHECK(file.number_attribute("/meta", "seed") == 7);
    CHECK(file.number_attribute("/meta", "wall_seconds") == 1.5);
    CHECK(file.number_attribute("/meta", "peak_rss_bytes") > 1e6);
}

TEST_CASE("in a run file the parts of each operator add up to its time, in cycles and in picoseconds")
{
    auto const run  = Written{};
    auto const file = run.file();
    auto const size = run.outcome.operators.size();

    std::vector<std::uint64_t> cycles(size), time(size);
    for (std::size_t part = 0; part < models::part_count; ++part) {
        auto const name        = std::string{"/operators/"} + name_of(static_cast<models::Part>(part));
        auto const part_time   = file.counts(name);
        auto const part_cycles = file.counts(name + "_cycles");
        for (std::size_t i = 0; i < size; ++i) {
            time[i] += part_time.at(i);
            cycles[i] += part_cycles.at(i);
            CHECK(part_cycles[i] == run.outcome.operators[i].parts[part]);
        }
    }
    auto const start = file.counts("/operators/start");
    auto const end   = file.counts("/operators/end");
    for (std::size_t i = 0; i < size; ++i) {
        CAPTURE(i);
        CHECK(start[i] == picoseconds(run.outcome.operators[i].start));
        CHECK(time[i] == end[i] - start[i]);
        CHECK(cycles[i] == file.counts("/operators/cycles")[i]);
    }
}

TEST_CASE("the codes of a coded column have as many meanings as values, and the right ones")
{
    auto const run  = Written{};
    auto const file = run.file();
    CHECK(file.counts("/operators/kind") == std::vector<std::uint64_t>{0, 1, 3, 11});
    CHECK(file.attribute("/operators/kind", "flag_meanings") ==
          "norm qkv rope attention kv_write softmax out_proj residual gate_up activation down mixture");
    CHECK(file.counts("/operators/bound_by") == std::vector<std::uint64_t>{1, 0, 6, 7});
    CHECK(file.counts("/scribe/side") == std::vector<std::uint64_t>{1, 3});
    CHECK(file.counts("/wavelets/kind") == std::vector<std::uint64_t>{0, 1, 1, 3});
    CHECK(file.attribute("/wavelets/kind", "flag_meanings") == "inject hop block eject drop");
}

TEST_CASE("packed shares unpack to cycles over the window's length, and are missing where there is no link")
{
    auto const  run      = Written{};
    auto const  file     = run.file();
    auto const& activity = run.outcome.activity;
    auto const  scale    = file.number_attribute("/fabric/pe_busy", "scale_factor");
    auto const  busy     = file.counts("/fabric/pe_busy");
    auto const  links    = file.counts("/fabric/link_busy");
    auto const  missing  = static_cast<std::uint64_t>(file.number_attribute("/fabric/link_busy", "_FillValue"));
    // The layer ends at cycle 307, so the third window is 107 cycles long.
    auto const length = std::vector<std::uint64_t>{100, 100, 107};
    REQUIRE(file.counts("/fabric/window_cycles") == length);
    REQUIRE(file.shape("/fabric/pe_busy") == std::vector<std::uint64_t>{3, 4, 6});
    REQUIRE(file.shape("/fabric/link_busy") == std::vector<std::uint64_t>{3, 4, 4, 6});
    for (std::size_t w = 0; w < 3; ++w) {
        auto const window = static_cast<double>(length[w]);
        for (std::size_t pe = 0; pe < 24; ++pe) {
            CHECK(static_cast<double>(busy[w * 24 + pe]) * scale ==
                  Approx(activity.pe_busy[w][pe] / window).margin(scale));
        }
        for (std::size_t link = 0; link < 96; ++link) {
            auto const value = links[w * 96 + link];
            if (activity.link_kind[link] == 0) {
                CHECK(value == missing);
            } else {
                CHECK(static_cast<double>(value) * scale ==
                      Approx(activity.link_busy[w][link] * 9.0 / 8 / window).margin(scale));
            }
        }
    }
    CHECK(file.counts("/fabric/window") == std::vector<std::uint64_t>{0, picoseconds(100), picoseconds(200)});
    CHECK(file.counts("/machine/reticle") ==
          std::vector<std::uint64_t>(activity.reticle_of.begin(), activity.reticle_of.end()));
    CHECK(file.counts("/machine/link_kind") ==
          std::vector<std::uint64_t>(activity.link_kind.begin(), activity.link_kind.end()));
}

TEST_CASE("a parameter in a run file says its value, units, and who set it on whose authority")
{
    auto const run  = Written{};
    auto const file = run.file();
    CHECK(file.number("/parameters/pe/sram") == 49152);
    CHECK(file.attribute("/parameters/pe/sram", "units") == "byte");
    CHECK(file.attribute("/parameters/pe/sram", "text") == "48 KiB");
    CHECK(file.attribute("/parameters/fabric/hop_latency", "set_by") == "machines/wse2.toml:12");
    CHECK(file.attribute("/parameters/pe/task_activation", "origin") == "assumed");
    CHECK(file.attribute("/parameters/pe/task_activation", "citation") == "between two published figures");
    CHECK(file.text("/parameters/workload/model") == "llama-3-8b");
}

TEST_CASE("a link over a slow scribe line is busy for as long as that line takes, others for as long as theirs")
{
    auto run                                        = Written{};
    run.config.parameters.scribe.link_serialisation = configs::FabricEighths{18}; // 9 on the reticles
    results::write_run(run.config, run.outcome, run.path);
    auto const file  = run.file();
    auto const busy  = file.counts("/fabric/link_busy");
    auto const scale = file.number_attribute("/fabric/link_busy", "scale_factor");
    auto const at    = [&](std::size_t window, std::size_t direction, std::size_t row, std::size_t column) {
        return static_cast<double>(busy.at(((window * 4 + direction) * 4 + row) * 6 + column)) * scale;
    };
    // East of column 2 and west of column 3 lies the scribe line; windows of 100 cycles. The sample's link has moved
    // (PE + 10 x direction + window) wavelets.
    CHECK(at(0, 1, 0, 2) == Approx(12 * 18.0 / 8 / 100).margin(scale));
    CHECK(at(1, 1, 1, 2) == Approx(19 * 18.0 / 8 / 100).margin(scale));
    CHECK(at(0, 3, 0, 3) == Approx(33 * 18.0 / 8 / 100).margin(scale));
    CHECK(at(0, 1, 0, 1) == Approx(11 * 9.0 / 8 / 100).margin(scale));
    CHECK(at(0, 2, 0, 2) == Approx(22 * 9.0 / 8 / 100).margin(scale));
    CHECK(file.numbers("/scribe/busy")[0] == Approx(30 * 18.0 / 8 / (4 * 307)));
}

TEST_CASE("the scribe lines of a run file carry wavelets, bytes and shares of their capacity")
{
    auto const run  = Written{};
    auto const file = run.file();
    CHECK(file.counts("/scribe/wavelets") == std::vector<std::uint64_t>{30, 18});
    CHECK(file.numbers("/scribe/bytes") == std::vector<double>{120, 72});
    CHECK(file.numbers("/scribe/busy")[0] == Approx(30 * 9.0 / 8 / (4 * 307)));
    CHECK(file.counts("/scribe/window_wavelets") == std::vector<std::uint64_t>{10, 0, 15, 18, 5, 0});
    CHECK(file.numbers("/scribe/window_busy")[3] == Approx(18 * 9.0 / 8 / (4 * 100)));
}

TEST_CASE("the summary of a run reads back as it was")
{
    auto const run     = Written{};
    auto const summary = results::read_summary(run.path);
    CHECK(summary.status == "complete");
    CHECK(summary.schema_version == "1.2");
    CHECK(summary.fidelity == "wavelet");
    CHECK(summary.machine == "wse2");
    CHECK(summary.model == "llama-3-8b");
    CHECK(summary.state_hash == 0xfedcba9876543210);
    CHECK(summary.bound_by == "arithmetic");
    CHECK(summary.books_balanced);
    CHECK(summary.warnings == run.outcome.warnings);
    CHECK(summary.config_sha256 == configs::sha256(run.config.toml()));
    CHECK(summary.metrics.at("cycles_per_layer") == 307);
    CHECK(summary.metrics.at("layers") == 32);
    CHECK(summary.metrics.at("cycles_per_token") == 9824);
    CHECK(summary.metrics.at("time_per_output_token") == Approx(9824 / 1.1e9).epsilon(1e-15));
    CHECK(summary.metrics.at("tokens_per_second_per_user") == Approx(1.1e9 / 9824).epsilon(1e-15));
    CHECK(summary.metrics.at("sram_peak") == 42800);
    CHECK(summary.metrics.at("cycles_arithmetic") == 130);
    CHECK(summary.metrics.count("bound_by") == 0);
    CHECK(results::read_config_toml(run.path) == run.config.toml());
}

TEST_CASE("a run that recorded no trace, no activity and no warning gives a file that reads back")
{
    auto const directory = tests::TemporaryFolder{};
    auto       outcome   = tests::sample_outcome();
    outcome.trace        = {};
    outcome.activity     = {};
    outcome.warnings     = {};
    outcome.scribe       = {};
    results::write_run(tests::sample_config(), outcome, directory / "run.h5");
    CHECK(results::read_summary(directory / "run.h5").warnings.empty());
    CHECK_FALSE(InputFile{directory / "run.h5"}.has("/wavelets"));
    CHECK_FALSE(InputFile{directory / "run.h5"}.has("/fabric/pe_busy"));
}

TEST_CASE("a long trace is stored in chunks and reads back event by event")
{
    auto const directory = tests::TemporaryFolder{};
    auto       outcome   = tests::sample_outcome();
    auto&      trace     = outcome.trace;
    auto const events    = std::size_t{200'001};
    trace.cycle.resize(events);
    std::iota(trace.cycle.begin(), trace.cycle.end(), std::uint64_t{5});
    trace.pe.assign(events, 3);
    trace.to_pe.assign(events, 4);
    trace.color.assign(events, 1);
    trace.kind.assign(events, 1);
    results::write_run(tests::sample_config(), outcome, directory / "run.h5");
    auto const file = InputFile{directory / "run.h5"};
    CHECK(file.counts("/wavelets/cycle") == trace.cycle);
    CHECK(file.counts("/wavelets/time").back() == picoseconds(trace.cycle.back()));
    CHECK(std::filesystem::file_size(directory / "run.h5") < events * 10);
}

TEST_CASE("the file of a 420 x 420 region with 16 windows stays below 15 MB even when every PE differs")
{
    auto const directory     = tests::TemporaryFolder{};
    auto       outcome       = tests::sample_outcome();
    outcome.activity         = tests::sample_activity(420, 420, 16);
    outcome.scribe           = {};
    outcome.cycles_per_layer = 1600;
    results::write_run(tests::sample_config(), outcome, directory / "run.h5");
    CHECK(std::filesystem::file_size(directory / "run.h5") < 15'000'000);
}

TEST_CASE("the file of a folded token holds bars, stages and choices, and no map of PEs")
{
    auto const directory = tests::TemporaryFolder{};
    auto const outcome   = tests::sample_token();
    results::write_run(tests::sample_config(), outcome, directory / "run.h5");
    auto const file = InputFile{directory / "run.h5"};

    auto const time   = file.numbers("/waterfall/time");
    auto const so_far = file.numbers("/waterfall/so_far");
    REQUIRE(time.size() == outcome.waterfall.size());
    CHECK(std::accumulate(time.begin(), time.end(), 0.0) ==
          Approx(outcome.time_per_output_token.value()).epsilon(1e-12));
    CHECK(so_far.back() == Approx(file.number("/summary/time_per_output_token")).epsilon(1e-12));
    CHECK(file.texts("/waterfall/meaning").at(1) == outcome.waterfall[1].meaning);
    CHECK(file.attribute("/waterfall/time", "units") == "s");

    REQUIRE(file.shape("/stages/blocks") == std::vector<std::uint64_t>{26});
    CHECK(file.texts("/stages/blocks")[1] == "attention of layer 0");
    CHECK(file.counts("/stages/wafer")[13] == 1);
    CHECK(file.counts("/stages/end")[3] == picoseconds(outcome.token.stages[3].end));
    CHECK(file.counts("/stages/requests")[0] == 0);
    CHECK(file.numbers("/operators/layer")[0] == -1);
    CHECK(file.numbers("/operators/layer")[4] == 1);
    CHECK(file.counts("/operators/stage")[4] == 3);
    CHECK(file.texts("/candidates/verdict")[2] == "needs 4 wafers, 2 are allowed");
    CHECK(file.number_attribute("/candidates", "considered") == 3);
    CHECK(file.number("/summary/requests_in_flight") == 5);
    CHECK(file.number("/summary/whole_token") == 1);
    for (auto const* none : {"/fabric", "/machine", "/scribe/links", "/wavelets"}) {
        CAPTURE(none);
        CHECK_FALSE(file.has(none));
    }
    CHECK(file.number("/scribe/hop_share") ==
          Approx(static_cast<double>(outcome.scribe_crossings) / static_cast<double>(outcome.wavelet_hops)));
    CHECK(file.number("/scribe/critical_path") ==
          static_cast<double>(outcome.parts[static_cast<std::size_t>(models::Part::scribe)]));
    CHECK(results::read_summary(directory / "run.h5").fidelity == "folded");
}

TEST_CASE("of thousands of choices the file keeps the best hundred and says how many there were")
{
    auto const directory = tests::TemporaryFolder{};
    auto       outcome   = tests::sample_token();
    outcome.token.candidates.resize(5000, outcome.token.candidates.back());
    results::write_run(tests::sample_config(), outcome, directory / "run.h5");
    auto const file = InputFile{directory / "run.h5"};
    CHECK(file.texts("/candidates/verdict").size() == 100);
    CHECK(file.number_attribute("/candidates", "considered") == 5000);
}
