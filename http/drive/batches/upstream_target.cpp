#include "http/drive/batches/upstream_target.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/client/url.hpp"
#include "http/drive/batches/params.hpp"

namespace belay::batch_drive {
namespace {

constexpr int bad_request = 400;
constexpr int content_too_large = 413;
constexpr int uri_too_long = 414;
constexpr int first_redirect = 300;
constexpr int first_error = 400;
constexpr int unavailable = 503;

bool is_visible(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(),
                       [](char each) { return each > ' ' && each < 0x7f; });
}

RowAnswer refusal(int status, std::string_view code, std::string_view message) {
    RowAnswer answer;
    answer.status = status;
    answer.response = batches::error_response(code, message);
    return answer;
}

RowAnswer unreachable() {
    return refusal(unavailable, "upstream_unreachable",
                   "the upstream could not be reached; the row was not done");
}

/// A row as a request; owns everything that the request refers to.
class RowRequest {
  public:
    RowRequest(const UpstreamSettings& settings, std::string authorization) noexcept
        : settings_(settings), authorization_(std::move(authorization)) {}
    RowRequest(const RowRequest&) = delete;
    RowRequest& operator=(const RowRequest&) = delete;

    /// Why the row is not sent at all.
    std::optional<RowAnswer> write(const RowsOf& rows, const batches::Row& row,
                                   std::string_view key) {
        if (!is_visible(row.context)) {
            return refusal(bad_request, "invalid_context",
                           "the row's context may not stand in a request");
        }
        if (!is_visible(row.stripe_version)) {
            return refusal(bad_request, "invalid_stripe_version",
                           "the row's stripe_version may not stand in a request");
        }
        url_ = settings_.url;
        rows.path.append([&](std::string_view name) { return row.path_param(name); }, url_);
        const bool is_post = rows.method == batches::Method::post;
        if (!write_params(row.params, is_post)) {
            return refusal(content_too_large, "invalid_params",
                           "the row's params come to more than 4 MiB");
        }
        if (url_.size() > client::url_bytes_max) {
            return refusal(uri_too_long, "invalid_path_params",
                           "the row's path and query come to more than 2048 bytes");
        }
        request_.method = is_post ? "POST" : "DELETE";
        request_.url = url_;
        request_.body = body_;
        request_.answer_bytes_max = settings_.answer_bytes_max;
        request_.wanted = {"stripe-should-retry"};
        write_fields(row, key, is_post);
        return std::nullopt;
    }

    const client::Request& request() const noexcept { return request_; }

  private:
    bool write_params(const boost::json::value& params, bool is_post) {
        const bool is_form = settings_.encoding == UpstreamEncoding::form;
        if (is_post && !is_form) {
            if (params.is_object()) {
                append_json(params, body_);
            } else {
                body_ = "{}";
            }
            return body_.size() <= params_bytes_max;
        }
        if (!params.is_object() || params.get_object().empty()) {
            return true;
        }
        if (is_post) {
            return append_form(params.get_object(), Brackets::plain, body_);
        }
        url_ += '?';
        return append_form(params.get_object(), Brackets::encoded, url_);
    }

    void write_fields(const batches::Row& row, std::string_view key, bool is_post) {
        const auto add = [this](std::string_view name, std::string_view value) {
            if (!value.empty()) {
                request_.fields.push_back({name, value});
            }
        };
        constexpr std::string_view json = "application/json";
        add("Accept", json);
        if (is_post) {
            add("Content-Type", settings_.encoding == UpstreamEncoding::form
                                    ? "application/x-www-form-urlencoded"
                                    : json);
        }
        add("Idempotency-Key", key);
        add("Authorization", authorization_);
        add("Stripe-Version", row.stripe_version);
        const bool is_account =
            row.context.starts_with("acct_") && row.context.find('/') == std::string::npos;
        add(is_account ? "Stripe-Account" : "Stripe-Context", row.context);
    }

    const UpstreamSettings& settings_;
    const std::string authorization_;
    std::string url_;
    std::string body_;
    client::Request request_;
};

/// This process ends: the row is the next one's.
RowAnswer interrupted(bool may_have_arrived, RowTries& tries) {
    tries.may_be_done = tries.may_be_done || may_have_arrived;
    RowAnswer answer = tries.may_be_done ? outcome_unknown() : unreachable();
    answer.kind = RowAnswer::Kind::again;
    answer.wait = std::chrono::seconds(1);
    return answer;
}

CallEnd end_of(const client::Outcome& outcome) {
    if (!outcome) {
        return {.kind = outcome.error().may_have_arrived ? CallEnd::Kind::lost
                                                         : CallEnd::Kind::unreached};
    }
    return {.kind = CallEnd::Kind::answered,
            .status = outcome->status,
            .retry_after = outcome->retry_after,
            .should_retry = outcome->fields.front()};
}

/// The upstream's answer as the row's.
RowAnswer answer_of(const client::Answer& from) {
    if (from.status >= first_redirect && from.status < first_error) {
        return refusal(from.status, "redirect_not_followed",
                       "the upstream answered with a redirect, and none is followed");
    }
    if (from.is_cut) {
        return refusal(from.status, "response_too_large",
                       "the upstream's answer is longer than what is kept of one");
    }
    RowAnswer answer;
    answer.status = from.status;
    if (from.body.empty()) {
        answer.response = "null";
        return answer;
    }
    std::optional<std::string> response = compact_json(from.body);
    if (!response) {
        return refusal(from.status, "response_not_json", "the upstream's answer is not JSON");
    }
    answer.response = std::move(*response);
    return answer;
}

RowAnswer answer_as(RetryDecision::Kind kind, const client::Outcome& outcome) {
    switch (kind) {
        case RetryDecision::Kind::unreachable:
            return unreachable();
        case RetryDecision::Kind::final:
        case RetryDecision::Kind::again:
            if (outcome) {
                return answer_of(*outcome);
            }
            break;
        case RetryDecision::Kind::unknown:
            break;
    }
    return outcome_unknown();
}

}  // namespace

std::string_view fault_of_upstream_url(std::string_view url) {
    if (!client::parse_url(url, true)) {
        return "is no URL of http or https";
    }
    if (url.find('?') != std::string_view::npos || url.ends_with('/')) {
        return "must have no query and no slash at its end";
    }
    return {};
}

client::ClientSettings client_settings(const UpstreamSettings& settings) {
    client::ClientSettings made;
    made.addresses.allow_private = true;
    made.allow_http = true;
    made.timeout = settings.timeout;
    made.connect_timeout = std::min(settings.connect_timeout, settings.timeout);
    made.idle_per_origin_max = settings.in_flight_max;
    // Less than servers keep a connection that brings nothing (5 s, many of them), lest a row be
    // sent just when it is closed.
    made.idle_timeout = std::chrono::seconds(4);
    return made;
}

UpstreamTarget::UpstreamTarget(client::Client& client, world::Entropy& entropy,
                               UpstreamSettings settings)
    : client_(client), entropy_(entropy), settings_(std::move(settings)) {}

void UpstreamTarget::set_key(std::string_view key) {
    const std::lock_guard lock(mutex_);
    authorization_ = key.empty() ? std::string() : "Bearer " + std::string(key);
}

std::string UpstreamTarget::authorization() {
    const std::lock_guard lock(mutex_);
    return authorization_;
}

run::task<RowAnswer> UpstreamTarget::send(const RowsOf& rows, const batches::Row& row,
                                          std::string_view key, RowTries& tries) {
    RowRequest text(settings_, authorization());
    if (std::optional<RowAnswer> refused = text.write(rows, row, key)) {
        co_return std::move(*refused);
    }
    const client::Request& request = text.request();
    const client::Outcome outcome = co_await client_.send(request);
    if (!outcome && outcome.error().trouble == client::Trouble::stopped) {
        co_return interrupted(outcome.error().may_have_arrived, tries);
    }
    const auto random = static_cast<std::uint32_t>(entropy_.number() >> 32U);
    const RetryDecision decision = decide_retry(end_of(outcome), settings_.retry, random, tries);
    const bool is_again = decision.kind == RetryDecision::Kind::again;
    RowAnswer answer = answer_as(is_again ? decision.otherwise : decision.kind, outcome);
    if (is_again) {
        answer.kind = RowAnswer::Kind::again;
        answer.wait = decision.wait;
        answer.holds_all = decision.holds_all;
    }
    co_return answer;
}

run::task<std::optional<RowAnswer>> UpstreamTarget::settle(const RowsOf&, const batches::Row&,
                                                           std::string_view) {
    co_return outcome_unknown();
}

Milliseconds UpstreamTarget::keys_kept(const RowsOf&) const noexcept {
    return std::chrono::hours(24);
}

}  // namespace belay::batch_drive
