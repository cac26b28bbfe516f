#include "http/families/ledger/object_reader.hpp"

#include <algorithm>

#include "core/json/json.hpp"

namespace belay::ledger_api {

void Faults::note(const ErrorKind& kind, std::string message, std::string_view field) {
    if (!first_) {
        first_ = Refusal{&kind, std::move(message), std::string(field)};
    }
}

std::optional<boost::json::value> parse_object(std::string_view body, Faults& faults) {
    auto parsed = parse_json(body);
    if (parsed.has_error()) {
        std::string message = "The body is not good JSON: ";
        message += sentence_of(parsed.error().fault);
        message += " (offset " + std::to_string(parsed.error().offset) + ")";
        faults.note(errors::invalid_body, std::move(message), {});
        return std::nullopt;
    }
    if (!parsed->is_object()) {
        faults.note(errors::invalid_body, {}, {});
        return std::nullopt;
    }
    return std::move(*parsed);
}

ObjectReader::ObjectReader(const boost::json::value& value, std::string path, Faults& faults)
    : object_(value.if_object()), path_(std::move(path)), faults_(faults) {
    if (object_ == nullptr) {
        faults_.note(errors::bad_request, path_ + " must be an object.", path_);
    }
}

ObjectReader::~ObjectReader() {
    if (object_ == nullptr) {
        return;
    }
    for (const auto& member : *object_) {
        const std::string_view name = member.key();
        if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
            faults_.note(errors::unknown_field, {}, path_of(name));
            return;
        }
    }
}

const boost::json::value* ObjectReader::optional(std::string_view name) {
    asked_.push_back(name);
    if (object_ == nullptr) {
        return nullptr;
    }
    const boost::json::value* found = object_->if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

const boost::json::value* ObjectReader::required(std::string_view name) {
    const boost::json::value* found = optional(name);
    if (found == nullptr && object_ != nullptr) {
        fault(errors::missing_field, name, path_of(name) + " is required.");
    }
    return found;
}

std::string_view ObjectReader::text(std::string_view name, std::size_t bytes_max) {
    const boost::json::value* found = optional(name);
    if (found == nullptr) {
        return {};
    }
    if (!found->is_string()) {
        fault(errors::bad_request, name, path_of(name) + " must be a string.");
        return {};
    }
    const std::string_view text = found->get_string();
    const bool has_control = std::any_of(text.begin(), text.end(), [](char each) {
        return static_cast<unsigned char>(each) < 0x20 || each == 0x7f;
    });
    if (text.size() > bytes_max || has_control) {
        fault(errors::bad_request, name,
              path_of(name) + " has at most " + std::to_string(bytes_max) +
                  " bytes and no control characters.");
        return {};
    }
    return text;
}

std::string_view ObjectReader::required_text(std::string_view name, std::size_t bytes_max) {
    const std::string_view found = text(name, bytes_max);
    if (found.empty() && object_ != nullptr) {
        fault(errors::missing_field, name, path_of(name) + " is required.");
    }
    return found;
}

bool ObjectReader::flag(std::string_view name) {
    const boost::json::value* found = optional(name);
    if (found == nullptr) {
        return false;
    }
    if (!found->is_bool()) {
        fault(errors::bad_request, name, path_of(name) + " must be true or false.");
        return false;
    }
    return found->get_bool();
}

std::string ObjectReader::path_of(std::string_view name) const {
    std::string path = path_;
    if (!path.empty()) {
        path += '.';
    }
    path += name;
    return path;
}

void ObjectReader::fault(const ErrorKind& kind, std::string_view name, std::string message) {
    faults_.note(kind, std::move(message), path_of(name));
}

}  // namespace belay::ledger_api
