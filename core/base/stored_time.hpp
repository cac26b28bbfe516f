// How times stand in records: milliseconds from 1970-01-01T00:00:00Z, 64 bits with a sign.
#pragma once

#include "core/base/bytes.hpp"
#include "core/base/time.hpp"

namespace belay {

inline void put_time(ByteWriter& writer, WallTime time) {
    writer.integer(static_cast<std::int64_t>(time.time_since_epoch().count()));
}

inline WallTime take_time(ByteReader& reader) noexcept {
    return WallTime(Milliseconds(reader.integer<std::int64_t>()));
}

}  // namespace belay
