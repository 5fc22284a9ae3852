// What goes to a terminal: one shape for all messages, colour only where it is wanted.
#include "results/views/terminal.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

using namespace scribeline::results;
using scribeline::configs::Color;

namespace {

// The other end of what a terminal window holds.
struct PseudoTerminal {
    int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    int slave  = -1;

    PseudoTerminal()
    {
        REQUIRE(master >= 0);
        REQUIRE(::grantpt(master) == 0);
        REQUIRE(::unlockpt(master) == 0);
        slave = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
        REQUIRE(slave >= 0);
    }
    ~PseudoTerminal()
    {
        ::close(slave);
        ::close(master);
    }
};

} // namespace

TEST_CASE("colour is for terminals that know it, unless the user says otherwise")
{
    auto const terminal = PseudoTerminal{};
    auto const file     = ::open("/dev/null", O_WRONLY);
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
    CHECK(has_color(Color::automatic, terminal.slave));
    CHECK_FALSE(has_color(Color::automatic, file));

    ::setenv("NO_COLOR", "1", 1);
    CHECK_FALSE(has_color(Color::automatic, terminal.slave));
    CHECK(has_color(Color::always, terminal.slave)); // who asks for it gets it
    ::setenv("NO_COLOR", "", 1);                     // no-color.org: when not empty
    CHECK(has_color(Color::automatic, terminal.slave));

    ::setenv("TERM", "dumb", 1);
    CHECK_FALSE(has_color(Color::automatic, terminal.slave));
    ::unsetenv("TERM");
    CHECK_FALSE(has_color(Color::automatic, terminal.slave));

    CHECK(has_color(Color::always, file));
    CHECK_FALSE(has_color(Color::never, terminal.slave));
    ::close(file);
}

TEST_CASE("a message names its place, or else the program")
{
    CHECK(complaint("cannot write a.h5", false) == "scribeline: error: cannot write a.h5\n");
    CHECK(complaint("my.toml:3:1: error: unknown key\n 3 | x", false) == "my.toml:3:1: error: unknown key\n 3 | x\n");
    CHECK(complaint("said first\nand: error: then", false) == "scribeline: error: said first\nand: error: then\n");
}

TEST_CASE("in a message the word error is red, once a line")
{
    CHECK(complaint("cannot write", true) == "scribeline: \x1b[1;31merror:\x1b[0m cannot write\n");
    CHECK(complaint("a:1: error: x: error: y\n  1 | z\nb:2: error: w", true) ==
          "a:1: \x1b[1;31merror:\x1b[0m x: error: y\n  1 | z\nb:2: \x1b[1;31merror:\x1b[0m w\n");
}

TEST_CASE("bold headings change nothing else of a report")
{
    CHECK(with_bold_headings("tiny on small\n\n  a  1\n\nPart\n  b  2\nmore\n") ==
          "\x1b[1mtiny on small\x1b[0m\n\n  a  1\n\n\x1b[1mPart\x1b[0m\n  b  2\nmore\n");
    CHECK(with_bold_headings("").empty());
}
