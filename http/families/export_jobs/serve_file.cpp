// GET /v1/export-files/{jobId}?…: the file of an export, to whoever holds a signed URL for it, with
// ranges and an entity tag.
#include <array>
#include <memory>

#include "core/base/base64.hpp"
#include "http/families/export_jobs/family.hpp"
#include "http/wire/range.hpp"

namespace belay::export_jobs {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

/// What of a job the answer needs.
struct Download {
    std::string path;
    std::string name;
    std::string etag;
    std::string_view content_type;
    std::uint64_t size = 0;
};

/// Opens and reads the file, off the shard.
class ReadFile final : public http::BackgroundWork {
  public:
    ReadFile(world::Disk& disk, const std::string& path) : disk_(disk), path_(path) {}

    std::uint64_t offset = 0;
    std::uint64_t wanted = 0;
    std::array<char, piece_bytes> buffer;

    void run() noexcept override {
        got_ = 0;
        if (!file_) {
            auto file = disk_.open(path_, {});
            if (file.has_error()) {
                return;
            }
            file_ = std::move(*file);
        }
        const std::size_t count =
            static_cast<std::size_t>(std::min<std::uint64_t>(wanted, buffer.size()));
        const auto read =
            file_->read_at(offset, std::as_writable_bytes(std::span(buffer.data(), count)));
        got_ = read.has_value() ? *read : 0;
    }

    bool is_open() const noexcept { return file_ != nullptr; }
    /// Empty at the end of the file, and after an error.
    std::string_view piece() const noexcept { return {buffer.data(), got_}; }

  private:
    world::Disk& disk_;
    const std::string path_;
    std::unique_ptr<world::File> file_;
    std::size_t got_ = 0;
};

Download download_of(const job::Uuid& id, const exports::Job& job) {
    Download download;
    download.path = exports::file_path(id, job.claim, job.format);
    download.name = exports::file_name(job);
    download.etag = '"' + hex_encode(*job.sha256) + '"';
    download.content_type = exports::content_type_of(job.format);
    download.size = job.bytes_written;
    return download;
}

}  // namespace

run::task<> Family::serve_file(http::StreamExchange& stream) {
    http::Exchange& exchange = stream.exchange();
    auto& shard = exchange.shard_context<http::ShardContext>();
    job::Uuid id;
    if (!read_id(exchange, "jobId", errors::invalid_job_id, id)) {
        co_return;
    }
    const WallTime now = shard.lane.now();
    const result<auth::UrlGrant> grant =
        parts_.signer.verify(exchange.head().method_text(), exchange.path(), exchange.query(), now);
    if (!grant) {
        fail(exchange, errors::forbidden);
        co_return;
    }
    std::optional<Download> download;
    const ErrorKind* refusal = &errors::job_not_found;
    const auto look = [&](const store::RecordView& record) {
        const result<exports::Job> job = exports::decode_job(record.value);
        if (!job || job->tenant != grant->tenant || file_object(id, job->claim) != grant->object) {
            return;
        }
        if (exports::is_downloadable(*job, id, now) && job->sha256) {
            download = download_of(id, *job);
        } else {
            refusal = &errors::expired;
        }
    };
    shard.lane.read({exports::export_job_kind, id}, look);
    if (!download) {
        fail(exchange, *refusal);
        co_return;
    }
    if (wire::if_none_match(exchange.head(), download->etag)) {
        const http::ResponseField etag{"ETag", download->etag};
        exchange.respond(304, {}, {}, {&etag, 1});
        co_return;
    }
    const wire::RangeDecision range =
        wire::decide_range(exchange.head(), download->size, download->etag);
    if (range.outcome == wire::RangeOutcome::unsatisfiable) {
        const std::string content_range = wire::content_range_unsatisfiable(download->size);
        const http::ResponseField field{"Content-Range", content_range};
        exchange.fail(http::Trouble::range_not_satisfiable, {}, {&field, 1});
        co_return;
    }
    const http::Places::Place place = downloads_.take(grant->tenant);
    if (!place) {
        fail(exchange, errors::too_many_files);
        co_return;
    }
    auto reading = std::make_unique<ReadFile>(parts_.disk, download->path);
    reading->offset = range.first;
    reading->wanted = range.length;
    co_await parts_.downloads.run(exchange.shard(), *reading);
    if (!reading->is_open()) {
        fail(exchange, errors::storage_unavailable);
        co_return;
    }
    const bool part = range.outcome == wire::RangeOutcome::part;
    const std::string disposition = "attachment; filename=\"" + download->name + '"';
    const std::string content_range = wire::content_range(range, download->size);
    const std::array<http::ResponseField, 4> fields{
        http::ResponseField{"ETag", download->etag}, http::ResponseField{"Accept-Ranges", "bytes"},
        http::ResponseField{"Content-Disposition", disposition},
        http::ResponseField{"Content-Range", content_range}};
    const bool has_body = stream.begin(part ? 206 : 200, download->content_type, range.length,
                                       http::ResponseFields(fields).first(part ? 4 : 3));
    if (!has_body) {
        co_return;
    }
    while (reading->wanted != 0) {
        const std::string_view piece = reading->piece();
        if (piece.empty()) {
            co_return;  // the file is shorter than its job says: the client must not take it as
                        // whole
        }
        const bool taken = co_await stream.write(piece);
        if (!taken) {
            co_return;
        }
        reading->offset += piece.size();
        reading->wanted -= piece.size();
        if (reading->wanted != 0) {
            co_await parts_.downloads.run(exchange.shard(), *reading);
        }
    }
    co_await stream.finish();
}

}  // namespace belay::export_jobs
