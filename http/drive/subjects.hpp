// The records that an operation of the store names (store/operation.hpp), put together by the parts
// that it is made of.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "core/base/check.hpp"
#include "core/base/limits.hpp"
#include "core/job/ids.hpp"

namespace belay::http {

class Subjects {
  public:
    /// Its place among the subjects of the operation; a record that is there already keeps its
    /// place.
    std::size_t add(const job::RecordId& id) {
        const auto end = ids_.begin() + static_cast<std::ptrdiff_t>(count_);
        const auto found = std::find(ids_.begin(), end, id);
        if (found == end) {
            check(count_ < ids_.size(), "an operation has at most so many records");
            *found = id;
            ++count_;
        }
        return static_cast<std::size_t>(found - ids_.begin());
    }

    std::span<const job::RecordId> all() const noexcept { return std::span(ids_).first(count_); }

  private:
    std::array<job::RecordId, limits::records_per_frame_max> ids_{};
    std::size_t count_ = 0;
};

}  // namespace belay::http
