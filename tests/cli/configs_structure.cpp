// scripts/check-structure guards the tree. Does it see a broken rule, and name the place?
#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using scribeline::tests::run_program;
using scribeline::tests::TemporaryFolder;

namespace {

// A tree that keeps to every rule.
struct Tree {
    TemporaryFolder folder;

    Tree()
    {
        for (auto const* test : {"unit", "invariant", "analytic", "validation", "golden", "property", "metamorphic",
                                 "fuzz", "cli", "bench"})
            add(std::string{"tests/"} + test + "/fabric_part.cpp", "#include \"fabric/part.hpp\"\n");
        add("configs/value.hpp", "#include <vector>\n");
        add("fabric/part.hpp", "#include \"configs/value.hpp\"\n#include <systemc>\n");
        add("results/file.cpp", "#include \"fabric/part.hpp\"\n#include <hdf5.h>\n");
        for (auto const* name : {"CMakeLists.txt", "a.cpp", "a.hpp", "b.cpp", "b.hpp"})
            add(std::string{"models/"} + name, "");
        for (auto const* name : {"configs/kinds.hpp", "configs/kinds.cpp", "models/a.hpp"})
            add(name, "enum class MachineKind;\n");
        add("models/program/main.cpp", "#include \"fabric/part.hpp\"\n"); // the program: may include everything
    }
    void add(std::string const& name, std::string const& text) const
    {
        std::filesystem::create_directories((folder.path() / name).parent_path());
        std::ofstream{folder.path() / name} << text;
    }
    auto check() const { return run_program({SCRIBELINE_TESTS "/../scripts/check-structure", folder.path().string()}); }
};

struct Breach {
    std::string name, text, said;
};

} // namespace

TEST_CASE("a tree that keeps to the rules passes")
{
    auto const run = Tree{}.check();
    INFO(run);
    CHECK(run.exit_code == 0);
}

TEST_CASE("a file that breaks a rule of the tree is named with the line")
{
    auto const breach = GENERATE(values<Breach>({
        {"fabric/up.cpp", "\n#include \"results/file.hpp\"\n", "fabric/up.cpp:2: fabric includes results/file.hpp"},
        {"configs/up.hpp", "#include \"fabric/part.hpp\"\n", "configs/up.hpp:1: configs includes fabric/part.hpp"},
        {"fabric/gone.cpp", "#include \"fabric/none.hpp\"\n", "fabric/none.hpp, which does not exist"},
        {"configs/kernel.cpp", "#include <systemc>\n", "configs/kernel.cpp:1: configs includes systemc"},
        {"fabric/file.cpp", "#include <hdf5.h>\n", "fabric/file.cpp:1: fabric includes hdf5.h"},
        {"models/program/list.cpp", "\nif (row.kind == \"gpu\")\n",
         "models/program/list.cpp:2: names a kind of machine"},
        {"models/compare/rows.cpp", "if (configs::applies(\"sram\", kind))\n",
         "models/compare/rows.cpp:1: names a kind of machine"},
        {"models/c.cpp", "",
         "models: 6 files stand outside folders (CMakeLists.txt, a.cpp, a.hpp, b.cpp, b.hpp, c.cpp)"},
        {"fabric/kind.hpp", "bool is_gpu(MachineKind kind);\n",
         "MachineKind is named in 4 files (configs/kinds.cpp, configs/kinds.hpp, fabric/kind.hpp, models/a.hpp)"},
        {"docs/where.md",
         "Look in /ho"
         "me/somebody.\n",
         "docs/where.md:1: names a place on one machine"},
    }));
    auto const tree   = Tree{};
    tree.add(breach.name, breach.text);
    auto const run = tree.check();
    CAPTURE(breach.name);
    INFO(run);
    CHECK(run.exit_code == 1);
    CHECK(run.out.find(breach.said) != std::string::npos);
}

TEST_CASE("a program may ask for a group of parameters, which is no kind of machine")
{
    auto const tree = Tree{};
    tree.add("models/program/doctor.cpp", "if (configs::applies(\"fabric\", config.parameters.machine.kind))\n");
    tree.add("models/gpu/gpu_machine.cpp", "if (name.kind == \"gpu\")\n"); // what a kind is, its own folder knows
    auto const run = tree.check();
    INFO(run);
    CHECK(run.exit_code == 0);
}

TEST_CASE("a folder of tests without tests is named")
{
    auto const tree = Tree{};
    std::filesystem::remove(tree.folder.path() / "tests/golden/fabric_part.cpp");
    auto const run = tree.check();
    INFO(run);
    CHECK(run.exit_code == 1);
    CHECK(run.out.find("tests/golden: no tests") != std::string::npos);
}
