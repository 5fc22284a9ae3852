// libsystemc brings main() and calls sc_main; tests of the libraries that do not link it get main() from here.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <csignal>

#ifdef SCRIBELINE_TEST_WITH_SYSTEMC

#include <cstdio>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#ifdef SCRIBELINE_SANITIZED
#include <sanitizer/lsan_interface.h>

// HDF5 1.10 keeps the cache entry of an object header that it could not decode; our files with flipped bits have such.
// Its frames carry no frame pointers, so the library is all that a leak of its can be known by.
extern "C" char const* __lsan_default_suppressions() { return "leak:libhdf5_serial\n"; } // NOLINT: the sanitizer's name
#endif

namespace {

// Names of the cases that were asked for. None where something else was, such as a list.
std::vector<std::string> cases_of(Catch::Session& session)
{
    auto const& data = session.configData();
    if (data.listTests || data.listTestNamesOnly || data.listTags || data.listReporters || data.showHelp ||
        data.libIdentify)
        return {};
    std::vector<std::string> names;
    auto const&              config = session.config();
    for (auto const& test : Catch::filterTests(Catch::getAllTestCasesSorted(config), config.testSpec(), config))
        names.push_back(test.name);
    return names;
}

// As a pattern that means this name alone: Catch reads commas and brackets.
std::string pattern_of(std::string const& name)
{
    std::string pattern;
    for (char const c : name) {
        if (c == ',' || c == '[' || c == ']' || c == '\\')
            pattern += '\\';
        pattern += c;
    }
    return pattern;
}

// Each case in a process of its own, as CTest starts them: SystemC elaborates once a process.
int run_apart(Catch::Session& session, std::vector<std::string> const& names)
{
    int failed = 0;
    for (auto const& name : names) {
        std::fflush(nullptr);
        auto const child = fork();
        if (child == 0) {
            session.configData().testsOrTags = {pattern_of(name)};
            session.useConfigData(session.configData());
            // Through main: what is looked for at the end of a process, such as leaks, is found.
            return session.run();
        }
        int status = 0;
        waitpid(child, &status, 0);
        failed += child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0 ? 1 : 0;
    }
    std::printf("%d of %d cases failed\n", failed, static_cast<int>(names.size()));
    return failed > 0 ? 1 : 0;
}

} // namespace

extern "C" int sc_main(int argc, char* argv[])
{
    std::signal(SIGHUP, SIG_DFL); // nohup and some build services ignore it, and a process hands that on
    Catch::Session session;
    if (int const wrong = session.applyCommandLine(argc, argv); wrong != 0)
        return wrong;
    auto const names = cases_of(session);
    return names.size() > 1 ? run_apart(session, names) : session.run();
}

#else

int main(int argc, char* argv[]) { return Catch::Session().run(argc, argv); }

#endif
