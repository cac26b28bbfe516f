#include "http/families/batch_jobs/files.hpp"

#include <algorithm>

#include "core/batches/decide.hpp"
#include "core/batches/job_id.hpp"
#include "http/families/batch_jobs/errors.hpp"
#include "http/families/v2/answer.hpp"

namespace belay::batch_jobs {
namespace {

constexpr std::string_view path_before_id = "/v2/core/batch_job_files/";
constexpr Milliseconds shortest{1};

std::string signed_url(std::string_view method, const job::Uuid& id, const auth::UrlGrant& grant,
                       const Settings& settings, const auth::UrlSigner& signer, WallTime expires,
                       WallTime now) {
    const std::string path = std::string(path_before_id) + batches::format_job_id(id);
    // One that has just ended is given out all the same: the job says so until a timer moves it.
    const Milliseconds lifetime =
        std::clamp(expires - now, shortest, auth::UrlSigner::lifetime_max);
    return settings.public_url + path + "?" + signer.sign(method, path, grant, lifetime, now);
}

}  // namespace

FileUrl upload_url(const job::Uuid& id, const batches::Job& job, const Settings& settings,
                   const auth::UrlSigner& signer, WallTime now) {
    const auth::UrlGrant grant{job.tenant, input_object(id)};
    return {signed_url("PUT", id, grant, settings, signer, job.upload_until, now),
            job.upload_until};
}

FileUrl download_url(const job::Uuid& id, const batches::Job& job, const Settings& settings,
                     const auth::UrlSigner& signer, WallTime now) {
    const WallTime until =
        std::min(now + settings.url_lifetime, batches::results_end_at(job, settings.life));
    const WallTime expires = std::chrono::floor<std::chrono::seconds>(until);
    const auth::UrlGrant grant{job.tenant, output_object(id, job)};
    return {signed_url("GET", id, grant, settings, signer, expires, now), expires};
}

bool has_output(const batches::Job& job, const Settings& settings, WallTime now) {
    if (now >= batches::results_end_at(job, settings.life)) {
        return false;
    }
    switch (job.phase) {
        case batches::Phase::complete:
        case batches::Phase::timeout:
        case batches::Phase::validation_failed:
            return true;
        case batches::Phase::canceled:
            return job.progress.output_bytes != 0;
        default:
            return false;
    }
}

std::string input_object(const job::Uuid& id) {
    return job::format_uuid(id) + ".in";
}

std::string output_object(const job::Uuid& id, const batches::Job& job) {
    return job::format_uuid(id) + "-" + job::format_uuid(job.upload) + ".out";
}

std::optional<FileRequest> admit_file(http::Exchange& exchange, const auth::UrlSigner& signer,
                                      const v2::ErrorKind& expired, WallTime now) {
    const result<job::Uuid> id = batches::parse_job_id(exchange.parameter("id"));
    if (!id) {
        v2::fail(exchange, errors::job_not_found);
        return std::nullopt;
    }
    const result<auth::UrlGrant> grant =
        signer.verify(exchange.head().method_text(), exchange.path(), exchange.query(), now);
    if (!grant) {
        const bool is_late = grant.error() == auth::TokenError::expired_url;
        v2::fail(exchange, is_late ? expired : errors::signature_invalid);
        return std::nullopt;
    }
    return FileRequest{*id, *grant};
}

}  // namespace belay::batch_jobs
