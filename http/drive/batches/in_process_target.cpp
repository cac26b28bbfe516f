#include "http/drive/batches/in_process_target.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/base/check.hpp"
#include "http/drive/batches/params.hpp"

namespace belay::batch_drive {
namespace {

constexpr std::string_view organization_field = "X-Organization-Id";
constexpr Milliseconds usual_wait{1000};
constexpr Milliseconds wait_max{60'000};

constexpr int bad_request = 400;
constexpr int forbidden = 403;
constexpr int too_many = 429;
constexpr int unavailable = 503;

/// Refusals that say something of the request itself, and are told before its key is looked at: no
/// send of it was ever done.
constexpr std::array statuses_before_key{400, 404, 405, 413, 414, 431};

const OwnOperation& operation_of(const RowsOf& rows) noexcept {
    const OwnOperation* operation = find_own(rows.path, rows.method);
    check(operation != nullptr, "rows in process are own operations");
    return *operation;
}

/// The text of a request for a row; everything it refers to outlives it.
class RowRequest {
  public:
    RowRequest(const RowsOf& rows, const batches::Row& row, std::string_view key)
        : rows_(rows),
          organization_(job::format_uuid(rows.creator.tenant)),
          fields_{{{operation_of(rows).key_field, key}, {organization_field, organization_}}} {
        rows.path.append([&](std::string_view name) { return row.path_param(name); }, path_);
        if (row.params.is_object()) {
            append_json(row.params, body_);
        }
    }
    RowRequest(const RowRequest&) = delete;
    RowRequest& operator=(const RowRequest&) = delete;

    http::Loopback::Request request(bool claims_key_only) const noexcept {
        return {.principal = rows_.creator,
                .method = "POST",
                .path = path_,
                .fields = fields_,
                .body = body_,
                .suppresses_events = rows_.suppresses_events,
                .claims_key_only = claims_key_only};
    }

  private:
    const RowsOf& rows_;
    const std::string organization_;
    const std::array<http::ResponseField, 2> fields_;
    std::string path_;
    std::string body_;
};

RowAnswer refusal(int status, std::string_view code, std::string_view message) {
    RowAnswer answer;
    answer.status = status;
    answer.response = batches::error_response(code, message);
    return answer;
}

/// Why a row is not sent at all.
std::optional<RowAnswer> refuse(const RowsOf& rows, const batches::Row& row) {
    if (row.context.empty()) {
        return std::nullopt;
    }
    const result<job::Uuid> account = job::parse_uuid(row.context);
    if (!account) {
        return refusal(bad_request, "invalid_context", "the row's context is no account's id");
    }
    if (*account != rows.creator.tenant) {
        return refusal(forbidden, "invalid_context",
                       "the row's context is not the account of the batch's creator");
    }
    return std::nullopt;
}

/// The handlers write JSON without line feeds; what a row's response may be is checked all the
/// same.
std::string response_of(std::string content) {
    if (content.empty()) {
        return "null";
    }
    if (content.find('\n') == std::string::npos) {
        return content;
    }
    std::optional<std::string> compact = compact_json(content);
    check(compact.has_value(), "an own operation answers with JSON");
    return std::move(*compact);
}

bool says_later(const http::Loopback::Answer& answer) noexcept {
    return answer.status == unavailable || answer.status == too_many || answer.retry_after;
}

RowAnswer answer_of(http::Loopback::Answer&& answer) {
    RowAnswer made;
    made.status = answer.status;
    made.response = response_of(std::move(answer.content));
    if (says_later(answer)) {
        made.kind = RowAnswer::Kind::again;
        made.wait = std::clamp(answer.retry_after.value_or(usual_wait), usual_wait, wait_max);
    }
    return made;
}

}  // namespace

run::task<RowAnswer> InProcessTarget::send(const RowsOf& rows, const batches::Row& row,
                                           std::string_view key, RowTries& tries) {
    if (std::optional<RowAnswer> refused = refuse(rows, row)) {
        co_return std::move(*refused);
    }
    const RowRequest text(rows, row, key);
    const http::Loopback::Request request = text.request(false);
    http::Loopback::Answer answer = co_await loopback_.send(request);
    RowAnswer made = answer_of(std::move(answer));
    if (made.kind == RowAnswer::Kind::again) {
        ++tries.put_off;
        tries.may_be_done = true;  // the store may still make it durable
    }
    co_return made;
}

run::task<std::optional<RowAnswer>> InProcessTarget::settle(const RowsOf& rows,
                                                            const batches::Row& row,
                                                            std::string_view key) {
    if (refuse(rows, row) || !rows.creator.scopes.has(operation_of(rows).scope)) {
        co_return std::nullopt;
    }
    const RowRequest text(rows, row, key);
    const http::Loopback::Request request = text.request(true);
    http::Loopback::Answer answer = co_await loopback_.send(request);
    if (answer.is_claim) {
        co_return std::nullopt;
    }
    if (answer.is_replay || says_later(answer)) {
        co_return answer_of(std::move(answer));
    }
    const bool was_refused = std::find(statuses_before_key.begin(), statuses_before_key.end(),
                                       answer.status) != statuses_before_key.end();
    co_return was_refused ? std::nullopt : std::optional(outcome_unknown());
}

Milliseconds InProcessTarget::keys_kept(const RowsOf& rows) const noexcept {
    return operation_of(rows).keys_kept;
}

}  // namespace belay::batch_drive
