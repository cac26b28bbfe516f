// The batch family's own errors (batches.md 5). Those of all /v2 routes: http/families/v2.
#pragma once

#include "http/families/v2/errors.hpp"

namespace belay::batch_jobs::errors {

using v2::ErrorKind;

inline constexpr ErrorKind unsupported_endpoint{
    400,
    "batch_api_unsupported_endpoint",
    {},
    "Rows of a batch cannot be sent to this endpoint with this method."};
inline constexpr ErrorKind unauthorized_endpoint{
    400, "auth_unauthorized_endpoint", {}, "The credential may not use this endpoint."};
inline constexpr ErrorKind non_cancellable{
    400, "batch_api_non_cancellable_job", {}, "The batch job cannot be canceled any more."};
inline constexpr ErrorKind job_not_found{
    404, "batch_job_not_found", {}, "There is no batch job with this id."};

// Of the files.
inline constexpr ErrorKind signature_invalid{
    403, "url_signature_invalid", {}, "The URL is not as it was given out."};
inline constexpr ErrorKind upload_url_expired{
    403, "upload_url_expired", {}, "The time for the upload is over; it takes a new batch job."};
inline constexpr ErrorKind download_url_expired{
    403,
    "download_url_expired",
    {},
    "The URL has expired; the batch job gives a new one as long as its results are kept."};
inline constexpr ErrorKind upload_under_way{
    409, "upload_in_progress", {}, "Another upload for this batch job is under way."};
inline constexpr ErrorKind not_ready_for_upload{
    409, "batch_job_not_ready_for_upload", {}, "The batch job takes no input file any more."};
inline constexpr ErrorKind too_many_files{
    503,
    "service_unavailable",
    {},
    "Too many uploads or downloads are under way; try again when one has ended.",
    v2::Retry::yes};
inline constexpr ErrorKind storage_unavailable{
    503, "service_unavailable", {}, "The file storage is unavailable.", v2::Retry::yes};

}  // namespace belay::batch_jobs::errors
