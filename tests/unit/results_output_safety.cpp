// Whatever goes wrong, a result file is complete or not there, an earlier one survives, and the message helps.
#include "configs/failure.hpp"
#include "results/files/rehearsal.hpp"
#include "results/files/run_file.hpp"
#include "results/hdf5/reader.hpp"
#include "support/results_sample.hpp"
#include "support/temporary_folder.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <stdexcept>
#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace scribeline;
using Catch::Matchers::Contains;
using configs::Exit;
using configs::UserError;

namespace {

struct Refusal {
    Exit        code = Exit::done;
    std::string message;
};

Refusal refusal(std::function<void()> const& action)
{
    try {
        action();
    } catch (UserError const& error) {
        return {error.code(), error.what()};
    }
    return {};
}

void write_sample(std::string const& path, std::uint64_t state_hash = 1)
{
    auto outcome       = tests::sample_outcome();
    outcome.state_hash = state_hash;
    results::write_run(tests::sample_config(), outcome, path);
}

void write_text(std::string const& path, std::string const& text) { std::ofstream{path} << text; }

// The exit status of a child that runs `action`; -1 when it was killed.
int in_child(std::function<int()> const& action)
{
    auto const child = ::fork();
    if (child == 0) {
        int status = 99;
        try {
            status = action();
        } catch (...) {
        }
        ::_exit(status);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE("a result path that cannot be created is refused before the run, with the reason")
{
    auto const directory = tests::TemporaryFolder{};
    auto const prepare   = [&](std::string const& path) { return refusal([&] { results::RunFile::prepare(path); }); };
    auto const missing   = prepare(directory / "nowhere/run.h5");
    CHECK(missing.code == Exit::cannot_create);
    CHECK_THAT(missing.message, Contains("nowhere/run.h5") && Contains("does not exist"));

    std::filesystem::create_directory(directory / "folder");
    auto const folder = prepare(directory / "folder");
    CHECK(folder.code == Exit::cannot_create);
    CHECK_THAT(folder.message, Contains("is a directory"));
    CHECK(prepare(directory / "folder/").code == Exit::cannot_create);

    write_text(directory / "file", "");
    auto const below_a_file = prepare(directory / "file/run.h5");
    CHECK(below_a_file.code == Exit::cannot_create);
    CHECK_THAT(below_a_file.message, Contains("is not a directory"));

    auto const device = prepare("/dev/full");
    CHECK(device.code == Exit::cannot_create);
    CHECK_THAT(device.message, Contains("device"));

    CHECK(prepare("").code == Exit::cannot_create);
    CHECK(prepare(directory / std::string(300, 'x')).code == Exit::cannot_create);
}

TEST_CASE("a directory that may not be written is refused before the run")
{
    if (::geteuid() == 0) {
        WARN("SKIPPED: root may write everywhere");
        return;
    }
    auto const directory = tests::TemporaryFolder{};
    std::filesystem::create_directory(directory / "folder");
    ::chmod((directory / "folder").c_str(), 0555);
    auto const refused = refusal([&] { results::RunFile::prepare(directory / "folder/run.h5"); });
    CHECK(refused.code == Exit::cannot_create);
    CHECK_THAT(refused.message, Contains("Permission denied"));
}

TEST_CASE("a run that ends before it writes leaves no trace, and an earlier file as it was")
{
    auto const directory = tests::TemporaryFolder{};
    {
        auto const file = results::RunFile::prepare(directory / "run.h5");
        CHECK(std::filesystem::exists(directory / "run.h5.part"));
    }
    CHECK(directory.names().empty());
    write_text(directory / "run.h5", "earlier");
    {
        auto const file = results::RunFile::prepare(directory / "run.h5");
    }
    CHECK(tests::read_file(directory / "run.h5") == "earlier");
    CHECK_FALSE(std::filesystem::exists(directory / "run.h5.part"));
}

TEST_CASE("a second run to the same file is told to wait")
{
    auto const directory = tests::TemporaryFolder{};
    auto       first     = results::RunFile::prepare(directory / "run.h5");
    auto const second    = refusal([&] { results::RunFile::prepare(directory / "run.h5"); });
    CHECK(second.code == Exit::try_again);
    CHECK_THAT(second.message, Contains("another run"));
    first.write(tests::sample_config(), tests::sample_outcome());
    CHECK(results::read_summary(directory / "run.h5").status == "complete");
}

TEST_CASE("a result goes through a symbolic link to the file that it names")
{
    auto const directory = tests::TemporaryFolder{};
    write_text(directory / "target.h5", "earlier");
    std::filesystem::create_symlink("target.h5", directory / "run.h5");
    write_sample(directory / "run.h5");
    CHECK(std::filesystem::is_symlink(directory / "run.h5"));
    CHECK(results::read_summary(directory / "target.h5").status == "complete");
}

TEST_CASE("a disk that is full leaves the earlier file and no partial one, with exit code 74")
{
    // The limit on file sizes stands for the disk: it stops write(2) half-way everywhere, without privileges.
    auto const directory = tests::TemporaryFolder{};
    write_sample(directory / "run.h5", 1);
    auto const before = tests::read_file(directory / "run.h5");
    auto const limit  = GENERATE(0, 1, 4096, 65536);
    REQUIRE(static_cast<std::size_t>(limit) < before.size());
    auto const status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        auto const bytes = static_cast<rlim_t>(limit);
        auto const size  = rlimit{bytes, bytes};
        ::setrlimit(RLIMIT_FSIZE, &size);
        auto const refused = refusal([&] { write_sample(directory / "run.h5", 2); });
        auto const helps   = refused.message.find("run.h5") != std::string::npos &&
                           refused.message.find("unchanged") != std::string::npos;
        return helps ? static_cast<int>(refused.code) : 98;
    });
    CHECK(status == static_cast<int>(Exit::cannot_write));
    CHECK(tests::read_file(directory / "run.h5") == before);
    CHECK_FALSE(std::filesystem::exists(directory / "run.h5.part"));
}

TEST_CASE("a killed writer leaves the earlier file or the new one, and the next run goes on")
{
    auto const directory = tests::TemporaryFolder{};
    auto const path      = directory / "run.h5";
    write_sample(path, 1000);
    auto random = std::mt19937{1}; // NOLINT: the same delays each time
    int  torn   = 0;
    // On a busy machine a child may not have come to write before it is killed.
    for (int attempt = 0; attempt < 20 || (torn == 0 && attempt < 1000); ++attempt) {
        auto const child = ::fork();
        if (child == 0) {
            for (std::uint64_t hash = 0;; ++hash) {
                write_sample(path, hash);
            }
        }
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 30'000});
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        REQUIRE(WIFSIGNALED(status));
        torn += std::filesystem::exists(path + ".part");
        CHECK(results::read_summary(path).status == "complete");
        CHECK(results::read_config_toml(path) == tests::sample_config().toml());
    }
    CHECK(torn > 0); // else no kill fell into a write, and nothing was tested
    write_sample(path, 77);
    CHECK(results::read_summary(path).state_hash == 77);
    CHECK_FALSE(std::filesystem::exists(path + ".part"));
}

TEST_CASE("a file that is no result is refused with what it is instead")
{
    auto const directory = tests::TemporaryFolder{};
    auto const read      = [&](std::string const& path) {
        auto const summary = refusal([&] { results::read_summary(path); });
        auto const toml    = refusal([&] { results::read_config_toml(path); });
        CHECK(summary.code == toml.code);
        return summary;
    };
    auto const missing = read(directory / "missing.h5");
    CHECK(missing.code == Exit::no_input);
    CHECK_THAT(missing.message, Contains("No such file"));
    CHECK(read(directory / "").code == Exit::no_input);

    write_text(directory / "text.h5", "machine = 'wse2'\n");
    auto const text = read(directory / "text.h5");
    CHECK(text.code == Exit::bad_config);
    CHECK_THAT(text.message, Contains("not an HDF5 file"));

    write_text(directory / "empty.h5", "");
    CHECK(read(directory / "empty.h5").code == Exit::bad_config);
}

TEST_CASE("a result file cut short anywhere is refused, never misread")
{
    auto const directory = tests::TemporaryFolder{};
    write_sample(directory / "run.h5");
    auto const whole = tests::read_file(directory / "run.h5");
    for (std::size_t size = 8; size < whole.size(); size += whole.size() / 37) {
        CAPTURE(size);
        write_text(directory / "cut.h5", whole.substr(0, size));
        auto const refused = refusal([&] { results::read_summary(directory / "cut.h5"); });
        CHECK(refused.code == Exit::bad_config);
        CHECK_THAT(refused.message, Contains("cut.h5"));
    }
}

TEST_CASE("a result file with flipped bits gives a summary or a message, never a crash")
{
    auto const directory = tests::TemporaryFolder{};
    write_sample(directory / "run.h5");
    auto const whole   = tests::read_file(directory / "run.h5");
    auto       random  = std::mt19937{3}; // NOLINT: the same bits each time
    int        refused = 0;
    for (int attempt = 0; attempt < 300; ++attempt) {
        CAPTURE(attempt);
        auto damaged = whole;
        for (int flip = 0; flip < 8; ++flip) {
            damaged[random() % damaged.size()] ^= static_cast<char>(1U << random() % 8);
        }
        write_text(directory / "damaged.h5", damaged);
        try {
            results::read_summary(directory / "damaged.h5");
        } catch (UserError const& error) {
            CHECK(error.code() == Exit::bad_config);
            ++refused;
        }
    }
    CHECK(refused > 0);
}

TEST_CASE("a rehearsal tells what the action throws, and of a crash or a standstill no more than that")
{
    auto const rehearse = [](std::function<void()> const& action) {
        return refusal([&] { results::rehearse(action, {1, 1U << 30U}, "crashed"); });
    };
    CHECK(rehearse([] {}).code == Exit::done);
    CHECK(rehearse([] { throw std::runtime_error{"said elsewhere"}; }).code == Exit::done);
    auto const refused = rehearse([] { throw UserError{Exit::no_input, "no such file"}; });
    CHECK(refused.code == Exit::no_input);
    CHECK(refused.message == "no such file");
    CHECK(rehearse([] { ::raise(SIGSEGV); }).message == "crashed");
    CHECK(rehearse([] { std::abort(); }).message == "crashed");
    CHECK(rehearse([] { ::pause(); }).message == "crashed");
}

TEST_CASE("a result file that a writer has locked is reported with the variable that lets a reader in")
{
    auto const directory = tests::TemporaryFolder{};
    write_sample(directory / "run.h5");
    auto const fd = ::open((directory / "run.h5").c_str(), O_RDWR | O_CLOEXEC);
    REQUIRE(::flock(fd, LOCK_EX | LOCK_NB) == 0);
    auto const refused = refusal([&] { results::read_summary(directory / "run.h5"); });
    ::close(fd);
    CHECK(refused.code == Exit::try_again);
    CHECK_THAT(refused.message, Contains("HDF5_USE_FILE_LOCKING=FALSE"));
}

TEST_CASE("books that do not balance name each entry with both sides")
{
    auto books = tests::sample_outcome().books;
    CHECK(books.balanced());
    CHECK_NOTHROW(books.require_balanced());
    books.entries[0].right_value = 1799;
    CHECK_FALSE(books.balanced());
    CHECK_THROWS_MATCHES(books.require_balanced(), configs::SimulationFault,
                         Catch::Matchers::Predicate<configs::SimulationFault>([](auto const& fault) {
                             auto const text = std::string{fault.what()};
                             return text.find("injected + forked = 1800") != std::string::npos &&
                                    text.find("delivered + in flight = 1799") != std::string::npos &&
                                    text.find("PE cycles") == std::string::npos;
                         }));
}
