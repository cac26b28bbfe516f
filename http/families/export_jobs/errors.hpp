// Every error that the export family answers with, in one table, and its two shapes (contracts
// README 3, exports.md 1.8).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/job/verdict.hpp"

namespace belay::export_jobs {

/// `exports.error_style`.
enum class ErrorStyle : std::uint8_t {
    seed,  ///< code is the HTTP status as a string, title a slug; details.reference has the MTCH
           ///< code
    mtch,  ///< code is the MTCH code, title the status text
};

/// One kind of error. The message may be made more exact by whoever answers.
struct ErrorKind {
    int status;
    std::string_view slug;
    std::string_view reference;
    std::string_view message;
};

namespace errors {

inline constexpr ErrorKind invalid_request{400, "invalid_request", "MTCH-0001", "invalid request"};
inline constexpr ErrorKind invalid_body{400, "invalid_request", "MTCH-0001",
                                        "invalid request body"};
inline constexpr ErrorKind invalid_context_id{400, "invalid_request", "MTCH-0013",
                                              "invalid context id"};
inline constexpr ErrorKind invalid_job_id{400, "invalid_request", "MTCH-0001", "invalid job ID"};
inline constexpr ErrorKind invalid_pagination{400, "invalid_request", "MTCH-0001",
                                              "invalid pagination parameters"};
inline constexpr ErrorKind invalid_export{400, "invalid_request", "MTCH-0705",
                                          "invalid export format or type"};
inline constexpr ErrorKind invalid_key{400, "invalid_idempotency_key", "MTCH-0015",
                                       "invalid idempotency key format"};
inline constexpr ErrorKind forbidden{403, "forbidden", "MTCH-0004", "access denied"};
inline constexpr ErrorKind context_not_found{404, "not_found", "MTCH-0005", "context not found"};
inline constexpr ErrorKind job_not_found{404, "not_found", "MTCH-0701", "export job not found"};
inline constexpr ErrorKind terminal{409, "conflict", "MTCH-0007",
                                    "job is already in a terminal state"};
inline constexpr ErrorKind not_ready{409, "not_ready", "MTCH-0703",
                                     "export job is not ready for download"};
inline constexpr ErrorKind key_reused{409, "idempotency_conflict", "MTCH-0007",
                                      "idempotency key was already used for another request"};
inline constexpr ErrorKind expired{410, "expired", "MTCH-0704", "export file has expired"};
inline constexpr ErrorKind unexpected{500, "internal_error", "MTCH-0002",
                                      "an unexpected error occurred"};
inline constexpr ErrorKind unavailable{
    503, "service_unavailable", "MTCH-0008",
    "the service cannot take this request now; nothing was done"};
inline constexpr ErrorKind too_many_files{
    503, "service_unavailable", "MTCH-0008",
    "too many uploads or downloads are under way; try again when one has ended"};
inline constexpr ErrorKind outcome_unknown{
    503, "service_unavailable", "MTCH-0008",
    "the outcome is not known yet; retry with the same idempotency key to find out"};
inline constexpr ErrorKind storage_unavailable{503, "service_unavailable", "MTCH-0019",
                                               "export storage is unavailable"};

}  // namespace errors

/// How a cancel that did not move its job is answered (exports.md 1.6). `verdict` is not applied.
const ErrorKind& error_of_cancel(job::Verdict verdict) noexcept;

/// The kind for a status that the HTTP layer itself answers with (400, 401, 404, 405, 408, 411,
/// 413, 414, 415, 417, 429, 431, 500, 501, 503, 505; anything else as 500).
const ErrorKind& kind_of_status(int status) noexcept;

/// A member of `details`.
struct Detail {
    std::string_view name;
    std::string_view value;
};

/// Appends the body of an error. An empty `message` is the kind's own.
void render_error(ErrorStyle style, const ErrorKind& kind, std::string_view message,
                  std::span<const Detail> details, std::string& to);

}  // namespace belay::export_jobs
