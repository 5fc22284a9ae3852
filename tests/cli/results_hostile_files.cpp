// A result file of somebody else: whatever it says, no command reads another file for it, crashes, fills the memory or
// lets it speak to the terminal. Each refusal is one message with the file's name, and the exit code of bad data.
#include "support/results_hostile_files.hpp"
#include "support/build_kind.hpp"
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>

using namespace scribeline::tests;
namespace fs = std::filesystem;

namespace {

// What stands in a file that none of the commands may read.
constexpr char const* secret = "secret: 0123456789abcdef 0123456789abcdef 0123456789abcdef 0123456789abcdef";
// Its first eight bytes as numbers of 8 bytes, and of a double.
constexpr char const* secret_number = "4188543443246048627";

std::string const& good_run()
{
    static auto const bytes = [] {
        auto const place = TemporaryFolder{};
        REQUIRE(run_scribeline({"run", "-q", "-o", place / "good.h5"}).exit_code == 0);
        return read_file(place / "good.h5");
    }();
    return bytes;
}

struct Command {
    char const*              name;
    std::vector<std::string> before, after; // the file
};

std::vector<Command> commands(TemporaryFolder const& place)
{
    return {{"show", {"show"}, {}},
            {"show as JSON", {"show"}, {"--format", "json"}},
            {"show as CSV", {"show"}, {"--format", "csv"}},
            {"explain", {"explain"}, {}},
            {"export csv", {"export", "csv"}, {"-o", place / "tables"}},
            {"export perfetto", {"export", "perfetto"}, {"-o", place / "run.pftrace"}},
            {"report", {"report", "-q"}, {"-o", place / "page.html"}},
            {"run --from", {"run", "-q", "--from"}, {}},
            // Without its lines of progress, of which a slow machine has more.
            {"recover", {"recover", "-q"}, {"-o", place / "recovered.h5"}}};
}

// With a GB of memory, where the build can be bounded like that.
RunResult run_bounded(std::vector<std::string> arguments)
{
    if (sanitized)
        return run_scribeline(std::move(arguments));
    arguments.insert(arguments.begin(), {"sh", "-c", "ulimit -v 1048576; exec \"$0\" \"$@\"", SCRIBELINE_PROGRAM});
    return run_program(arguments);
}

bool has_escape(std::string const& text)
{
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; });
}

// All that any command says or writes.
struct Outcome {
    int         exit_code;
    std::string said, written;
};

Outcome outcome_of(Command const& command, TemporaryFolder const& place, std::string const& file)
{
    auto arguments = command.before;
    arguments.push_back(file);
    arguments.insert(arguments.end(), command.after.begin(), command.after.end());
    fs::remove_all(place / "tables");
    fs::remove(place / "recovered.h5");
    fs::remove(place / "page.html");
    auto const run = run_bounded(arguments);
    INFO(run);
    CHECK_FALSE(run.timed_out);
    CHECK_FALSE(has_escape(run.out));
    CHECK_FALSE(has_escape(run.err));
    if (run.exit_code != 0) {
        CHECK(run.exit_code == 65);
        CHECK(run.err.find(fs::path{file}.filename().string()) != std::string::npos);
        CHECK(run.err.size() < 1000);
        CHECK(run.err.find("internal") == std::string::npos);
    }
    auto outcome = Outcome{run.exit_code, run.out + run.err, {}};
    for (auto const* name : {"tables", "recovered.h5", "page.html"})
        if (fs::is_directory(place / name))
            for (auto const& each : fs::directory_iterator{place / name})
                outcome.written += read_file(each.path().string());
        else if (fs::exists(place / name))
            outcome.written += read_file(place / name);
    return outcome;
}

} // namespace

TEST_CASE("no command reads another file because a result file names it")
{
    auto const place = TemporaryFolder{};
    auto const other = place.write("other.txt", secret);
    auto const file  = place / "hostile.h5";
    place.write("good.h5", good_run());
    auto const rows = rows_of(place / "good.h5", "/operators/cycles");

    struct Case {
        char const*           name;
        std::function<void()> damage;
    };
    for (auto const& each : std::vector<Case>{
             {"cells of a column", [&] { store_cells_in(file, "/operators/cycles", other, rows); }},
             {"a virtual column",
              [&] { put_together_from(file, "/operators/cycles", place / "good.h5", "/operators/end", rows); }},
             {"a link to a column", [&] { link_to(file, "/operators/cycles", place / "good.h5", "/operators/end"); }},
             {"a link to a group", [&] { link_to(file, "/operators", place / "good.h5", "/operators"); }},
         }) {
        place.write("hostile.h5", good_run());
        each.damage();
        for (auto const& command : commands(place)) {
            CAPTURE(each.name, command.name);
            auto const outcome = outcome_of(command, place, file);
            CHECK((outcome.said + outcome.written).find(secret_number) == std::string::npos);
            CHECK((outcome.said + outcome.written).find("secret:") == std::string::npos);
            auto const reads_operators = std::string{command.name} != "run --from";
            if (command.name == std::string{"recover"})
                CHECK(outcome.said.find("lost /operators") != std::string::npos);
            else if (reads_operators)
                CHECK(outcome.exit_code == 65);
        }
    }
    place.write("hostile.h5", good_run());
    link_to(file, "/meta/config_toml", place / "good.h5", "/meta/config_toml");
    for (auto const& command : commands(place)) {
        CAPTURE(command.name);
        auto const outcome = outcome_of(command, place, file);
        if (command.name == std::string{"run --from"}) {
            CHECK(outcome.exit_code == 65);
            CHECK(outcome.said.find("a link into another file") != std::string::npos);
        }
    }
}

TEST_CASE("a column that is missing, of another kind or length, or claims what it cannot have, is told as such")
{
    auto const place = TemporaryFolder{};
    auto const file  = place / "hostile.h5";
    place.write("good.h5", good_run());
    auto const rows = rows_of(place / "good.h5", "/operators/cycles");

    using Damage       = std::function<void(std::string const&)>;
    auto const damages = std::vector<std::pair<char const*, Damage>>{
        {"missing", [&](auto const& column) { remove_object(file, column); }},
        {"text", [&](auto const& column) { make_text(file, column, "\x1b[31mred\nline", rows); }},
        {"whole", [&](auto const& column) { make_whole(file, column, rows); }},
        {"real", [&](auto const& column) { make_real(file, column, 1e300, rows); }},
        {"too long", [&](auto const& column) { make_whole(file, column, rows + 1); }},
        {"empty", [&](auto const& column) { make_whole(file, column, 1); }},
        {"a scalar", [&](auto const& column) { make_real(file, column, 1, 0); }},
        {"compound", [&](auto const& column) { make_compound(file, column); }},
        {"2^36 rows", [&](auto const& column) { claim_rows(file, column, std::uint64_t{1} << 36U, false); }},
        {"2^40 rows in chunks", [&](auto const& column) { claim_rows(file, column, std::uint64_t{1} << 40U, true); }},
    };
    auto columns =
        std::vector<char const*>{"/operators/cycles", "/operators/name", "/operators/start", "/waterfall/time"};
    if (scribeline::tests::sanitized)
        columns.resize(1); // a sanitized program takes half a second to start, and starts 320 times
    for (auto const* column : columns)
        for (auto const& [name, damage] : damages) {
            place.write("hostile.h5", good_run());
            damage(column);
            for (auto const& command : commands(place)) {
                if (command.name == std::string{"run --from"})
                    continue; // reads no columns
                if (command.name == std::string{"report"} &&
                    (scribeline::tests::sanitized || column != columns.front()))
                    continue; // takes longest, and reads them with what `explain` and `export` read them with
                CAPTURE(column, name, command.name);
                outcome_of(command, place, file);
            }
        }
}

TEST_CASE("what a result file says never reaches the terminal as more than words")
{
    auto const place  = TemporaryFolder{};
    auto const file   = place / "hostile.h5";
    auto const escape = std::string{"\x1b[31mred\r\x07\xc2\x9b"
                                    "31m"};
    place.write("hostile.h5", good_run());
    auto const rows = rows_of(file, "/operators/name");
    make_text(file, "/operators/name", escape, rows);
    make_text(file, "/summary/" + escape, escape, 0);
    set_attribute(file, "/summary/cycles_per_token", "units", escape);
    for (auto const* name : {"machine", "model", "fidelity", "token_note"})
        set_attribute(file, "/meta", name, escape);
    for (auto const& command : commands(place)) {
        CAPTURE(command.name);
        auto const outcome = outcome_of(command, place, file);
        CHECK(outcome.said.find("\xc2\x9b") == std::string::npos);
    }
    auto const path = place / "\x1b[31mred\nline.h5";
    for (auto const& arguments : std::vector<std::vector<std::string>>{{"show", path},
                                                                       {"explain", path},
                                                                       {"export", "csv", path, "-o", place / "t"},
                                                                       {"run", "--from", path},
                                                                       {"recover", path},
                                                                       {"run", "-o", path + "/x.h5"},
                                                                       {"sweep", "show", path},
                                                                       {"sweep", "status", path},
                                                                       {"sweep", "merge", path}}) {
        auto const run = run_scribeline(arguments);
        INFO(run);
        CHECK(run.exit_code != 0);
        CHECK_FALSE(has_escape(run.err));
        CHECK(run.err.find("red\\x0aline") != std::string::npos);
    }
}

TEST_CASE("a length that the first bytes of a file claim decides on no memory")
{
    auto const place = TemporaryFolder{};
    for (auto const byte : {std::size_t{43}, std::size_t{44}}) { // of the end of the file: 2^29 bytes, 8 GiB
        auto claims    = good_run();
        claims[byte]   = static_cast<char>(byte == 43 ? 0x20 : 0x02);
        auto const run = run_bounded({"recover", place.write("claims.h5", claims), "-o", place / "recovered.h5"});
        INFO(run);
        CHECK(run.exit_code == 65);
        CHECK(run.err.find("its first bytes are damaged") != std::string::npos);
        CHECK(run.out.empty());
    }
    // A file of which the end is missing is another thing.
    auto const whole = good_run();
    auto const run   = run_bounded(
          {"recover", place.write("cut.h5", whole.substr(0, whole.size() / 2)), "-o", place / "recovered.h5"});
    INFO(run);
    CHECK(run.exit_code == 0);
}

TEST_CASE("groups without end, and more names than any result has, are bounded")
{
    auto const place = TemporaryFolder{};
    auto const file  = place / "hostile.h5";
    place.write("hostile.h5", good_run());
    make_groups(file, "/summary", 3000);
    for (auto const& command : commands(place)) {
        CAPTURE(command.name);
        outcome_of(command, place, file);
    }
}
