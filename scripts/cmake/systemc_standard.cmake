# libsystemc carries the C++ standard it was built with in the name of a symbol, `sc_api_version_2_3_4_cxx201703L`,
# which every translation unit that includes <systemc> refers to under its own standard. So a program compiled as another
# standard fails at link time with an undefined reference that explains nothing. Here it is found out beforehand.

if(NOT DEFINED SCRIBELINE_SYSTEMC_LINKS)
  list(GET SYSTEMC_LINK_LIBRARIES 0 systemc_library)
  set(systemc_standard "unknown")
  if(EXISTS "${systemc_library}")
    file(STRINGS "${systemc_library}" systemc_symbol REGEX "sc_api_version_[0-9_]+_cxx[0-9]+L" LIMIT_COUNT 1)
    if(systemc_symbol MATCHES "_cxx20([0-9][0-9])[0-9]*L")
      # 201103, 201402, 201703, 202002: the year of the standard, or the one before it.
      set(systemc_standard "C++${CMAKE_MATCH_1}")
      string(REPLACE "C++02" "C++20" systemc_standard "${systemc_standard}")
    endif()
  endif()

  file(WRITE "${CMAKE_BINARY_DIR}/probe/systemc_probe.cpp"
    "#include <systemc>\nextern \"C\" int sc_main(int, char*[]) { return sc_core::sc_delta_count() == 0 ? 0 : 1; }\n")
  try_compile(probe_links "${CMAKE_BINARY_DIR}/probe" "${CMAKE_BINARY_DIR}/probe/systemc_probe.cpp"
    CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${SYSTEMC_INCLUDE_DIRS}"
    LINK_LIBRARIES ${SYSTEMC_LINK_LIBRARIES}
    CXX_STANDARD ${CMAKE_CXX_STANDARD} CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    OUTPUT_VARIABLE probe_output)
  if(NOT probe_links)
    message(FATAL_ERROR
      "A C++${CMAKE_CXX_STANDARD} program does not link with SystemC ${SYSTEMC_VERSION} (${systemc_library}), "
      "which was built as ${systemc_standard}. Build SystemC with CMAKE_CXX_STANDARD=${CMAKE_CXX_STANDARD}, or point "
      "PKG_CONFIG_PATH at one that was.\nThe compiler said:\n${probe_output}")
  endif()
  set(SCRIBELINE_SYSTEMC_LINKS TRUE CACHE INTERNAL "a program of our C++ standard links with SystemC")
  set(SCRIBELINE_SYSTEMC_STANDARD "${systemc_standard}" CACHE INTERNAL "the C++ standard SystemC was built with")
endif()
message(STATUS "SystemC ${SYSTEMC_VERSION} was built as ${SCRIBELINE_SYSTEMC_STANDARD}; a C++${CMAKE_CXX_STANDARD} program links with it")
