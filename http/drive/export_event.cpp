#include "http/drive/export_event.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "auth/digest.hpp"
#include "core/base/base64.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::http {
namespace {

struct Named {
    exports::Ask ask;
    exports::Phase phase;
    std::string_view name;
};

constexpr std::array<Named, 5> named{{
    {exports::Ask::create, exports::Phase::queued, "export_job.created"},
    {exports::Ask::succeed, exports::Phase::succeeded, "export_job.succeeded"},
    {exports::Ask::fail, exports::Phase::failed, "export_job.failed"},
    {exports::Ask::expire, exports::Phase::expired, "export_job.expired"},
    {exports::Ask::cancel, exports::Phase::canceled, "export_job.canceled"},
}};

/// A job comes to each of these phases at most once, so the job and the event's name make the id:
/// whoever asks twice because the first answer got lost asks for the same event.
job::Uuid event_id(const job::Uuid& job, std::string_view name) {
    auth::Sha256 digest;
    digest.update(job.bytes());
    digest.update(as_byte_span(name));
    const auto hash = digest.finish();
    std::array<std::uint8_t, 10> random;
    const ByteSpan bytes = std::as_bytes(std::span(hash));
    std::transform(bytes.begin(), bytes.begin() + random.size(), random.begin(),
                   [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    return job::make_uuid_v7(job::time_of(job), random);
}

void render(std::string_view name, const job::Uuid& id, const exports::Job& job, WallTime now,
            std::string& to) {
    wire::JsonWriter json(to);
    json.begin_object();
    json.member("event", name);
    json.member("timestamp", rfc3339_milliseconds(now));
    json.member("organizationId", job::uuid_text(job.tenant));
    json.name("data").begin_object();
    json.member("jobId", job::uuid_text(id));
    json.member("contextId", job::uuid_text(job.context));
    json.member("status", name_of(job.phase));
    json.member("reportType", name_of(job.report)).member("format", name_of(job.format));
    json.member("recordsWritten", job.records_written);
    json.member("bytesWritten", job.bytes_written);
    if (job.sha256) {
        json.member("fileName", exports::file_name(job));
        json.member("sha256", hex_encode(std::as_bytes(std::span(*job.sha256))));
    }
    if (!job.error.empty()) {
        json.member("error", job.error);
    }
    json.member("createdAt", rfc3339_seconds(exports::created_at(id)));
    if (job.started) {
        json.member("startedAt", rfc3339_seconds(*job.started));
    }
    if (job.finished) {
        json.member("finishedAt", rfc3339_seconds(*job.finished));
    }
    json.member("expiresAt", rfc3339_seconds(exports::expires_at(id)));
    json.end_object().end_object();
}

}  // namespace

std::span<const std::string_view> export_event_names() noexcept {
    static constexpr auto names = [] {
        std::array<std::string_view, named.size()> all;
        std::transform(named.begin(), named.end(), all.begin(),
                       [](const Named& each) { return each.name; });
        return all;
    }();
    return names;
}

ExportEvent ExportEvent::of(store::Lane& lane, const job::TenantId& tenant, const job::Uuid& job,
                            exports::Ask ask) {
    ExportEvent event;
    const auto* found = std::find_if(named.begin(), named.end(),
                                     [ask](const Named& each) { return each.ask == ask; });
    if (found != named.end()) {
        event.audience_ = Audience::of(lane, tenant, {&found->name, 1});
    }
    if (!event.audience_.is_empty()) {
        event.job_ = job;
        event.name_ = found->name;
        event.phase_ = found->phase;
    }
    return event;
}

void ExportEvent::name(Subjects& to) {
    if (!name_.empty()) {
        act_.name(event_id(job_, name_), std::move(audience_), to);
    }
}

void ExportEvent::put(const store::View& view, store::Draft& draft,
                      const std::optional<store::RecordView>& standing, const exports::Job& next) {
    made_ = false;
    // The ask may come to something else: a failed attempt to another one.
    if (name_.empty() || next.phase != phase_) {
        return;
    }
    body_.clear();
    render(name_, job_, next, view.now, body_);
    made_ = act_.put(view, draft,
                     {.tenant = next.tenant,
                      .subject = {exports::export_job_kind, job_},
                      .subject_version = next_version(standing),
                      .name = name_,
                      .body = body_});
}

void ExportEvent::tell(EventFeed& feed) const noexcept {
    if (made_) {
        feed.tell(act_.id());
    }
}

}  // namespace belay::http
