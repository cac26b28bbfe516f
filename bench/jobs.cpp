#include "bench/jobs.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "core/base/check.hpp"
#include "core/exports/decide.hpp"
#include "http/families/common/idempotency_key.hpp"
#include "http/families/export_jobs/render.hpp"
#include "http/families/families.hpp"

namespace belay::bench {
namespace {

constexpr std::string_view subject = "client-7";
constexpr std::string_view cancel_answer =
    R"({"jobId":"01a2050e-de89-7235-a1a5-f6f83e5d49c6","status":"CANCELED","reportType":"MATCHED",)"
    R"("format":"CSV","recordsWritten":0,"bytesWritten":0,"createdAt":"2026-11-22T20:59:50Z",)"
    R"("finishedAt":"2026-11-22T20:59:50Z","expiresAt":"2026-11-29T20:59:50Z"})";

}  // namespace

void AbortOnFailure::log_failed(boost::system::error_code error) noexcept {
    std::fprintf(stderr, "the log failed: %s\n", error.message().c_str());
    std::abort();
}

class JobDriver::Move final : public store::Operation {
  public:
    explicit Move(JobDriver& driver) : driver_(driver) {}

    void aim(Deed deed, const job::Uuid& id, std::size_t& done) {
        deed_ = deed;
        id_ = id;
        done_ = &done;
        is_free = false;
        const job::RecordId record{exports::export_job_kind, id};
        set_subjects({&record, 1});
        if (deed == Deed::claim) {
            return;
        }
        const std::string context = job::format_uuid(context_);
        const std::string path = deed == Deed::create
                                     ? "/v1/contexts/" + context + "/export-jobs"
                                     : "/v1/export-jobs/" + job::format_uuid(id) + "/cancel";
        const std::array<std::string_view, 4> scope{as_text(tenant_.bytes()), subject, "POST",
                                                    path};
        key_ = "exports:";
        http::append_key_name(scope, job::format_uuid(id), key_);
        set_key(key_);
    }

    void decide(const store::View& view, store::Draft& draft) override {
        value_.clear();
        answer_.clear();
        if (deed_ == Deed::create) {
            const exports::Job job =
                exports::make_job(tenant_, context_, exports::ReportType::matched,
                                  exports::Format::csv, {}, view.now);
            exports::encode(job, value_);
            export_jobs::render_created(id_, job, answer_);
        } else {
            const auto job = exports::decode_job(view.subjects[0]->value);
            const exports::Standing standing{id_, view.subjects[0]->lsn, *job};
            exports::Request request;
            request.ask = deed_ == Deed::claim ? exports::Ask::claim : exports::Ask::cancel;
            exports::encode(exports::decide(&standing, request, view.now, {}).next, value_);
            answer_ = cancel_answer;
        }
        draft.put(0, as_byte_span(value_));
        if (deed_ != Deed::claim) {
            draft.remember({{}, 202, view.now + std::chrono::hours(168), answer_});
        }
    }

    void done(const store::Receipt& receipt) noexcept override {
        check(receipt.status == store::Status::committed, "every move of the bench commits");
        if (deed_ == Deed::create) {
            driver_.sizes_ = {value_.size(), key_.size(), answer_.size()};
        }
        ++*done_;
        is_free = true;
    }

    bool is_free = true;

  private:
    JobDriver& driver_;
    const job::TenantId tenant_{};
    const job::Uuid context_{};
    Deed deed_ = Deed::create;
    job::Uuid id_;
    std::size_t* done_ = nullptr;
    std::string key_;
    std::string value_;
    std::string answer_;
};

JobDriver::JobDriver(store::Store& store, std::size_t depth) : lane_(store.open_lane(waker_)) {
    for (std::size_t at = 0; at < depth; ++at) {
        moves_.push_back(std::make_unique<Move>(*this));
    }
}

JobDriver::~JobDriver() = default;

void JobDriver::run(Deed deed, const std::vector<job::Uuid>& ids) {
    std::size_t done = 0;
    std::size_t next = 0;
    while (done < ids.size()) {
        for (const std::unique_ptr<Move>& move : moves_) {
            if (move->is_free && next < ids.size()) {
                move->aim(deed, ids[next++], done);
                lane_.submit(*move);
            }
        }
        lane_.end_turn();
        lane_.poll();
    }
}

std::vector<job::Uuid> make_ids(std::size_t count, const world::Clock& clock,
                                world::Entropy& entropy) {
    std::vector<job::Uuid> ids(count);
    for (job::Uuid& id : ids) {
        std::array<std::uint8_t, 10> random;
        entropy.fill(std::as_writable_bytes(std::span(random)));
        id = job::make_uuid_v7(clock.wall(), random);
    }
    return ids;
}

std::unique_ptr<store::Store> open_store(world::Disk& disk, const world::Clock& clock,
                                         world::Entropy& entropy, AbortOnFailure& listener,
                                         std::uint64_t memory_bytes_max) {
    store::Settings settings;
    settings.memory_bytes_max = memory_bytes_max;
    settings.snapshot_interval = Milliseconds(0);
    // A bench measures a slow disk too, and gives up on none.
    settings.commit_timeout = std::chrono::minutes(1);
    auto store = store::Store::open(disk, clock, entropy, families::schema(), settings, listener);
    if (store.has_error()) {
        std::fprintf(stderr, "the store does not open: %s\n", store.error().what.c_str());
        std::exit(1);
    }
    return std::move(*store);
}

std::unique_ptr<world::Disk> empty_directory(const std::string& path) {
    std::filesystem::remove_all(path);
    auto disk = world::open_posix_disk(path);
    check(disk.has_value(), "the bench's directory can be made");
    return std::move(*disk);
}

}  // namespace belay::bench
