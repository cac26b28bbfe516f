#include "tests/support/guard_page.hpp"

#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

#include "core/base/check.hpp"

namespace belay::test {

GuardPage::GuardPage(std::size_t size_max)
    : page_bytes_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {
    readable_bytes_ = (size_max + page_bytes_ - 1) / page_bytes_ * page_bytes_;
    void* mapped = ::mmap(nullptr, readable_bytes_ + page_bytes_, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(mapped != MAP_FAILED, "guard page is mapped");
    pages_ = static_cast<char*>(mapped);
    check(::mprotect(pages_ + readable_bytes_, page_bytes_, PROT_NONE) == 0,
          "guard page is closed");
}

GuardPage::~GuardPage() {
    ::munmap(pages_, readable_bytes_ + page_bytes_);
}

std::span<char> GuardPage::place(std::string_view bytes) {
    check(bytes.size() <= readable_bytes_, "input fits before the guard page");
    char* start = pages_ + readable_bytes_ - bytes.size();
    std::memcpy(start, bytes.data(), bytes.size());
    return {start, bytes.size()};
}

}  // namespace belay::test
