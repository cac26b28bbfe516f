# What every translation unit of ours is compiled with.
add_library(belay_flags INTERFACE)
target_compile_options(belay_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  -fno-omit-frame-pointer)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # With optimization g++ 12 sees overlaps and overflows inside std::string's own concatenation,
  # where there are none (GCC bugs 105329, 105651). clang and the sanitizers watch for real ones.
  target_compile_options(belay_flags INTERFACE
    -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow
    -Wno-stringop-overread)
  # At -O2, not at -O1, also reads of what was not set in a std::string that was just moved.
  target_compile_options(belay_flags INTERFACE $<$<CONFIG:Release>:-Wno-maybe-uninitialized>)
endif()

# glibc's own checks, in builds that no sanitizer watches.
if(NOT BELAY_SANITIZE)
  target_compile_definitions(belay_flags INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # ccache can reuse a precompiled header only if it carries no time stamp.
  target_compile_options(belay_flags INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
  target_link_options(belay_flags INTERFACE -fuse-ld=lld)
endif()

if(BELAY_SANITIZE)
  target_compile_options(belay_flags INTERFACE -fsanitize=${BELAY_SANITIZE})
  target_link_options(belay_flags INTERFACE -fsanitize=${BELAY_SANITIZE})
  if(BELAY_SANITIZE MATCHES "undefined")
    target_compile_options(belay_flags INTERFACE -fno-sanitize-recover=all)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      # clang's function type check does not compile in coroutines.
      target_compile_options(belay_flags INTERFACE -fno-sanitize=function)
    endif()
  endif()
  if(BELAY_SANITIZE MATCHES "address")
    target_compile_definitions(belay_flags INTERFACE BELAY_ADDRESS_SANITIZER=1)
  endif()
endif()
