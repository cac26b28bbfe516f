#include "http/wire/request_head.hpp"

#include "core/base/check.hpp"

namespace belay::wire {

std::string_view RequestHead::path() const noexcept {
    // RFC 9110 4.2.3: an empty path of an http URI is the same as "/".
    if (target_form_ == TargetForm::absolute && path_.size == 0) {
        return "/";
    }
    return view(path_);
}

Field RequestHead::field(std::size_t index) const noexcept {
    check(index < field_count_, "the field's index is below the count");
    const FieldSlices& slices = fields_[index];
    return {view(slices.name), view(slices.value), slices.known};
}

std::optional<std::string_view> RequestHead::value(FieldName name) const noexcept {
    check(name != FieldName::other, "a value is asked for by a recognised name");
    if (!has(name)) {
        return std::nullopt;
    }
    return view(fields_[first_[position(name)]].value);
}

void RequestHead::clear() noexcept {
    // fields_ stays as it is: field_count_ says how much of it counts.
    size_ = 0;
    field_count_ = 0;
    repeated_ = 0;
    method_text_ = {};
    target_ = {};
    path_ = {};
    query_ = {};
    authority_ = {};
    method_ = Method::unknown;
    target_form_ = TargetForm::origin;
    version_ = Version::http_1_1;
    has_query_ = false;
    first_.fill(absent);
}

void RequestHead::add_field(const FieldSlices& field) noexcept {
    std::uint8_t& first = first_[position(field.known)];
    if (first == absent) {
        first = static_cast<std::uint8_t>(field_count_);
    } else {
        repeated_ |= std::uint32_t{1} << position(field.known);
    }
    fields_[field_count_++] = field;
}

}  // namespace belay::wire
