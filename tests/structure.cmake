# The rules of the tree itself: who includes whom, that no folder of tests is empty, that no file names a place on one
# machine. tests/cli/configs_structure.cpp shows that each rule can be broken.
add_test(NAME "unit/the tree keeps to its rules" COMMAND "${PROJECT_SOURCE_DIR}/scripts/check-structure")
set_tests_properties("unit/the tree keeps to its rules" PROPERTIES LABELS unit TIMEOUT 60)

# The table of mutants names lines of the sources and tests by name: whoever changes one changes the other.
add_test(NAME "unit/the tree keeps the lines and the tests that mutants name"
  COMMAND "${PROJECT_SOURCE_DIR}/scripts/check-mutants" --patterns)
set_tests_properties("unit/the tree keeps the lines and the tests that mutants name" PROPERTIES LABELS unit TIMEOUT 60)
