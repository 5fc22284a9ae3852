# What the documents tell a reader to type is typed here. Not with the sanitizers: the documents run whole regions.
if(SCRIBELINE_SANITIZE)
  return()
endif()

add_test(NAME "cli/every command in README.md and docs works"
  COMMAND "${PROJECT_SOURCE_DIR}/scripts/test-docs-commands" "$<TARGET_FILE:scribeline>")
set_tests_properties("cli/every command in README.md and docs works" PROPERTIES
  LABELS cli TIMEOUT 600 SKIP_RETURN_CODE 77)

# Every kind of result file, as general tools open it.
add_test(NAME "cli/general tools open every group of every kind of result file"
  COMMAND "${PROJECT_SOURCE_DIR}/scripts/test-result-files" "$<TARGET_FILE:scribeline>")
set_tests_properties("cli/general tools open every group of every kind of result file" PROPERTIES
  LABELS cli TIMEOUT 600 SKIP_RETURN_CODE 77)

# The recipes that read a result file with h5ls, h5py and xarray, on a file as a first run writes it.
if(EXISTS "${PROJECT_SOURCE_DIR}/scripts/test-recipes")
  set(recipe_file "${CMAKE_CURRENT_BINARY_DIR}/recipes.h5")
  add_test(NAME "cli/a run leaves a file for the recipes" 
    COMMAND scribeline run --set run.fidelity=wavelet -o "${recipe_file}")
  set_tests_properties("cli/a run leaves a file for the recipes" PROPERTIES
    LABELS cli TIMEOUT 600 FIXTURES_SETUP recipe_file)
  add_test(NAME "cli/every recipe in docs/results_format.md works"
    COMMAND "${PROJECT_SOURCE_DIR}/scripts/test-recipes" "${recipe_file}")
  set_tests_properties("cli/every recipe in docs/results_format.md works" PROPERTIES
    LABELS cli TIMEOUT 600 FIXTURES_REQUIRED recipe_file SKIP_RETURN_CODE 77)
endif()

# What documents say: figures as their commands print them, every number with a source, names of files and sections.
add_test(NAME "cli/the program is built where run.sh and the documents look for it"
  COMMAND "${PROJECT_BINARY_DIR}/scribeline" version)
add_test(NAME "unit/files, sections and links that documents and comments name exist"
  COMMAND "${PROJECT_SOURCE_DIR}/scripts/check-documents" --no-figures)
set_tests_properties("cli/the program is built where run.sh and the documents look for it" PROPERTIES LABELS cli TIMEOUT 60)
set_tests_properties("unit/files, sections and links that documents and comments name exist" PROPERTIES
  LABELS unit TIMEOUT 120)

add_test(NAME "cli/figures in README.md and docs are those that their commands print"
  COMMAND "${PROJECT_SOURCE_DIR}/scripts/check-documents" "$<TARGET_FILE:scribeline>")
set_tests_properties("cli/figures in README.md and docs are those that their commands print" PROPERTIES
  LABELS cli TIMEOUT 1200)
add_test(NAME "cli/pictures show what the program prints, and no label lies over another"
  COMMAND "${PROJECT_SOURCE_DIR}/scripts/make-figures" --check "$<TARGET_FILE:scribeline>")
set_tests_properties("cli/pictures show what the program prints, and no label lies over another" PROPERTIES
  LABELS cli TIMEOUT 1200 SKIP_RETURN_CODE 77 SKIP_REGULAR_EXPRESSION "SKIPPED: ")
