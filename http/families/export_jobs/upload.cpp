// PUT /v1/contexts/{contextId}/transactions: a set of transactions, streamed, all rows or none
// (contracts README 3). Parsing, sorting and syncing happen on background threads; the shard only
// moves bytes.
#include <array>
#include <memory>

#include "core/exports/files.hpp"
#include "core/exports/transaction_set.hpp"
#include "http/families/export_jobs/export_write.hpp"
#include "http/families/export_jobs/family.hpp"
#include "http/families/export_jobs/render.hpp"
#include "http/wire/content_type.hpp"

namespace belay::export_jobs {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

/// The upload's own work, one stage at a time, off the shard.
class UploadWork final : public http::BackgroundWork {
  public:
    enum class Stage : std::uint8_t { start, feed, place, discard };

    UploadWork(world::Disk& disk, exports::UploadFormat format, std::string path)
        : disk_(disk), format_(format), path_(std::move(path)) {}

    Stage stage = Stage::start;
    std::array<char, piece_bytes> buffer;
    std::size_t filled = 0;
    auth::Sha256 fingerprint;

    void run() noexcept override {
        switch (stage) {
            case Stage::start:
                start();
                break;
            case Stage::feed:
                feed();
                break;
            case Stage::place:
                place();
                break;
            case Stage::discard:
                upload_.reset();
                // What cannot be removed is an orphan, and goes at the next start.
                (void)disk_.remove(placed_ ? path_ : temporary_path());
                (void)disk_.sync_directory(exports::set_directory);
                break;
        }
    }

    /// The first bad row, or what the disk said.
    const std::optional<exports::RowError>& bad_row() const noexcept { return bad_row_; }
    bool has_failed() const noexcept { return failed_; }

    std::uint64_t rows() const noexcept { return rows_; }
    exports::Sha256 content_digest() { return content_.finish(); }

  private:
    void start() {
        auto upload = exports::TransactionUpload::start(disk_, format_,
                                                        {temporary_path(), path_ + ".sort.tmp"});
        failed_ = upload.has_error();
        if (!failed_) {
            upload_ = std::move(*upload);
        }
    }

    void feed() {
        const std::string_view piece(buffer.data(), filled);
        content_.update(as_byte_span(piece));
        fingerprint.update(as_byte_span(piece));
        if (const auto fed = upload_->feed(piece); fed.has_error()) {
            bad_row_ = fed.error();
        }
        filled = 0;
    }

    /// Every row is there and good: the file gets its name, durably, before the log names it.
    void place() {
        const auto finished = upload_->finish();
        if (finished.has_error()) {
            bad_row_ = finished.error();
            return;
        }
        rows_ = *finished;
        failed_ = disk_.rename(temporary_path(), path_).has_error();
        placed_ = !failed_;
        failed_ = failed_ || disk_.sync_directory(exports::set_directory).has_error();
    }

    std::string temporary_path() const { return path_ + ".tmp"; }

    world::Disk& disk_;
    const exports::UploadFormat format_;
    const std::string path_;
    std::unique_ptr<exports::TransactionUpload> upload_;
    auth::Sha256 content_;
    std::optional<exports::RowError> bad_row_;
    bool failed_ = false;
    bool placed_ = false;
    std::uint64_t rows_ = 0;
};

/// Removes the file of a set that no record names any more.
class RemoveFile final : public http::BackgroundWork {
  public:
    RemoveFile(world::Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

    void run() noexcept override {
        (void)disk_.remove(path_);  // else it is an orphan, and goes at the next start
        (void)disk_.sync_directory(exports::set_directory);
    }

  private:
    world::Disk& disk_;
    const std::string path_;
};

/// Names the new set in its context; the key, if there is one, is claimed with it.
class CommitUpload final : public ExportWrite {
  public:
    CommitUpload(const Settings& settings, http::Exchange& exchange, const job::Uuid& context,
                 const exports::TransactionSet& set)
        : ExportWrite(settings, exchange.scratch()),
          tenant_(exchange.principal()->tenant),
          set_(set),
          answered_(exchange.shard()) {
        const job::RecordId subject{exports::context_kind, context};
        set_subjects({&subject, 1});
        // It may take memory for a key, of which the reserve is for what ends jobs.
        set_importance(store::Importance::create);
    }

    using ExportWrite::set_request_key;

    run::Event& answered() noexcept { return answered_; }
    int status() const noexcept { return status_; }
    http::ResponseFields fields() const noexcept { return fields_; }

    /// Whether the log names the new set: false only if it certainly does not.
    bool may_be_named() const noexcept { return may_be_named_; }
    const std::optional<exports::TransactionSet>& replaced() const noexcept { return replaced_; }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        replaced_.reset();
        if (!view.subjects[0]) {
            return refuse(errors::context_not_found, body);
        }
        const result<exports::Context> context = exports::decode_context(view.subjects[0]->value);
        if (!context) {
            return refuse(errors::unexpected, body);
        }
        if (context->tenant != tenant_) {
            return refuse(errors::context_not_found, body);
        }
        replaced_ = context->set;
        exports::Context next = *context;
        next.set = set_;
        next.set->uploaded = view.now;
        value_.clear();
        exports::encode(next, value_);
        draft.put(0, as_byte_span(value_));
        render_upload(set_, body);
        return 200;
    }

    void committed(const store::Receipt&) noexcept override { may_be_named_ = true; }

    void not_committed(const store::Receipt& receipt) noexcept override {
        may_be_named_ =
            receipt.status == store::Status::unknown || receipt.status == store::Status::stopped;
        replaced_.reset();
    }

    void answer(int status, http::ResponseFields fields) noexcept override {
        status_ = status;
        fields_ = fields;
        answered_.set();
    }

    const job::TenantId tenant_;
    const exports::TransactionSet set_;
    run::Event answered_;
    std::optional<exports::TransactionSet> replaced_;
    std::string value_;
    int status_ = 0;
    http::ResponseFields fields_;
    bool may_be_named_ = false;
};

exports::UploadFormat format_of(const http::Exchange& exchange) {
    const auto content_type = exchange.field(wire::FieldName::content_type);
    return content_type && wire::is_type(*content_type, "text/csv") ? exports::UploadFormat::csv
                                                                    : exports::UploadFormat::ndjson;
}

}  // namespace

run::task<> Family::upload_transactions(http::StreamExchange& stream) {
    http::Exchange& exchange = stream.exchange();
    auto& shard = exchange.shard_context<http::ShardContext>();
    const KeyOrRefusal key = read_key(exchange.head());
    job::Uuid context;
    if (key.refusal) {
        refuse(exchange, *key.refusal);
        co_return;
    }
    if (!read_id(exchange, "contextId", errors::invalid_context_id, context)) {
        co_return;
    }
    if (!owns_context(shard.lane, exchange.principal()->tenant, context)) {
        fail(exchange, errors::context_not_found);
        co_return;
    }
    const http::Places::Place place = uploads_.take(exchange.principal()->tenant);
    if (!place) {
        fail(exchange, errors::too_many_files);
        co_return;
    }
    exports::TransactionSet set;
    set.upload = shard.new_id();
    auto work = std::make_unique<UploadWork>(parts_.disk, format_of(exchange),
                                             exports::set_path(context, set.upload));
    http::begin_fingerprint(work->fingerprint, exchange.head());
    co_await parts_.uploads.run(exchange.shard(), *work);

    bool answered = work->has_failed();
    if (answered) {
        fail(exchange, errors::storage_unavailable);
    }
    bool complete = false;
    while (!answered && !complete) {
        const std::span<char> room = std::span(work->buffer).subspan(work->filled);
        const http::BodyPiece piece = co_await stream.read_body(room);
        switch (piece.state) {
            case http::BodyState::data:
                work->filled += piece.bytes;
                break;
            case http::BodyState::end:
                complete = true;
                break;
            case http::BodyState::refused:
            case http::BodyState::timed_out:
                exchange.fail(stream.trouble());
                answered = true;
                break;
            case http::BodyState::lost:
                exchange.fail(http::Trouble::bad_request);  // nobody reads it
                answered = true;
                break;
        }
        const bool full = work->filled == work->buffer.size();
        if (!answered && (full || complete)) {
            work->stage = UploadWork::Stage::feed;
            co_await parts_.uploads.run(exchange.shard(), *work);
        }
        if (!answered && work->bad_row()) {
            refuse_row(exchange, *work->bad_row());
            answered = true;
        }
    }
    if (!answered) {
        work->stage = UploadWork::Stage::place;
        co_await parts_.uploads.run(exchange.shard(), *work);
        if (work->bad_row()) {
            refuse_row(exchange, *work->bad_row());
            answered = true;
        } else if (work->has_failed()) {
            fail(exchange, errors::storage_unavailable);
            answered = true;
        }
    }
    bool keep = false;
    if (!answered) {
        set.rows = work->rows();
        set.sha256 = work->content_digest();
        CommitUpload commit(settings_, exchange, context, set);
        const job::Fingerprint request = work->fingerprint.finish();
        if (commit.set_request_key(*exchange.principal(), exchange.head(), key.key, request)) {
            shard.lane.submit(commit);
            co_await commit.answered().wait();
            keep = commit.may_be_named();
            if (commit.replaced()) {
                RemoveFile remove(parts_.disk,
                                  exports::set_path(context, commit.replaced()->upload));
                co_await parts_.uploads.run(exchange.shard(), remove);
            }
            exchange.respond(commit.status(), "application/json", exchange.scratch(),
                             commit.fields());
        } else {
            fail(exchange, errors::invalid_key);
        }
    }
    if (!keep) {
        work->stage = UploadWork::Stage::discard;
        co_await parts_.uploads.run(exchange.shard(), *work);
    }
}

void Family::refuse_row(http::Exchange& exchange, const exports::RowError& error) const {
    std::string& body = exchange.scratch();
    body.clear();
    if (!error.is_of_a_row()) {
        fail(exchange, errors::storage_unavailable);
        return;
    }
    const std::string line = std::to_string(error.line);
    const std::array details{Detail{"line", line}, Detail{"field", error.column}};
    std::string message = "invalid transactions: line " + line + ": ";
    if (!error.column.empty()) {
        message += std::string(error.column) + ": ";
    }
    message += error.what;
    render_error(settings_.error_style, errors::invalid_request, message,
                 std::span(details).first(error.column.empty() ? 1 : 2), body);
    exchange.respond(errors::invalid_request.status, "application/json", body);
}

}  // namespace belay::export_jobs
