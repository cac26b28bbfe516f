#include "http/drive/midaz/reading.hpp"

#include <array>
#include <utility>

#include <boost/json/value.hpp>

#include "core/json/json.hpp"

namespace belay::midaz {
namespace {

using ledger::Phase;
namespace json = boost::json;

constexpr int request_timeout = 408;
constexpr int too_early = 425;
constexpr int too_many_requests = 429;

// The codes of transfers.md 3.5 that mean something of their own; all others refuse.
namespace code {
constexpr std::string_view insufficient_funds = "0018";
constexpr std::string_view overdraft_limit = "0167";
constexpr std::string_view key_in_flight = "0084";
constexpr std::string_view not_pending = "0099";
constexpr std::string_view stale_balance = "0174";
constexpr std::string_view locked = "0486";
}  // namespace code

bool is_success(int status) {
    return status == 200 || status == 201;
}

/// An error of Midaz itself has four digits; what stands between us and it says anything else.
bool is_code(std::string_view text) {
    return text.size() == 4 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

const json::value* member(const json::value& of, std::string_view name) {
    const json::object* object = of.if_object();
    return object == nullptr ? nullptr : object->if_contains(name);
}

std::string_view text_of(const json::value* value) {
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

Phase phase_named(std::string_view name) {
    for (const Phase phase : {Phase::pending, Phase::approved, Phase::canceled}) {
        if (name == ledger::name_of(phase)) {
            return phase;
        }
    }
    return Phase::absent;
}

std::string alias_in(const json::value& page) {
    const json::value* items = member(page, "items");
    const json::array* balances = items == nullptr ? nullptr : items->if_array();
    if (balances == nullptr || balances->empty()) {
        return {};
    }
    return std::string(text_of(member(balances->front(), "alias")));
}

Phase wanted_by(LedgerDeed deed) {
    return deed == LedgerDeed::commit ? Phase::approved : Phase::canceled;
}

Phase against(LedgerDeed deed) {
    return deed == LedgerDeed::commit ? Phase::canceled : Phase::approved;
}

/// What is the same for every call: what does not come from Midaz's rules for it. `done` if it
/// does.
Judgement judge_transport(const Reading& reading) {
    if (is_failure(reading.status)) {
        return Judgement::unknown;
    }
    switch (reading.status) {
        case 401:  // our own credentials, which an operator can put right: not the transfer's fault
        case 403:
        case too_many_requests:
            return Judgement::busy;
        default:
            break;
    }
    if (is_success(reading.status)) {
        return Judgement::done;
    }
    if (reading.code == code::key_in_flight || reading.code == code::stale_balance ||
        reading.code == code::locked) {
        return Judgement::busy;
    }
    return is_code(reading.code) ? Judgement::refused : Judgement::unknown;
}

}  // namespace

bool is_failure(int status) noexcept {
    return status == 0 || status >= 500 || status == request_timeout || status == too_early;
}

Reading read(const Answer& answer) {
    Reading reading;
    reading.status = answer.status;
    if (answer.status == 0) {
        return reading;
    }
    const auto parsed = parse_json(answer.body);
    if (parsed.has_error()) {
        return reading;
    }
    if (!is_success(answer.status)) {
        reading.code = std::string(text_of(member(*parsed, "code")));
        return reading;
    }
    if (const auto id = job::parse_uuid(text_of(member(*parsed, "id")))) {
        reading.id = *id;
    }
    if (const json::value* status = member(*parsed, "status")) {
        reading.phase = phase_named(text_of(member(*status, "code")));
    }
    reading.alias = alias_in(*parsed);
    return reading;
}

Judgement judge_look_up(const Reading& reading) noexcept {
    const Judgement judgement = judge_transport(reading);
    if (judgement == Judgement::done && reading.alias.empty()) {
        return Judgement::unknown;
    }
    return judgement;
}

Judgement judge_hold(const Reading& reading) noexcept {
    const Judgement judgement = judge_transport(reading);
    if (judgement == Judgement::refused &&
        (reading.code == code::insufficient_funds || reading.code == code::overdraft_limit)) {
        return Judgement::insufficient_funds;
    }
    // A transaction that is no hold, or not to be named, is nothing that we could release again.
    if (judgement == Judgement::done && (!reading.id || reading.phase == Phase::absent)) {
        return Judgement::unknown;
    }
    return judgement;
}

Judgement judge_move(LedgerDeed deed, const Reading& reading) noexcept {
    if (reading.code == code::not_pending) {
        return Judgement::read_back;
    }
    const Judgement judgement = judge_transport(reading);
    if (judgement == Judgement::refused && reading.status == 404) {
        return Judgement::missing;
    }
    if (judgement != Judgement::done) {
        return judgement;
    }
    if (reading.phase == wanted_by(deed)) {
        return Judgement::done;
    }
    return reading.phase == against(deed) ? Judgement::other_won : Judgement::read_back;
}

Judgement judge_read_back(LedgerDeed deed, const Reading& reading) noexcept {
    const Judgement judgement = judge_transport(reading);
    if (judgement == Judgement::refused) {
        return reading.status == 404 ? Judgement::missing : Judgement::unknown;
    }
    if (judgement != Judgement::done) {
        return judgement;
    }
    if (reading.phase == Phase::pending) {
        return Judgement::still_open;
    }
    if (reading.phase == wanted_by(deed)) {
        return Judgement::done;
    }
    return reading.phase == against(deed) ? Judgement::other_won : Judgement::unknown;
}

}  // namespace belay::midaz
