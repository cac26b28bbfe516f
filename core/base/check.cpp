#include "core/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace belay {

void check_failed(const char* what, std::source_location where) {
    std::fprintf(stderr, "belay: check failed: %s (%s:%u, %s)\n", what, where.file_name(),
                 where.line(), where.function_name());
    std::abort();
}

}  // namespace belay
