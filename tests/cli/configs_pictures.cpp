// scripts/make-figures looks at every picture while it is drawn. Does it see what a reader would stumble over?
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using scribeline::tests::run_program;
using scribeline::tests::TemporaryFolder;

namespace {

// What is said about a picture with one line over two named axes to which `more` is done.
auto look(std::string const& more, std::string const& picture = "plt.savefig('picture.png', dpi=160)")
{
    TemporaryFolder folder;
    auto const      script = (folder.path() / "picture.py").string();
    std::ofstream{script} << "import matplotlib.pyplot as plt\n"
                             "plt.plot([1, 2], [3, 4], color='#0072B2', label='one')\n"
                             "plt.xlabel('time of a token [us]')\n"
                             "plt.ylabel('tokens per second [token/s]')\n"
                          << more << "\n"
                          << picture << "\n";
    scribeline::tests::RunOptions options;
    options.folder = folder.path().string();
    return run_program({SCRIBELINE_TESTS "/../scripts/make-figures", "--look", script}, options);
}

struct Fault {
    std::string more, said;
};

} // namespace

TEST_CASE("a picture that can be read passes")
{
    auto const run = look("plt.legend()");
    if (run.exit_code == 77) {
        WARN("SKIPPED: " << run.out);
        return;
    }
    INFO(run);
    CHECK(run.exit_code == 0);
}

TEST_CASE(
    "labels over one another or beyond the edge, axes without a unit, colours that some readers cannot tell apart: "
    "each is told")
{
    auto const fault = GENERATE(values<Fault>({
        {"plt.text(1.5, 3.5, 'first'); plt.text(1.51, 3.5, 'second')", "'first' lies over 'second'"},
        {"plt.text(1.95, 3.5, 'a label that is longer than what is left of the picture')", "leaves the picture"},
        {"plt.ylabel('tokens_per_second')", "the y axis 'tokens_per_second' has no words with a unit"},
        {"plt.plot([1, 2], [4, 3], color='#0078B8', label='two'); plt.legend()", "'one' and 'two' have colours"},
        {"plt.plot([1, 2], [4, 3], color='#ff0000', label='red'); plt.plot([1, 2], [4, 4], color='#786000', "
         "label='olive')\n"
         "plt.legend()",
         "'red' and 'olive' have colours that protanopes cannot tell apart"},
    }));
    auto const run   = look(fault.more);
    if (run.exit_code == 77) {
        WARN("SKIPPED: " << run.out);
        return;
    }
    INFO(run);
    CHECK(run.exit_code == 1);
    CHECK(run.says(fault.said));
}

TEST_CASE("a picture with few dots is told")
{
    auto const run = look("plt.legend()", "plt.savefig('picture.png', dpi=80)");
    if (run.exit_code == 77) {
        WARN("SKIPPED: " << run.out);
        return;
    }
    INFO(run);
    CHECK(run.says("is drawn with 80 dots an inch"));
}
