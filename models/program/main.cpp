// scribeline: what was asked for, what the model needs, where it runs, what came out.
//
//     main -> the kernel of SystemC -> sc_main -> answer (program.cpp) -> a row of commands (commands.cpp)
//
// The kernel runs from the start, so that a command elaborates modules whenever a machine that it asks needs some.
#include "models/program/program.hpp"
#include "results/files/interruption.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <signal.h>
#include <systemc>

int sc_main(int argc, char** argv)
{
    return static_cast<int>(
        scribeline::program::answer(std::vector<std::string>(argv + std::min(argc, 1), argv + argc)));
}

int main(int argc, char** argv)
{
    ::setenv("SC_COPYRIGHT_MESSAGE", "DISABLE", 1); // stderr is for what the user must know
    ::signal(SIGXFSZ, SIG_IGN);                     // a file that grows too large is an error of write(2), told as such
    scribeline::results::end_well_when_interrupted();
    return sc_core::sc_elab_and_sim(argc, argv);
}
