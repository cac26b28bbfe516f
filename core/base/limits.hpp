// Every bound of the program that is not a setting, and how they relate.
#pragma once

#include <cstddef>
#include <cstdint>

namespace belay::limits {

// The log (store/FORMAT.md).
inline constexpr std::size_t block_bytes = 4096;    ///< a group starts on a multiple of this
inline constexpr std::size_t frame_alignment = 64;  ///< LSNs are multiples of this
inline constexpr std::size_t frame_bytes_max = 128 * 1024;
inline constexpr std::size_t group_bytes_max = 4 * 1024 * 1024;
inline constexpr std::size_t record_bytes_max = 32 * 1024;   ///< the value of one record version
inline constexpr std::size_t answer_bytes_max = 32 * 1024;   ///< a stored answer of a key
inline constexpr std::size_t key_name_bytes_max = 4 * 1024;  ///< scope and key together
inline constexpr std::size_t records_per_frame_max = 16;
inline constexpr std::size_t undurable_versions_max = 4096;  ///< of one record
inline constexpr std::size_t lanes_max = 256;                ///< threads that may use one store

static_assert(frame_bytes_max % frame_alignment == 0 && block_bytes % frame_alignment == 0);
static_assert(record_bytes_max * 2 + answer_bytes_max + key_name_bytes_max <= frame_bytes_max,
              "the largest job, its counter and its answer fit one frame");
static_assert(frame_bytes_max <= group_bytes_max);

// Lists.
inline constexpr std::size_t list_page_max = 200;
inline constexpr std::size_t list_scan_max = 10'000;  ///< entries looked at for one page

// JSON bodies (reliability 6.2).
inline constexpr std::size_t json_depth_max = 32;
inline constexpr std::size_t json_values_max = 10'000;
inline constexpr std::size_t json_name_bytes_max = 256;
inline constexpr std::size_t json_number_bytes_max = 64;

// HTTP (reliability 3.3); what is configurable has its default in http/settings.hpp.
inline constexpr std::size_t output_bytes_max = 64 * 1024;   ///< queued on a connection
inline constexpr std::size_t discard_bytes_max = 64 * 1024;  ///< read and dropped after an error

}  // namespace belay::limits
