#include "http/server/exchange.hpp"

#include "http/server/services.hpp"
#include "http/wire/chars.hpp"

namespace belay::http {
namespace {

/// Memory that a rare large answer has taken is not kept.
constexpr std::size_t kept_bytes_max = 64 * 1024;

void empty(std::string& text) noexcept {
    text.clear();
    if (text.capacity() > kept_bytes_max) {
        text.shrink_to_fit();
    }
}

void add_rate(wire::ResponseWriter& writer, const RateStanding& rate) {
    writer.field("X-RateLimit-Limit", rate.limit);
    writer.field("X-RateLimit-Remaining", rate.remaining);
    writer.field("X-RateLimit-Reset", rate.full_at);
    if (rate.is_refused()) {
        writer.field("Retry-After", rate.retry_seconds);
    }
}

}  // namespace

std::optional<std::string_view> Exchange::field(std::string_view name) const noexcept {
    for (std::size_t index = 0; index < head_.field_count(); ++index) {
        const wire::Field field = head_.field(index);
        if (wire::equals_ignoring_case(field.name, name)) {
            return field.value;
        }
    }
    return std::nullopt;
}

std::string_view Exchange::parameter(std::string_view name) const noexcept {
    for (std::size_t index = 0; index < match_.parameter_count; ++index) {
        if (Router::parameter_name(*match_.route, index) == name) {
            return match_.parameters[index];
        }
    }
    check_failed("a handler asks for the parameters of its pattern",
                 std::source_location::current());
}

run::Shard& Exchange::shard() noexcept {
    return services_.parts.shard;
}

void* Exchange::raw_shard_context() noexcept {
    return services_.parts.shard_context;
}

wire::ResponseWriter Exchange::begin_answer(std::string& to, int status, ResponseFields fields) {
    waiter_->answering(*this);
    wire::ResponseContext context;
    if (head_complete_) {
        context.method = head_.method();
        context.version = head_.version();
    }
    context.keep_alive = keep_alive_;
    context.date = services_.dates.imf_fixdate(services_.parts.shard.clock().wall());
    wire::ResponseWriter writer(to, context, status);
    writer.lines("X-Content-Type-Options: nosniff\r\nX-Request-ID: ");
    writer.lines(request_id_.text()).lines("\r\n");
    if (match_.request_ids == RequestIds::stripe) {
        writer.field("Request-Id", request_id_.text());
    }
    if (rate_.limit != 0) {
        add_rate(writer, rate_);
    }
    for (const ResponseField& field : fields) {
        writer.field(field.name, field.value);
    }
    return writer;
}

void Exchange::respond(int status, std::string_view content_type, std::string_view content,
                       ResponseFields fields) {
    answer(status, content_type, content, fields, {});
}

void Exchange::answer(int status, std::string_view content_type, std::string_view content,
                      ResponseFields fields, ResponseFields more) {
    check(!is_answered(), "a request is answered once");
    if (content_ != nullptr) {
        content_->assign(content);
        content_fields_ = fields;
        finish(status);
        waiter_->answered(*this);
        return;
    }
    wire::ResponseWriter writer = begin_answer(answer_, status, fields);
    for (const ResponseField& field : more) {
        writer.field(field.name, field.value);
    }
    if (content.empty()) {
        writer.no_body();
    } else {
        writer.body(content_type, content);
    }
    finish(status);
    waiter_->answered(*this);
}

void Exchange::fail(Trouble trouble, std::string_view detail, ResponseFields fields) {
    const Problem problem{trouble, detail.empty() ? sentence_of(trouble) : detail};
    std::string& content = services_.error_body;
    content.clear();
    const ErrorStyle& style = match_.errors != nullptr ? *match_.errors : services_.plain_problems;
    const std::string_view type = style.render(problem, request_id(), content);
    answer(status_of(trouble), type, content, fields, style.fields(trouble));
}

void Exchange::finish(int status) noexcept {
    status_ = status;
    services_.metrics.count_answer(status);
    if (services_.parts.access_log != nullptr) {
        const bool known = head_complete_;
        services_.parts.access_log->served({known ? head_.method_text() : "",
                                            known ? head_.path() : "", status, request_id(),
                                            services_.parts.shard.clock().monotonic() - began_});
    }
}

void Exchange::clear_state() noexcept {
    if (destroy_state_ != nullptr) {
        std::exchange(destroy_state_, nullptr)(state_.data());
    }
}

void Exchange::reset() noexcept {
    clear_state();
    waiter_ = nullptr;
    body_ = {};
    match_ = {};
    rate_ = {};
    authenticated_ = false;
    head_complete_ = false;
    keep_alive_ = true;
    suppresses_events_ = false;
    claims_key_only_ = false;
    content_ = nullptr;
    content_fields_ = {};
    status_ = 0;
    empty(path_scratch_);
    empty(scratch_);
    empty(answer_);
}

std::unique_ptr<Exchange> ExchangePool::take(Services& services) {
    if (kept_.empty()) {
        return std::make_unique<Exchange>(services);
    }
    std::unique_ptr<Exchange> exchange = std::move(kept_.back());
    kept_.pop_back();
    return exchange;
}

void ExchangePool::give(std::unique_ptr<Exchange> exchange) {
    exchange->reset();
    if (kept_.size() < kept_max) {
        kept_.push_back(std::move(exchange));
    }
}

}  // namespace belay::http
