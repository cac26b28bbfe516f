#include "store/operation.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "store/remembered.hpp"

namespace belay::store {

void Draft::put(std::size_t subject, ByteSpan value) {
    check(subject < subject_count_, "a record that is put is a subject");
    check(value.size() <= limits::record_bytes_max, "a record's value is bounded");
    parts_[subject] = {Move::put, bytes_.size(), value.size()};
    bytes_.append(as_text(value));
}

void Draft::remove(std::size_t subject) {
    check(subject < subject_count_, "a removed record is a subject");
    parts_[subject] = {Move::remove, 0, 0};
}

void Draft::remember(const job::RememberedAnswer& answer) {
    check(key_.move == Move::none, "a key is claimed once");
    const std::size_t offset = bytes_.size();
    encode_remembered(answer, bytes_);
    key_ = {Move::put, offset, bytes_.size() - offset};
}

void Draft::forget() {
    check(key_.move == Move::none, "a key is moved once");
    key_ = {Move::remove, 0, 0};
}

void Draft::begin(std::size_t subject_count) {
    std::fill_n(parts_.begin(), subject_count, Part{});
    subject_count_ = subject_count;
    key_ = {};
    bytes_.clear();
}

bool Draft::empty() const noexcept {
    const auto parts = std::span(parts_).first(subject_count_);
    return key_.move == Move::none &&
           std::ranges::all_of(parts, [](const Part& part) { return part.move == Move::none; });
}

void Operation::set_subjects(std::span<const job::RecordId> subjects) {
    check(subjects.size() <= subjects_.capacity(), "an operation is about few records");
    subjects_.assign(subjects.begin(), subjects.end());
}

}  // namespace belay::store
