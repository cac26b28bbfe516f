#include "store/table/word_list.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/check.hpp"

namespace belay::store {

WordList::WordList(std::span<const std::string_view> words) : words_(words.begin(), words.end()) {
    const auto first = [](const std::string& word) { return static_cast<unsigned char>(word[0]); };
    for (const std::string& word : words_) {
        check(word.size() > 1, "a word is longer than what stands for it");
    }
    std::sort(words_.begin(), words_.end(), [&](const std::string& one, const std::string& other) {
        if (first(one) != first(other)) {
            return first(one) < first(other);
        }
        return one.size() != other.size() ? one.size() > other.size() : one < other;
    });
    words_.erase(std::unique(words_.begin(), words_.end()), words_.end());
    check(words_.size() <= words_max, "a packer has at most so many words");
    for (const std::string& word : words_) {
        heads_.push_back(head_of(word));
        ++begins_[first(word) + 1u];
    }
    for (std::size_t byte = 1; byte < begins_.size(); ++byte) {
        begins_[byte] = static_cast<std::uint8_t>(begins_[byte] + begins_[byte - 1]);
    }
}

WordList::Head WordList::head_of(std::string_view word) noexcept {
    Head head;
    const std::size_t count = std::min(word.size(), sizeof head.bytes);
    std::memcpy(&head.bytes, word.data(), count);
    std::memset(&head.mask, 0xff, count);
    return head;
}

std::optional<std::size_t> WordList::longest(std::string_view text) const noexcept {
    const auto byte = static_cast<unsigned char>(text[0]);
    const std::size_t end = begins_[byte + 1u];
    std::size_t at = begins_[byte];
    if (at == end) {
        return std::nullopt;
    }
    std::uint64_t begin;
    if (text.size() >= sizeof begin) {
        std::memcpy(&begin, text.data(), sizeof begin);
    } else {
        begin = head_of(text).bytes;
    }
    for (; at < end; ++at) {
        const std::string& word = words_[at];
        // A text that ends before the word does is told by its length.
        if ((begin & heads_[at].mask) == heads_[at].bytes && word.size() <= text.size() &&
            (word.size() <= sizeof begin ||
             std::memcmp(word.data() + sizeof begin, text.data() + sizeof begin,
                         word.size() - sizeof begin) == 0)) {
            return at;
        }
    }
    return std::nullopt;
}

std::string_view WordList::at(std::size_t place) const noexcept {
    check(place < words_.size(), "a packed text has only words of its packer");
    return words_[place];
}

}  // namespace belay::store
