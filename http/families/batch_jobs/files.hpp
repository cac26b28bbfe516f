// The signed URLs of a batch job's files, and what a request to one of them is about (contracts
// README 3 and 4).
#pragma once

#include <optional>
#include <string>

#include "auth/signed_url.hpp"
#include "core/batches/job.hpp"
#include "http/families/batch_jobs/settings.hpp"
#include "http/families/v2/errors.hpp"
#include "http/server/exchange.hpp"

namespace belay::batch_jobs {

/// A URL that is given out.
struct FileUrl {
    std::string url;
    WallTime expires;
};

/// To PUT the input of a job that is ready for it; works until its upload window is over.
FileUrl upload_url(const job::Uuid& id, const batches::Job& job, const Settings& settings,
                   const auth::UrlSigner& signer, WallTime now);

/// To GET the output of a job that has it and keeps it; in whole seconds, not beyond the day its
/// results go.
FileUrl download_url(const job::Uuid& id, const batches::Job& job, const Settings& settings,
                     const auth::UrlSigner& signer, WallTime now);

/// Whether the job has ended with an output file that is there to be had. A job that is canceled
/// before it has any output has none; every other one has, be it empty.
bool has_output(const batches::Job& job, const Settings& settings, WallTime now);

/// How the grant of a URL names the file.
std::string input_object(const job::Uuid& id);
std::string output_object(const job::Uuid& id, const batches::Job& job);

/// What a request with a good signature is about.
struct FileRequest {
    job::Uuid id;
    auth::UrlGrant grant;
};

/// Reads a request to a signed URL. nullopt: it is answered, with why it is refused.
std::optional<FileRequest> admit_file(http::Exchange& exchange, const auth::UrlSigner& signer,
                                      const v2::ErrorKind& expired, WallTime now);

}  // namespace belay::batch_jobs
