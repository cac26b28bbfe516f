// The part of a connection that takes up requests: what the session gives out is routed,
// authenticated, admitted, and handed to its handler.
#include <exception>
#include <new>
#include <utility>

#include "http/server/connection.hpp"
#include "http/wire/content_type.hpp"

namespace belay::http {

using wire::BodyKind;
using wire::FieldName;
using wire::Method;

Connection::Next Connection::take_up() {
    const ServerSettings& settings = services_.parts.settings;
    while (batch_.size() < settings.pipeline_max && batch_bytes_ < settings.output_bytes_max) {
        if (!current_) {
            current_ = services_.exchanges.take(services_);
        }
        switch (session_.resume(in_, current_->head_)) {
            case Session::Step::need_bytes:
                continue_due_ = session_.take_continue(in_);
                return Next::read;
            case Session::Step::head:
                if (take_head()) {
                    return Next::stream;
                }
                break;
            case Session::Step::request:
                take_request();
                break;
            case Session::Step::refused:
                answer_refusal(session_.trouble(), session_.sentence());
                return Next::close;
            case Session::Step::ended:
                return Next::close;
        }
    }
    return Next::take_up_more;
}

Connection::Next Connection::take_late() {
    late_ = false;
    if (guard_ != Guard::write && session_.waits_for() != Session::WaitsFor::request) {
        answer_refusal(Trouble::request_timeout, {});
    }
    return Next::close;
}

void Connection::answer_refusal(Trouble trouble, std::string_view sentence) {
    if (!current_) {
        current_ = services_.exchanges.take(services_);
    }
    Exchange& exchange = *current_;
    if (!exchange.head_complete_) {
        exchange.began_ = services_.parts.shard.now();
        std::optional<std::string_view> sent;
        if (session_.knows_head()) {
            sent = exchange.field(FieldName::x_request_id);
            match(exchange);  // for the shape of the error
        }
        name(exchange, sent);
    }
    exchange.keep_alive_ = false;
    session_.end();
    into_batch().fail(trouble, sentence);
}

Exchange& Connection::into_batch() {
    Exchange& exchange = *current_;
    exchange.waiter_ = this;
    if (!exchange.is_answered()) {
        ++answers_due_;
    }
    batch_.push_back(std::move(current_));
    return exchange;
}

void Connection::match(Exchange& exchange) {
    exchange.match_ =
        services_.parts.router.match(exchange.method(), exchange.path(), exchange.path_scratch_);
}

void Connection::name(Exchange& exchange, std::optional<std::string_view> sent) {
    if (exchange.match_.request_ids == RequestIds::stripe) {
        exchange.request_id_.set_as_stripe(services_.parts.entropy);
    } else {
        exchange.request_id_.set(sent, services_.parts.shard.clock(), services_.parts.entropy);
    }
}

bool Connection::take_head() {
    Exchange& exchange = *current_;
    exchange.waiter_ = this;
    exchange.head_complete_ = true;
    exchange.began_ = services_.parts.shard.now();
    match(exchange);
    name(exchange, exchange.field(FieldName::x_request_id));
    if (services_.draining) {
        session_.end_after_this();
    }
    exchange.keep_alive_ = session_.keeps_alive();
    if (!admit(exchange)) {
        return false;
    }
    const Route& route = *exchange.match_.route;
    if (route.stream != nullptr) {
        session_.stream(route.body_bytes_max);
        return !session_.is_refused();
    }
    session_.collect(route.body_bytes_max);
    return false;
}

/// False: the request was answered.
bool Connection::admit(Exchange& exchange) {
    const Method method = exchange.method();
    if (exchange.match_.outcome == RouteOutcome::malformed) {
        reject(Trouble::bad_request, "The path is not percent-encoded UTF-8.");
        return false;
    }
    if (method == Method::unknown || method == Method::connect) {
        reject(Trouble::not_implemented);
        return false;
    }
    const bool of_server = exchange.head().target_form() == wire::TargetForm::asterisk;
    if (exchange.match_.outcome == RouteOutcome::no_path && !of_server) {
        reject(Trouble::not_found);
        return false;
    }
    if (method == Method::options) {
        answer_options(exchange);
        return false;
    }
    if (exchange.match_.outcome == RouteOutcome::no_method) {
        const ResponseField allow[] = {{"Allow", exchange.match_.allow}};
        reject(Trouble::method_not_allowed, {}, allow);
        return false;
    }
    return authorise(exchange) && within_rate(exchange) && content_fits(exchange);
}

bool Connection::authorise(Exchange& exchange) {
    const Route& route = *exchange.match_.route;
    if (exchange.head().repeated(FieldName::authorization)) {
        reject(Trouble::bad_request, "There is more than one Authorization field.");
        return false;
    }
    if (route.access == Access::anyone) {
        return true;
    }
    const std::optional<std::string_view> credential = exchange.field(FieldName::authorization);
    const auth::Principal* principal =
        credential ? services_.parts.gatekeeper.authenticate(*credential) : nullptr;
    if (principal == nullptr) {
        constexpr ResponseField challenge[] = {{"WWW-Authenticate", "Bearer"}};
        reject(Trouble::unauthenticated, {}, challenge);
        return false;
    }
    if (!route.scope.empty() && !principal->scopes.has(route.scope)) {
        reject(Trouble::forbidden);
        return false;
    }
    exchange.principal_ = *principal;  // theirs is good only until the next request's is looked up
    exchange.authenticated_ = true;
    return true;
}

bool Connection::within_rate(Exchange& exchange) {
    Throttle* const throttle = services_.parts.throttle;
    if (throttle == nullptr) {
        return true;
    }
    const RateClass rate = exchange.match_.route->rate;
    if (rate == RateClass::unlimited || !exchange.authenticated_) {
        return true;
    }
    exchange.rate_ = throttle->take(exchange.principal_, rate);
    if (exchange.rate_.is_refused()) {
        reject(Trouble::too_many_requests);
        return false;
    }
    return true;
}

bool Connection::content_fits(Exchange& exchange) {
    const Route& route = *exchange.match_.route;
    const wire::RequestHead& head = exchange.head();
    const bool has_content = session_.framing().kind != BodyKind::none;
    if (route.length_required && !has_content && !head.has(FieldName::content_length)) {
        reject(Trouble::length_required);
        return false;
    }
    // Content of no bytes may still mean something (a set without rows): what takes typed content
    // takes it with its type only.
    if (!has_content && route.content != ContentRule::typed) {
        return true;
    }
    const std::string_view type = head.value(FieldName::content_type).value_or("");
    bool fits = !head.has(FieldName::content_encoding) && !head.repeated(FieldName::content_type);
    if (route.content == ContentRule::json) {
        fits = fits && wire::is_json(type);
    } else if (route.content == ContentRule::typed) {
        bool known = false;
        for (const std::string_view essence : route.content_types) {
            known = known || wire::is_type(type, essence);
        }
        fits = fits && known;
    }
    if (!fits) {
        reject(Trouble::unsupported_media_type);
    }
    return fits;
}

void Connection::spare_content(Exchange& exchange) {
    const wire::BodyFraming& framing = session_.framing();
    const std::size_t discard_max = services_.parts.settings.discard_bytes_max;
    // A client that waits for a 100 may send its body or not: there is no telling where the next
    // request begins.
    const bool costly = framing.kind == BodyKind::length && framing.length > discard_max;
    if (session_.expects_continue() || costly) {
        exchange.keep_alive_ = false;
        session_.end();
    } else {
        session_.discard(discard_max);
    }
}

void Connection::reject(Trouble trouble, std::string_view detail, ResponseFields fields) {
    spare_content(*current_);
    into_batch().fail(trouble, detail, fields);
}

void Connection::answer_options(Exchange& exchange) {
    spare_content(exchange);
    constexpr std::string_view all = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    const bool of_path = exchange.match_.outcome != RouteOutcome::no_path;
    const ResponseField allow[] = {{"Allow", of_path ? exchange.match_.allow : all}};
    into_batch().respond(204, {}, {}, allow);
}

void Connection::take_request() {
    Exchange& exchange = into_batch();
    if (session_.framing().kind != BodyKind::none) {
        match(exchange);  // the bytes may have moved while the body came in
    }
    exchange.body_ = session_.body();
    const RouteMatch& matched = exchange.match_;
    try {
        matched.route->handle(matched.target, exchange);
    } catch (const std::bad_alloc&) {
        fail_thrown(exchange, Trouble::unavailable);
    } catch (const std::exception&) {
        fail_thrown(exchange, Trouble::internal);
    }
}

void Connection::fail_thrown(Exchange& exchange, Trouble trouble) {
    if (!exchange.is_answered()) {
        const ResponseField retry[] = {{"Retry-After", "1"}};
        exchange.fail(trouble, {},
                      trouble == Trouble::unavailable ? ResponseFields(retry) : ResponseFields());
    }
}

void Connection::answering(Exchange& exchange) noexcept {
    if (session_.is_refused()) {
        exchange.keep_alive_ = false;
    } else if (session_.is_streaming() && &exchange == current_.get()) {
        // The body has not been read to its end: as in spare_content().
        if (session_.expects_continue() ||
            session_.length_left() > services_.parts.settings.discard_bytes_max) {
            exchange.keep_alive_ = false;
        }
    }
}

void Connection::answered(Exchange& exchange) noexcept {
    if (&exchange == current_.get()) {
        return;  // streamed: it comes into the batch when its handler has ended
    }
    batch_bytes_ += exchange.answer_.size();
    if (--answers_due_ == 0) {
        all_answered_.set();
    }
}

}  // namespace belay::http
