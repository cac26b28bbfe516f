// Reads the members of a JSON body and keeps everything that is wrong with them, so that a client
// is told of all faults at once. Members that nobody asks for are left alone.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "core/base/result.hpp"
#include "core/job/ids.hpp"
#include "core/ledger/money.hpp"
#include "http/families/transfers/errors.hpp"

namespace belay::transfer_api {

/// What of UTF-8 a person calls a character: code points.
std::size_t count_characters(std::string_view text) noexcept;

/// A JSON number as an amount, exactly; an error for anything else, and for more than two decimals.
result<ledger::Money> money_of(const boost::json::value& value);

class MemberReader {
  public:
    /// Everything outlives it. Of a null `object` every member is absent, which is no further
    /// fault.
    MemberReader(const boost::json::object* object, std::string path, Details& faults)
        : object_(object), path_(std::move(path)), faults_(faults) {}

    struct TextRule {
        bool is_required = false;
    };

    /// Null for a member that is absent or null.
    const boost::json::value* member(std::string_view name) const;

    /// `fault_of(text)` says what is wrong with a text; empty if nothing.
    template <class FaultOf>
    std::string text(std::string_view name, TextRule rule, FaultOf fault_of) {
        const boost::json::value* value = member(name);
        if (value == nullptr) {
            if (rule.is_required) {
                fault(name, "is required");
            }
            return {};
        }
        if (!value->is_string()) {
            fault(name, "must be a string");
            return {};
        }
        const std::string_view text = value->get_string();
        const std::string_view wrong = fault_of(text);
        if (!wrong.empty()) {
            fault(name, wrong);
            return {};
        }
        return std::string(text);
    }

    /// Required; nil if it is not there or no UUID.
    job::Uuid uuid(std::string_view name);

    /// Required.
    MemberReader object(std::string_view name);

    void fault(std::string_view name, std::string_view what);

  private:
    const boost::json::object* object_;
    std::string path_;  ///< "recipient."
    Details& faults_;
};

/// A body that must be a JSON object.
class BodyReader {
  public:
    explicit BodyReader(std::string_view body);
    BodyReader(const BodyReader&) = delete;
    BodyReader& operator=(const BodyReader&) = delete;

    bool is_object() const noexcept { return value_.is_object(); }

    MemberReader members() { return {&value_.get_object(), {}, faults_}; }

    /// What is wrong with the body; nullopt if nothing.
    std::optional<Refusal> refusal();

  private:
    boost::json::value value_;
    std::string message_;
    Details faults_;
};

}  // namespace belay::transfer_api
