# What every library and test is compiled with, as one interface library.
option(SCRIBELINE_NATIVE "compile for this machine's processor alone; the default runs on any" OFF)

add_library(scribeline_options INTERFACE)
target_include_directories(scribeline_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(scribeline_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
  # A fused multiply-add rounds once where two operations round twice. Off, or the numbers that wavelets carry, and
  # with them the state hash, would depend on the processor compiled for.
  -ffp-contract=off)
if(SCRIBELINE_NATIVE)
  target_compile_options(scribeline_options INTERFACE -march=native)
endif()
if(SCRIBELINE_ASSERTIONS)
  target_compile_definitions(scribeline_options INTERFACE SCRIBELINE_ASSERTIONS _GLIBCXX_ASSERTIONS)
endif()
if(SCRIBELINE_SANITIZE)
  target_compile_options(scribeline_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # At a fixed place: tens of megabytes of descriptors need no relocation then, half of a sanitized program's start.
  target_link_options(scribeline_options INTERFACE -fsanitize=address,undefined -no-pie)
  # Tests that simulate much may take less of it: tests/support/build_kind.hpp.
  target_compile_definitions(scribeline_options INTERFACE SCRIBELINE_SANITIZED)
endif()
