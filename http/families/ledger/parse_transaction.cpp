#include "http/families/ledger/parse_transaction.hpp"

#include <algorithm>
#include <charconv>

#include "core/ledger/ledger.hpp"
#include "http/families/ledger/object_reader.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::ledger_api {
namespace {

namespace json = boost::json;
using ledger::Money;
using ledger::Side;

constexpr std::size_t text_bytes_max = ledger::transaction_text_bytes_max;
constexpr std::size_t code_bytes_max = 100;
constexpr std::size_t number_bytes_max = 64;
constexpr std::string_view default_balance = "default";

/// A decimal string, or a whole JSON number: a fraction as a JSON number has been through a double
/// in somebody's program already.
std::optional<Money> take_amount(ObjectReader& reader, std::string_view name,
                                 std::string_view asset) {
    const json::value* found = reader.required(name);
    if (found == nullptr) {
        return std::nullopt;
    }
    std::string text;
    if (found->is_string()) {
        text = std::string_view(found->get_string()).substr(0, number_bytes_max + 1);
    } else if (found->is_int64()) {
        text = std::to_string(found->get_int64());
    }
    const bool is_negative = text.starts_with('-');
    const std::string_view digits = std::string_view(text).substr(is_negative ? 1 : 0);
    const unsigned scale = ledger::scale_of(asset);
    const result<Money> amount = text.size() > number_bytes_max
                                     ? result<Money>(Error::too_large)
                                     : ledger::parse_money(digits, scale);
    if (!amount && amount.error() == Error::too_large) {
        reader.fault(errors::overflow, name);
        return std::nullopt;
    }
    if (!amount) {
        reader.fault(errors::bad_request, name,
                     reader.path_of(name) + " must be a decimal string with at most " +
                         std::to_string(scale) + " decimals.");
        return std::nullopt;
    }
    if (is_negative || amount->minor == 0) {
        reader.fault(errors::invalid_value, name);
        return std::nullopt;
    }
    return *amount;
}

/// A whole number from 1 to 100, or `absent`.
unsigned take_percentage(ObjectReader& reader, std::string_view name, unsigned absent) {
    const json::value* found = reader.optional(name);
    if (found == nullptr) {
        return absent;
    }
    if (!found->is_int64() || found->get_int64() < 1 || found->get_int64() > 100) {
        reader.fault(errors::bad_request, name,
                     reader.path_of(name) + " must be a whole number from 1 to 100.");
        return absent;
    }
    return static_cast<unsigned>(found->get_int64());
}

class TransactionParser {
  public:
    TransactionParser(TransactionRequest& to, Faults& faults, WallTime now)
        : to_(to), faults_(faults), now_(now) {}

    void parse(const json::value& body, Form form) {
        ObjectReader reader(body, {}, faults_);
        to_.chart_of_accounts_group = reader.text("chartOfAccountsGroupName", text_bytes_max);
        to_.description = reader.text("description", text_bytes_max);
        to_.code = reader.text("code", code_bytes_max);
        to_.route = reader.text("route", text_bytes_max);
        to_.pending = form != Form::inflow && reader.flag("pending");
        take_metadata(reader);
        take_date(reader);
        if (const json::value* send = reader.required("send")) {
            take_send(*send, form);
        }
    }

  private:
    void take_send(const json::value& value, Form form) {
        ObjectReader send(value, "send", faults_);
        to_.asset = send.required_text("asset", text_bytes_max);
        if (!ledger::is_asset_code(to_.asset)) {
            send.fault(errors::invalid_asset, "asset");
        }
        to_.value = take_amount(send, "value", to_.asset).value_or(Money{});
        if (form == Form::inflow) {
            add_outside(Side::source, send);
        } else if (const json::value* source = send.required("source")) {
            take_side(*source, "send.source", "from", Side::source);
        }
        if (form == Form::outflow) {
            add_outside(Side::destination, send);
        } else if (const json::value* distribute = send.required("distribute")) {
            take_side(*distribute, "send.distribute", "to", Side::destination);
        }
        if (!faults_.any()) {
            check_accounts(send);
        }
    }

    void add_outside(Side side, ObjectReader& send) {
        if (has_room(send, "source")) {
            to_.entries.push_back({side, ledger::external_alias(to_.asset), to_.value});
        }
    }

    bool has_room(ObjectReader& reader, std::string_view name) {
        const bool room = to_.entries.size() < ledger::legs_max;
        if (!room) {
            reader.fault(errors::bad_request, name,
                         "A transaction has at most " + std::to_string(ledger::legs_max) +
                             " entries, sources and destinations together.");
        }
        return room;
    }

    void take_side(const json::value& value, std::string path, std::string_view name, Side side) {
        ObjectReader reader(value, std::move(path), faults_);
        const json::value* list = reader.required(name);
        if (list == nullptr) {
            return;
        }
        if (!list->is_array() || list->get_array().empty()) {
            reader.fault(errors::bad_request, name,
                         reader.path_of(name) + " must be an array with at least one entry.");
            return;
        }
        std::optional<std::size_t> remaining;
        const std::size_t first = to_.entries.size();
        for (const json::value& each : list->get_array()) {
            if (faults_.any() || !has_room(reader, name)) {
                return;
            }
            const std::size_t at = to_.entries.size() - first;
            take_entry(each, reader.path_of(name) + "[" + std::to_string(at) + "]", side,
                       remaining);
        }
        if (!faults_.any() && !adds_up(first, remaining)) {
            reader.fault(errors::value_mismatch, name);
        }
    }

    /// Exactly one of amount, share and remaining.
    void take_entry(const json::value& value, std::string path, Side side,
                    std::optional<std::size_t>& remaining) {
        ObjectReader reader(value, std::move(path), faults_);
        Entry entry{side, std::string(reader.required_text("accountAlias", text_bytes_max)), {}};
        const std::string_view key = reader.text("balanceKey", text_bytes_max);
        if (!key.empty() && key != default_balance) {
            reader.fault(errors::ineligible_account, "balanceKey",
                         "An account has one balance, with the key \"default\".");
        }
        skip_notes(reader);
        const json::value* amount = reader.optional("amount");
        const json::value* share = reader.optional("share");
        const std::string_view rest = reader.text("remaining", text_bytes_max);
        const int said =
            (amount != nullptr ? 1 : 0) + (share != nullptr ? 1 : 0) + (rest.empty() ? 0 : 1);
        if (said != 1 || (!rest.empty() && remaining)) {
            reader.fault(errors::invalid_entry, "amount",
                         said == 1 ? "Only one entry of a side has remaining." : "");
            return;
        }
        if (amount != nullptr) {
            entry.amount = amount_of(*amount, reader.path_of("amount"));
        } else if (share != nullptr) {
            entry.amount = share_of(*share, reader.path_of("share"));
        } else {
            remaining = to_.entries.size();
        }
        to_.entries.push_back(std::move(entry));
    }

    Money amount_of(const json::value& value, std::string path) {
        ObjectReader reader(value, std::move(path), faults_);
        const std::string_view asset = reader.text("asset", text_bytes_max);
        if (!asset.empty() && asset != to_.asset) {
            reader.fault(errors::mismatched_asset, "asset");
        }
        return take_amount(reader, "value", to_.asset).value_or(Money{});
    }

    Money share_of(const json::value& value, std::string path) {
        ObjectReader reader(value, std::move(path), faults_);
        reader.required("percentage");
        const unsigned percentage = take_percentage(reader, "percentage", 100);
        const unsigned of = take_percentage(reader, "percentageOfPercentage", 100);
        const result<Money> share = ledger::share_of(to_.value, percentage, of);
        if (!share || share->minor == 0) {
            reader.fault(errors::value_mismatch, "percentage",
                         "The share is no whole number of the asset's minor units above zero.");
            return {};
        }
        return *share;
    }

    static void skip_notes(ObjectReader& reader) {
        for (const std::string_view name : {"description", "chartOfAccounts", "route"}) {
            reader.text(name, text_bytes_max);
        }
        reader.optional("metadata");
    }

    /// Gives what is left to the entry with `remaining`, if there is one.
    bool adds_up(std::size_t first, std::optional<std::size_t> remaining) {
        Money sum;
        for (std::size_t at = first; at < to_.entries.size(); ++at) {
            const result<Money> next = ledger::add(sum, to_.entries[at].amount);
            if (!next) {
                return false;
            }
            sum = *next;
        }
        if (!remaining) {
            return sum == to_.value;
        }
        to_.entries[*remaining].amount = {to_.value.minor - sum.minor};
        return sum < to_.value;
    }

    void check_accounts(ObjectReader& send) {
        const auto is_outside_source = [](const Entry& entry) {
            return entry.side == Side::source && ledger::is_external(entry.alias);
        };
        if (to_.pending && std::any_of(to_.entries.begin(), to_.entries.end(), is_outside_source)) {
            send.fault(errors::external_hold, "source");
        }
        for (auto each = to_.entries.begin(); each != to_.entries.end(); ++each) {
            if (std::any_of(std::next(each), to_.entries.end(),
                            [&](const Entry& other) { return other.alias == each->alias; })) {
                send.fault(errors::ambiguous_account, "distribute");
            }
        }
    }

    void take_metadata(ObjectReader& reader) {
        const json::value* found = reader.optional("metadata");
        if (found == nullptr) {
            return;
        }
        if (!found->is_object()) {
            reader.fault(errors::bad_request, "metadata", "metadata must be an object.");
            return;
        }
        for (const auto& member : found->get_object()) {
            if (member.value().is_object() || member.value().is_array()) {
                reader.fault(errors::nested_metadata, "metadata");
                return;
            }
        }
        wire::JsonWriter(to_.metadata).value(*found);
        if (to_.metadata.size() > ledger::metadata_bytes_max) {
            reader.fault(errors::long_metadata, "metadata");
        }
    }

    /// A transaction happens when it is logged; no other date is kept.
    void take_date(ObjectReader& reader) {
        const std::string_view text = reader.text("transactionDate", text_bytes_max);
        if (text.empty()) {
            return;
        }
        const result<WallTime> date = parse_rfc3339(text);
        if (to_.pending) {
            reader.fault(errors::pending_date, "transactionDate");
        } else if (date && *date > now_) {
            reader.fault(errors::future_date, "transactionDate");
        } else {
            reader.fault(errors::bad_request, "transactionDate",
                         "transactionDate is not kept: a transaction happens when it is made.");
        }
    }

    TransactionRequest& to_;
    Faults& faults_;
    const WallTime now_;
};

}  // namespace

std::optional<Refusal> parse_transaction(std::string_view body, Form form, WallTime now,
                                         TransactionRequest& to) {
    Faults faults;
    if (const auto value = parse_object(body, faults)) {
        TransactionParser(to, faults, now).parse(*value, form);
    }
    return faults.take();
}

}  // namespace belay::ledger_api
