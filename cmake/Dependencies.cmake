# Debian 12's packages; `./dev deps` installs them.
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS json unit_test_framework)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)

# Asio is compiled once (cmake/asio.cpp). The cache size lets the frames of nested coroutines be
# recycled; it must be the same in every translation unit, so it lives on the target.
add_library(belay_asio STATIC ${CMAKE_CURRENT_LIST_DIR}/asio.cpp)
target_compile_definitions(belay_asio PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_ARRAY
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8)
target_link_libraries(belay_asio PUBLIC belay_flags Boost::headers OpenSSL::SSL Threads::Threads)
# The headers that cost most to read, precompiled once for all libraries that say ASIO.
target_precompile_headers(belay_asio PRIVATE
  <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/ip/tcp.hpp>
  <boost/asio/steady_timer.hpp> <boost/asio/ssl.hpp> <boost/asio/use_awaitable.hpp>
  <boost/asio/as_tuple.hpp> <boost/asio/post.hpp>
  <memory> <span> <string> <string_view> <vector>)
