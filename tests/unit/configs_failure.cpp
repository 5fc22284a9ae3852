// Suggestions, text fit for a terminal, and the hash that names a file's content.
#include "configs/failure.hpp"
#include "configs/sha256.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdio>
#include <sys/wait.h>
#include <unistd.h>

using namespace scribeline::configs;
using Catch::Matchers::Contains;

TEST_CASE("the nearest word is one typing error away, or two in a long word")
{
    auto const words = std::vector<std::string>{"run", "report", "validate", "explain"};
    CHECK(nearest("rnu", words) == "run");
    CHECK(nearest("valdate", words) == "validate");
    CHECK(nearest("vaildaet", words) == "validate");
    CHECK(nearest("explian", words) == "explain");
    CHECK(did_you_mean("reprot", words) == "; did you mean 'report'?");
}

TEST_CASE("a word cut short means the only one that goes on from it")
{
    CHECK(nearest("--form", {"--from", "--format"}) == "--format");
    CHECK(nearest("expl", {"run", "explain"}) == "explain");
    CHECK(nearest("fabric.hop_la", {"fabric.hop_latency", "fabric.colors"}) == "fabric.hop_latency");
    CHECK(nearest("llama-3", {"llama-3-8b", "llama-3.1-8b"}).empty()); // two go on from it, neither is near
    CHECK(nearest("--", {"--set"}).empty());
    CHECK(nearest("ex", {"explain"}).empty());
}

TEST_CASE("a word that resembles none gets no suggestion")
{
    CHECK(nearest("sweep", {"run", "validate"}).empty());
    CHECK(nearest("", {"run"}).empty());
    CHECK(nearest("x", {"y"}).empty());
    CHECK(nearest("run", {}).empty());
    CHECK(did_you_mean(std::string(100000, 'a'), {"run", "validate"}).empty());
}

TEST_CASE("what someone typed is shown without control characters and not at any length")
{
    CHECK(shown("a\x1b[31mb") == "'a\\x1b[31mb'");
    CHECK(shown("größe") == "'größe'");
    CHECK(shown(std::string(1000, 'a')).size() < 100);
    CHECK(printable("a\tb\n") == "a b\\x0a");
}

TEST_CASE("a broken expectation ends the program with file and line")
{
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    auto const child = fork();
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL); // Catch reports it otherwise
        dup2(ends[1], STDERR_FILENO);
        fail_expectation("lane < width", "fabric/lanes.cpp", 12);
    }
    close(ends[1]);
    auto said   = std::string(200, '\0');
    auto length = read(ends[0], said.data(), said.size());
    said.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    auto status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    CHECK_THAT(said, Contains("fabric/lanes.cpp:12") && Contains("lane < width"));
}

TEST_CASE("SHA-256 gives the digests that NIST publishes")
{
    // FIPS 180-4 examples and the long message of the secure hash validation examples.
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(
        sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqr"
               "stnopqrstu") == "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    CHECK(sha256(std::string(1000000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 pads a text of every length around a block")
{
    // Of so many zero bytes, from coreutils' sha256sum.
    CHECK(sha256(std::string(55, '\0')) == "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7");
    CHECK(sha256(std::string(56, '\0')) == "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb");
    CHECK(sha256(std::string(63, '\0')) == "c7723fa1e0127975e49e62e753db53924c1bd84b8ac1ac08df78d09270f3d971");
    CHECK(sha256(std::string(64, '\0')) == "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b");
    CHECK(sha256(std::string(65, '\0')) == "98ce42deef51d40269d542f5314bef2c7468d401ad5d85168bfab4c0108f75f7");
}
