// `scribeline export`: what is in the CSV files and in the Perfetto trace is what the run reported. The trace is read
// here with the field numbers of Perfetto's schema, one by one.
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <cstring>
#include <map>
#include <sstream>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using Catch::Matchers::Contains;
using scribeline::tests::read_file;
using scribeline::tests::run_scribeline;
using scribeline::tests::TemporaryFolder;

namespace {

nlohmann::json run_into(std::string const& file, std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "run");
    arguments.insert(arguments.end(), {"--format", "json", "-o", file});
    auto const run = run_scribeline(arguments);
    INFO(run);
    REQUIRE(run.exit_code == 0);
    return nlohmann::json::parse(run.out);
}

std::vector<std::vector<std::string>> read_csv(std::string const& path)
{
    auto rows = std::vector<std::vector<std::string>>{{}};
    auto cell = std::string{};
    bool in   = false;
    for (auto const c : read_file(path)) {
        if (c == '"')
            in = !in;
        else if (!in && (c == ',' || c == '\n')) {
            rows.back().push_back(std::move(cell));
            cell.clear();
            if (c == '\n')
                rows.emplace_back();
        } else
            cell += c;
    }
    rows.pop_back();
    return rows;
}

std::size_t column(std::vector<std::vector<std::string>> const& table, std::string const& name)
{
    auto const& names = table.front();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name)
            return i;
    FAIL("no column " << name);
    return 0;
}

// The wire format of protocol buffers: field number -> values, numbers as they stand and the rest as bytes.
struct Message {
    std::multimap<std::uint32_t, std::uint64_t> numbers;
    std::multimap<std::uint32_t, std::string>   bytes;

    explicit Message(std::string const& data)
    {
        std::size_t at     = 0;
        auto const  varint = [&] {
            std::uint64_t value = 0;
            for (unsigned shift = 0;; shift += 7) {
                auto const byte = static_cast<unsigned char>(data.at(at++));
                value |= std::uint64_t{byte & 0x7fU} << shift;
                if ((byte & 0x80U) == 0)
                    return value;
            }
        };
        while (at < data.size()) {
            auto const key   = varint();
            auto const field = static_cast<std::uint32_t>(key >> 3U);
            if ((key & 7U) == 0) {
                numbers.emplace(field, varint());
            } else if ((key & 7U) == 1) {
                std::uint64_t value = 0;
                REQUIRE(at + 8 <= data.size());
                std::memcpy(&value, data.data() + at, 8);
                at += 8;
                numbers.emplace(field, value);
            } else {
                REQUIRE((key & 7U) == 2);
                auto const length = static_cast<std::size_t>(varint());
                REQUIRE(at + length <= data.size());
                bytes.emplace(field, data.substr(at, length));
                at += length;
            }
        }
    }
    std::uint64_t number(std::uint32_t field) const
    {
        REQUIRE(numbers.count(field) == 1);
        return numbers.find(field)->second;
    }
    std::string text(std::uint32_t field) const
    {
        return bytes.count(field) == 0 ? std::string{} : bytes.find(field)->second;
    }
};

struct Slice {
    std::uint64_t track, start, end;
    std::size_t   depth;
    std::string   name;
    bool          flows;
};

struct Trace {
    std::map<std::uint64_t, std::string>                                 names; // of tracks
    std::vector<Slice>                                                   slices;
    std::map<std::string, std::vector<std::pair<std::uint64_t, double>>> counters;

    explicit Trace(std::string const& data)
    {
        auto open = std::map<std::uint64_t, std::vector<std::size_t>>{};
        auto last = std::map<std::uint64_t, std::uint64_t>{};
        for (auto const& [field, bytes] : Message{data}.bytes) {
            REQUIRE(field == 1); // Trace.packet
            auto const packet = Message{bytes};
            CHECK(packet.number(10) != 0); // trusted_packet_sequence_id
            if (packet.bytes.count(60) != 0) {
                auto const descriptor = Message{packet.text(60)};
                auto const uuid       = descriptor.number(1);
                CHECK(names.count(uuid) == 0);
                if (descriptor.numbers.count(5) != 0)
                    CHECK(names.count(descriptor.number(5)) == 1); // the parent is known
                names[uuid] = descriptor.bytes.count(3) != 0 ? Message{descriptor.text(3)}.text(6) : descriptor.text(2);
                continue;
            }
            auto const event = Message{packet.text(11)};
            auto const time  = packet.number(8);
            auto const track = event.number(11);
            REQUIRE(names.count(track) == 1);
            CHECK(time >= last[track]);
            last[track] = time;
            switch (event.number(9)) {
            case 1:
                slices.push_back({track, time, 0, open[track].size(), event.text(23), event.numbers.count(47) != 0});
                open[track].push_back(slices.size() - 1);
                break;
            case 2:
                REQUIRE_FALSE(open[track].empty());
                slices[open[track].back()].end = time;
                open[track].pop_back();
                break;
            default: {
                REQUIRE(event.number(9) == 4);
                auto const bits  = event.number(44);
                double     value = 0;
                std::memcpy(&value, &bits, 8);
                counters[names[track]].emplace_back(time, value);
            }
            }
        }
        for (auto const& [track, slices_of] : open)
            CHECK(slices_of.empty());
    }
};

Trace exported(std::string const& file, std::string const& target)
{
    auto const run = run_scribeline({"export", "perfetto", file, "-o", target});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    return Trace{read_file(target)};
}

} // namespace

TEST_CASE("the exported tables of a token add up to what the run reported")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "token.h5";
    auto const report = run_into(file, {"--set", "mapping.schedule=pipeline"});
    auto const run    = run_scribeline({"export", "csv", file, "-o", folder / "a/b"});
    INFO(run);
    REQUIRE(run.exit_code == 0);

    auto const operators = read_csv(folder / "a/b/operators.csv");
    auto const cycles    = column(operators, "cycles");
    REQUIRE(operators.size() == report["operators"].size() + 1);
    std::uint64_t sum = 0;
    for (std::size_t i = 1; i < operators.size(); ++i) {
        CHECK(operators[i].size() == operators[0].size());
        CHECK(operators[i][column(operators, "name")] == report["operators"][i - 1]["name"]);
        sum += std::stoull(operators[i][cycles]);
    }
    CHECK(sum == report["summary"]["cycles_per_token"]);

    auto const bars = read_csv(folder / "a/b/waterfall.csv");
    double     time = 0;
    for (std::size_t i = 1; i < bars.size(); ++i)
        time += std::stod(bars[i][column(bars, "time [s]")]);
    CHECK(time * 1e6 == Approx(report["summary"]["time_per_output_token_us"].get<double>()).epsilon(1e-12));
    CHECK(read_csv(folder / "a/b/stages.csv").size() == 2);
}

TEST_CASE("the points of a sweep are exported as its table shows them")
{
    auto const folder = TemporaryFolder{};
    auto const sweep  = folder.write("s.toml", "[axes]\n\"scribe.extra_latency\" = [\"0 cycles\", \"4 cycles\"]\n");
    auto const run    = run_scribeline({"sweep", "run", sweep, "-o", folder / "s"});
    INFO(run);
    REQUIRE(run.exit_code == 0);
    auto const merged = run_scribeline({"sweep", "merge", folder / "s"});
    INFO(merged);
    REQUIRE(merged.exit_code == 0);
    auto const done = run_scribeline({"export", "csv", folder / "s/sweep.h5", "-o", folder / "tables"});
    INFO(done);
    REQUIRE(done.exit_code == 0);
    auto const shown = run_scribeline({"sweep", "show", folder / "s", "--columns", "all", "--format", "csv"});
    CHECK(read_file(folder / "tables/points.csv") == shown.out);
    CHECK(read_csv(folder / "tables/points.csv").size() == 3);
}

TEST_CASE("the trace of a token nests operators in layers in stages, without a gap")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "token.h5";
    auto const report = run_into(file, {"--set", "mapping.schedule=pipeline", "--fidelity", "folded"});
    auto const trace  = exported(file, folder / "trace.pftrace");

    // The innermost slices are the operators: one behind the other, as long as the token.
    std::uint64_t now = 0, operators = 0, stages = 0;
    std::uint64_t token = 0;
    for (auto const& slice : trace.slices) {
        if (slice.name == "token")
            token = slice.end - slice.start;
        else if (slice.depth == 0) {
            CHECK(slice.flows);
            ++stages;
        }
    }
    for (auto const& op : report["operators"]) {
        for (auto const& slice : trace.slices)
            if (slice.depth > 0 && slice.name == op["name"].get<std::string>() && slice.start == now) {
                now = slice.end;
                ++operators;
                break;
            }
    }
    CHECK(stages == 1);
    CHECK(operators == report["operators"].size());
    CHECK(now == token);
    CHECK(static_cast<double>(token) / 1e6 ==
          Approx(report["summary"]["time_per_output_token_us"].get<double>()).epsilon(1e-6));
    CHECK(trace.counters.empty()); // a folded run has no maps
}

TEST_CASE("a token that passes several regions has a track for each, and arrows between them")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "token.h5";
    run_into(file, {"--machine", "wse2", "--model", "llama-3-8b", "--context", "4096", "--fidelity", "folded"});
    auto const trace  = exported(file, folder / "trace.pftrace");
    auto const shown  = run_scribeline({"show", file, "--format", "json"});
    auto const stages = nlohmann::json::parse(shown.out)["stages"];
    REQUIRE(stages.size() > 1);

    // Each stage's slice holds the time that the file gives it, and the stages follow one another.
    for (std::size_t i = 0; i < stages.size(); ++i) {
        auto const name = "blocks " + stages[i]["blocks"].get<std::string>();
        CAPTURE(name);
        bool found = false;
        for (auto const& slice : trace.slices)
            if (slice.name == name && slice.start <= stages[i]["start"].get<std::uint64_t>() &&
                slice.end >= stages[i]["end"].get<std::uint64_t>()) {
                found = true;
                CHECK(slice.flows);
                CHECK_THAT(trace.names.at(slice.track), Contains("stage " + std::to_string(i) + ":"));
            }
        CHECK(found);
    }
}

TEST_CASE("the counters of a trace are the wavelets and the busy share of the run")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "run.h5";
    auto const report = run_into(file, {"--fidelity", "wavelet", "--machine", "wse2", "--region", "48x200"});
    auto const trace  = exported(file, folder / "trace.pftrace");

    auto const& crossings = trace.counters.at("wavelets over scribe lines");
    double      sum       = 0;
    for (auto const& sample : crossings)
        sum += sample.second;
    CHECK(sum > 0);
    CHECK(sum == report["summary"]["scribe_crossings"].get<double>());

    // The mean over time of the busy share, windows weighted by their length.
    auto const& busy = trace.counters.at("busy PEs");
    double      area = 0;
    for (std::size_t i = 0; i + 1 < busy.size(); ++i)
        area += busy[i].second * static_cast<double>(busy[i + 1].first - busy[i].first);
    CHECK(area / static_cast<double>(busy.back().first) / 100 ==
          Approx(report["summary"]["pe_busy_share"].get<double>()).epsilon(1e-3));
    CHECK(busy.back().second == 0);
}

TEST_CASE("export refuses what it cannot do with one message and writes nothing")
{
    auto const folder = TemporaryFolder{};
    auto const file   = folder / "run.h5";
    auto const words  = folder.write("words.h5", "these are words");
    run_into(file, {"--fidelity", "closed_form"});
    auto const before = folder.names();
    auto const refuse = [&](std::vector<std::string> arguments, int code, std::string const& why) {
        arguments.insert(arguments.begin(), "export");
        auto const run = run_scribeline(arguments);
        INFO(run);
        CHECK(run.exit_code == code);
        CHECK(run.out.empty());
        CHECK_THAT(run.err, Contains(why));
        CHECK(folder.names() == before);
    };
    refuse({"perfetto", file, "-o", folder / "t"}, 65, "closed forms");
    refuse({"perfetto", file}, 64, "-o FILE.pftrace");
    refuse({"csv", file}, 64, "-o DIR");
    refuse({"perfeto", file, "-o", folder / "t"}, 64, "did you mean 'perfetto'");
    refuse({"csv", words, "-o", folder / "t"}, 65, "not an HDF5 file");
    refuse({"csv", folder / "missing.h5", "-o", folder / "t"}, 66, "missing.h5");
    refuse({"csv", file, "-o", words}, 73, "words.h5");
}
