#include "http/families/ledger/errors.hpp"

#include "http/wire/json_writer.hpp"
#include "http/wire/response.hpp"

namespace belay::ledger_api {
namespace {

constexpr ErrorKind unauthenticated{401, "0042", "Invalid Token",
                                    "invalid or missing authorization token"};

std::string_view code_of_status(int status) noexcept {
    switch (status) {
        case 404:
            return errors::not_found.code;
        case 405:
            return "0008";  // action not permitted
        case 413:
            return "0143";  // payload too large
        case 431:
            return "0497";  // request header fields too large
        default:
            return status < 500 ? errors::bad_request.code : errors::unexpected.code;
    }
}

}  // namespace

ErrorKind kind_of_status(int status) noexcept {
    if (status == unauthenticated.status) {
        return unauthenticated;
    }
    if (status == errors::forbidden.status) {
        return errors::forbidden;
    }
    return {status, code_of_status(status), wire::reason_of(status), {}};
}

void render_error(const ErrorKind& kind, std::string_view message, std::string_view field,
                  std::string& to) {
    const std::string_view said = message.empty() ? kind.message : message;
    wire::JsonWriter json(to);
    json.begin_object();
    json.member("code", kind.code).member("title", kind.title).member("message", said);
    if (!field.empty()) {
        json.name("fields").begin_object().member(field, said).end_object();
    }
    json.end_object();
}

int render_refusal(const Refusal& refusal, std::string& to) {
    render_error(*refusal.kind, refusal.message, refusal.field, to);
    return refusal.kind->status;
}

}  // namespace belay::ledger_api
