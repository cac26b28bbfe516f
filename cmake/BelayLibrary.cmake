# belay_library(NAME FOLDER <path from the root> SOURCES … LINKS … [ASIO])
#
# ASIO: its sources see Asio, so they are given its precompiled header.
#
# The library's headers are included as "<folder>/x.hpp". Its include directory is a tree in the
# build directory that holds nothing but a link to that one folder, so an include that no link
# allows does not build.
function(belay_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ASIO" "FOLDER" "SOURCES;LINKS;PRIVATE_LINKS")
  set(tree "${PROJECT_BINARY_DIR}/include/${name}")
  cmake_path(GET arg_FOLDER PARENT_PATH parent)
  file(MAKE_DIRECTORY "${tree}/${parent}")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${arg_FOLDER}" "${tree}/${arg_FOLDER}" SYMBOLIC)
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC "${tree}")
  target_link_libraries(${name} PUBLIC belay_flags ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS})
  if(arg_ASIO)
    target_precompile_headers(${name} REUSE_FROM belay_asio)
  endif()
endfunction()

# belay_test(NAME SOURCES … LINKS … [LABELS …] [ASIO]): one Boost.Test program, one ctest entry. The
# target belay_tests_<label> builds all of a label, for builds that run only those.
#   concurrent  more than one thread: runs under ThreadSanitizer too
#   system      drives a whole server: not with g++'s build,
#   undistorted unless a sanitizer distorts it
#   sim         seeded by BELAY_TEST_SEED where it is set: `./dev sim` runs it with new seeds
#   race        interleavings of threads, and
#   stress      threads without any order, and
#   corpus      inputs that fuzzing found: with sim, what only a sanitizer's build runs
function(belay_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ASIO" "TIMEOUT" "SOURCES;LINKS;LABELS;ARGS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE belay_test_main ${arg_LINKS})
  if(arg_ASIO)
    target_precompile_headers(${name} REUSE_FROM belay_test_asio)
  else()
    target_precompile_headers(${name} REUSE_FROM belay_test_main)
  endif()
  add_test(NAME ${name} COMMAND ${name} ${arg_ARGS})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
  set(is_plain TRUE)
  foreach(label IN LISTS arg_LABELS)
    belay_labelled(${label} ${name})
    if(label MATCHES "^(sim|race|stress|corpus)$")
      set(is_plain FALSE)
    endif()
  endforeach()
  if(is_plain)
    belay_labelled(plain ${name})
  endif()
endfunction()

# belay_labelled(LABEL TARGET…): builds the targets with belay_tests_<label>.
function(belay_labelled label)
  if(NOT TARGET belay_tests_${label})
    add_custom_target(belay_tests_${label})
  endif()
  add_dependencies(belay_tests_${label} ${ARGN})
endfunction()
