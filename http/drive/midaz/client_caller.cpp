#include "http/drive/midaz/client_caller.hpp"

#include <utility>

namespace belay::midaz {

ClientCaller::ClientCaller(client::Client& client, std::string url)
    : client_(client), url_(std::move(url)) {}

run::task<Reply> ClientCaller::make(const Call& call) {
    const std::string url = url_ + call.target;
    const std::string bearer = authorization();
    client::Request request;
    request.method = call.is_post ? "POST" : "GET";
    request.url = url;
    request.body = call.body;
    request.fields.push_back({"Accept", "application/json"});
    if (!bearer.empty()) {
        request.fields.push_back({"Authorization", bearer});
    }
    if (!call.body.empty()) {
        request.fields.push_back({"Content-Type", "application/json"});
    }
    if (!call.idempotency_key.empty()) {
        request.fields.push_back({"X-Idempotency", call.idempotency_key});
        request.fields.push_back({"X-TTL", key_seconds});
    }
    auto outcome = co_await client_.send(request);
    // A body that was cut is no JSON: it is judged as one that did not come whole.
    Reply reply;
    if (outcome.has_value()) {
        reply = Reply{outcome->status, std::move(outcome->body), outcome->retry_after};
    }
    co_return reply;
}

void ClientCaller::set_token(std::string_view token) {
    std::string made = token.empty() ? std::string() : "Bearer " + std::string(token);
    const std::lock_guard guard(mutex_);
    authorization_ = std::move(made);
}

std::string ClientCaller::authorization() {
    const std::lock_guard guard(mutex_);
    return authorization_;
}

}  // namespace belay::midaz
