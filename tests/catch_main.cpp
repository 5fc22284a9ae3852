// libsystemc brings main() and calls sc_main; tests of the libraries that do not link it get main() from here.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#ifdef SCRIBELINE_TEST_WITH_SYSTEMC
extern "C" int sc_main(int argc, char* argv[])
#else
int main(int argc, char* argv[])
#endif
{
    return Catch::Session().run(argc, argv);
}
