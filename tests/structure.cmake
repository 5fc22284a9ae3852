# The rules of the tree itself: who includes whom, that no folder of tests is empty, that no file names a place on one
# machine. tests/cli/configs_structure.cpp shows that each rule can be broken.
add_test(NAME "unit/the tree keeps to its rules" COMMAND "${PROJECT_SOURCE_DIR}/scripts/check-structure")
set_tests_properties("unit/the tree keeps to its rules" PROPERTIES LABELS unit TIMEOUT 60)
