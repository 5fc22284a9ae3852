# Writes OUTPUT, a header with the commit of the source tree SOURCE and whether the tree differs from it. Runs at each
# build, and touches the file only when it changes. Without git, or in a tree unpacked from an archive: "unknown".
set(commit "unknown")
set(dirty 0)
find_program(GIT git)
if(GIT)
  execute_process(COMMAND "${GIT}" -C "${SOURCE}" rev-parse --show-toplevel
    OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  # An archive unpacked inside another repository is not that repository.
  get_filename_component(here "${SOURCE}" REALPATH)
  if(NOT failed AND top STREQUAL here)
    execute_process(COMMAND "${GIT}" -C "${SOURCE}" rev-parse --verify HEAD
      OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(NOT failed)
      set(commit "${head}")
      execute_process(COMMAND "${GIT}" -C "${SOURCE}" --no-optional-locks status --porcelain --untracked-files=no
        OUTPUT_VARIABLE changes ERROR_QUIET)
      if(changes)
        set(dirty 1)
      endif()
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" CONTENT
  "#pragma once\n#define SCRIBELINE_GIT_COMMIT \"${commit}\"\n#define SCRIBELINE_GIT_DIRTY ${dirty}\n" @ONLY)
