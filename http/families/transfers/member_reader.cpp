#include "http/families/transfers/member_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/json/json.hpp"
#include "core/transfers/transfer.hpp"

namespace belay::transfer_api {
namespace {

/// Room for any double written out, which is long only for one that is too large anyway.
constexpr std::size_t number_bytes_max = 400;

}  // namespace

std::size_t count_characters(std::string_view text) noexcept {
    // In valid UTF-8 every octet but a continuation begins a character.
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

result<ledger::Money> money_of(const boost::json::value& value) {
    std::array<char, number_bytes_max> text;
    std::to_chars_result written{text.data(), std::errc()};
    if (value.is_int64()) {
        written = std::to_chars(text.data(), text.data() + text.size(), value.get_int64());
    } else if (value.is_double()) {
        // The shortest decimal that is this double is the one that was sent, for any amount of at
        // most fifteen digits.
        written = std::to_chars(text.data(), text.data() + text.size(), value.get_double(),
                                std::chars_format::fixed);
    } else {
        return Error::malformed;
    }
    if (written.ec != std::errc()) {
        return Error::too_large;
    }
    return ledger::parse_money(
        std::string_view(text.data(), static_cast<std::size_t>(written.ptr - text.data())),
        ledger::scale_of(transfers::asset));
}

const boost::json::value* MemberReader::member(std::string_view name) const {
    const boost::json::value* found = object_ == nullptr ? nullptr : object_->if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

job::Uuid MemberReader::uuid(std::string_view name) {
    const boost::json::value* value = member(name);
    if (value == nullptr) {
        fault(name, "is required");
        return {};
    }
    const result<job::Uuid> id = value->is_string() ? job::parse_uuid(value->get_string())
                                                    : result<job::Uuid>(Error::malformed);
    if (!id) {
        fault(name, "must be a UUID");
        return {};
    }
    return *id;
}

MemberReader MemberReader::object(std::string_view name) {
    const boost::json::value* value = member(name);
    const std::string path = path_ + std::string(name) + ".";
    if (value == nullptr) {
        fault(name, "is required");
        return {nullptr, path, faults_};
    }
    if (!value->is_object()) {
        fault(name, "must be an object");
        return {nullptr, path, faults_};
    }
    return {&value->get_object(), path, faults_};
}

void MemberReader::fault(std::string_view name, std::string_view what) {
    if (object_ != nullptr) {
        faults_.add(Place::fields, path_ + std::string(name), what);
    }
}

BodyReader::BodyReader(std::string_view body) {
    auto parsed = parse_json(body);
    if (parsed.has_error()) {
        const JsonError& error = parsed.error();
        message_ = "The request body is no JSON: " + std::string(sentence_of(error.fault)) +
                   " (offset " + std::to_string(error.offset) + ")";
    } else if (!parsed->is_object()) {
        message_ = "The request body must be a JSON object.";
    } else {
        value_ = std::move(*parsed);
    }
}

std::optional<Refusal> BodyReader::refusal() {
    if (is_object() && faults_.empty()) {
        return std::nullopt;
    }
    return Refusal{&errors::invalid_input, std::move(message_), std::move(faults_)};
}

}  // namespace belay::transfer_api
