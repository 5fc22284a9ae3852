# Finds every library, prints one table of them (version, where it was found), and stops with the Debian packages to
# install when some are missing: all of them at once. Nothing is downloaded. Last, SystemC is probed for the C++
# standard it was built with, because a program of another standard does not link with it.

set(found_lines "")
set(missing_packages "")
set(missing_lines "")

# note_dependency(<name> <Debian package> <found> <version> <where>)
macro(note_dependency name package found version where)
  if("${found}")
    string(LENGTH "${name}" _length)
    math(EXPR _length "24 - ${_length}")
    string(REPEAT " " ${_length} _pad)
    string(LENGTH "${version}" _length)
    math(EXPR _length "10 - ${_length}")
    if(_length LESS 1)
      set(_length 1)
    endif()
    string(REPEAT " " ${_length} _pad2)
    string(APPEND found_lines "\n   ${name}${_pad}${version}${_pad2}${where}")
  else()
    list(APPEND missing_packages "${package}")
    string(APPEND missing_lines "\n   ${name}: Debian package ${package}")
  endif()
endmacro()

note_dependency("C++ compiler" g++ TRUE "${CMAKE_CXX_COMPILER_VERSION}" "${CMAKE_CXX_COMPILER}")

find_package(PkgConfig QUIET)
note_dependency("pkg-config" pkg-config "${PKG_CONFIG_FOUND}" "${PKG_CONFIG_VERSION_STRING}" "${PKG_CONFIG_EXECUTABLE}")
if(PKG_CONFIG_FOUND)
  pkg_check_modules(SYSTEMC QUIET IMPORTED_TARGET systemc)
  pkg_check_modules(TOMLPLUSPLUS QUIET IMPORTED_TARGET tomlplusplus)
  pkg_check_modules(LIBYAML QUIET IMPORTED_TARGET yaml-0.1)
endif()
note_dependency("SystemC" libsystemc-dev "${SYSTEMC_FOUND}" "${SYSTEMC_VERSION}" "${SYSTEMC_LINK_LIBRARIES}")
note_dependency("toml++" libtomlplusplus-dev "${TOMLPLUSPLUS_FOUND}" "${TOMLPLUSPLUS_VERSION}" "${TOMLPLUSPLUS_LINK_LIBRARIES}")
note_dependency("libyaml" libyaml-dev "${LIBYAML_FOUND}" "${LIBYAML_VERSION}" "${LIBYAML_LINK_LIBRARIES}")

find_package(Boost QUIET COMPONENTS program_options)
note_dependency("Boost.Program_options" libboost-program-options-dev "${Boost_FOUND}" "${Boost_VERSION_STRING}" "${Boost_DIR}")

find_package(nlohmann_json QUIET)
note_dependency("nlohmann-json" nlohmann-json3-dev "${nlohmann_json_FOUND}" "${nlohmann_json_VERSION}" "${nlohmann_json_DIR}")

find_package(fmt QUIET)
note_dependency("fmt" libfmt-dev "${fmt_FOUND}" "${fmt_VERSION}" "${fmt_DIR}")

# Debian's Imath names a Python library that it does not bring, and says so in ten lines at each configure.
set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
find_package(Imath QUIET)
unset(CMAKE_MESSAGE_LOG_LEVEL)
note_dependency("Imath" libimath-dev "${Imath_FOUND}" "${Imath_VERSION}" "${Imath_DIR}")

# By pkg-config: FindHDF5 would need a C compiler and link with everything that HDF5 itself links with.
if(PKG_CONFIG_FOUND)
  pkg_check_modules(HDF5_C QUIET hdf5)
  find_library(SCRIBELINE_HDF5_HL hdf5_hl HINTS ${HDF5_C_LIBRARY_DIRS})
endif()
if(HDF5_C_FOUND AND SCRIBELINE_HDF5_HL)
  set(hdf5_found TRUE)
  set(HDF5_C_LIBRARIES ${HDF5_C_LINK_LIBRARIES})
  set(HDF5_C_HL_LIBRARIES ${SCRIBELINE_HDF5_HL})
endif()
note_dependency("HDF5 (C, HL)" libhdf5-dev "${hdf5_found}" "${HDF5_C_VERSION}" "${HDF5_C_LIBRARIES}")

# Pages hold their data deflated. It comes with HDF5, which packs with it.
find_package(ZLIB QUIET)
note_dependency("zlib" zlib1g-dev "${ZLIB_FOUND}" "${ZLIB_VERSION_STRING}" "${ZLIB_LIBRARIES}")

# Headers alone: the Perfetto trace is written with it.
find_path(PROTOZERO_INCLUDE_DIR protozero/pbf_writer.hpp)
if(PROTOZERO_INCLUDE_DIR)
  set(protozero_found TRUE)
  file(STRINGS "${PROTOZERO_INCLUDE_DIR}/protozero/version.hpp" protozero_line REGEX "PROTOZERO_VERSION_STRING")
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" protozero_version "${protozero_line}")
endif()
note_dependency("protozero" libprotozero-dev "${protozero_found}" "${protozero_version}" "${PROTOZERO_INCLUDE_DIR}")

# Only the tests need these; `-DBUILD_TESTING=OFF` does without.
if(NOT DEFINED BUILD_TESTING OR BUILD_TESTING)
  find_package(Catch2 2 QUIET)
  note_dependency("Catch2 (tests)" catch2 "${Catch2_FOUND}" "${Catch2_VERSION}" "${Catch2_DIR}")
  find_package(rapidcheck QUIET)
  note_dependency("RapidCheck (tests)" librapidcheck-dev "${rapidcheck_FOUND}" "any" "${rapidcheck_DIR}")
  find_package(benchmark QUIET)
  note_dependency("benchmark (tests)" libbenchmark-dev "${benchmark_FOUND}" "${benchmark_VERSION}" "${benchmark_DIR}")
endif()

message(STATUS "Dependencies:${found_lines}")
if(missing_packages)
  list(JOIN missing_packages " " missing_words)
  message(FATAL_ERROR "Missing:${missing_lines}\nOn Debian or Ubuntu: apt-get install ${missing_words}\n"
                      "or run scripts/install-deps, which installs whatever is missing.")
endif()

include(systemc_standard)
