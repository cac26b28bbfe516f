#include "core/base/spare_text.hpp"

#include <cstddef>
#include <new>
#include <vector>

namespace belay {
namespace {

/// As many as requests of one thread are likely to be under way at once.
constexpr std::size_t kept_max = 4096;

/// Memory that a rare large text has taken is not kept.
constexpr std::size_t kept_bytes_max = 4096;

/// Of a small string, which holds its bytes itself, there is nothing to keep.
const std::size_t inside_bytes = std::string().capacity();

struct Kept {
    // Here, so that to give back needs no memory. Without it nothing is kept.
    Kept() noexcept {
        try {
            texts.reserve(kept_max);
        } catch (const std::bad_alloc&) {
        }
    }

    std::vector<std::string> texts;
};

Kept& kept() noexcept {
    thread_local Kept of_thread;
    return of_thread;
}

}  // namespace

SpareText::SpareText() {
    std::vector<std::string>& texts = kept().texts;
    if (!texts.empty()) {
        text_ = std::move(texts.back());
        texts.pop_back();
    }
}

SpareText::~SpareText() {
    std::vector<std::string>& texts = kept().texts;
    const bool is_worth_it = text_.capacity() > inside_bytes && text_.capacity() <= kept_bytes_max;
    if (is_worth_it && texts.size() < texts.capacity()) {
        text_.clear();
        texts.push_back(std::move(text_));
    }
}

}  // namespace belay
