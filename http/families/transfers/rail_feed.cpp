#include "http/families/transfers/rail_feed.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include <boost/json/value.hpp>

#include "core/json/json.hpp"
#include "core/ledger/account.hpp"
#include "core/transfers/transfer.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::transfer_api {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 1> prefixes{"/belay/v1/rail"};
constexpr std::string_view scope = "admin";
constexpr std::uint64_t body_bytes_max = 64 * 1024;

/// Of a bank's, a branch's, an account's number and the like.
constexpr std::size_t number_text_bytes_max = 32;

constexpr int status_queued = 202;

http::Route route(std::string_view pattern, http::BufferedHandler handle) {
    return {.method = wire::Method::post,
            .pattern = pattern,
            .handle = handle,
            .scope = scope,
            .body_bytes_max = body_bytes_max,
            .content = http::ContentRule::json};
}

/// Reads members of an object; the first that is not as it should be is the fault of them all.
class Members {
  public:
    explicit Members(const json::object& object) : object_(object) {}

    /// Absent and null are empty.
    void text(std::string_view name, std::size_t bytes_max, std::string& to) {
        const json::value* value = object_.if_contains(name);
        if (value == nullptr || value->is_null()) {
            return;
        }
        if (!value->is_string() || value->get_string().size() > bytes_max) {
            blame(name, "must be a string of at most " + std::to_string(bytes_max) + " bytes");
            return;
        }
        to.assign(value->get_string().data(), value->get_string().size());
    }

    /// A number with at most two decimals, above zero. Of one with decimals the shortest text that
    /// reads back as it is the text that was sent, as far as amounts go (15 digits).
    void amount(std::string_view name, std::int64_t& to) {
        const json::value* value = object_.if_contains(name);
        std::array<char, 32> digits{};
        std::to_chars_result end{digits.data(), std::errc()};
        if (value != nullptr && value->is_int64()) {
            end = std::to_chars(digits.data(), digits.data() + digits.size(), value->get_int64());
        } else if (value != nullptr && value->is_double()) {
            end = std::to_chars(digits.data(), digits.data() + digits.size(), value->get_double(),
                                std::chars_format::fixed);
        }
        const std::string_view shortest(digits.data(),
                                        static_cast<std::size_t>(end.ptr - digits.data()));
        const auto money = ledger::parse_money(shortest, ledger::scale_of(transfers::asset));
        if (end.ec != std::errc() || !money || money->minor <= 0) {
            blame(name, "must be a number above zero with at most two decimals");
            return;
        }
        to = money->minor;
    }

    void blame(std::string_view name, std::string_view why) {
        if (fault_.empty()) {
            fault_ = std::string(name) + " " + std::string(why);
        }
    }

    /// Empty if all were as they should be.
    const std::string& fault() const noexcept { return fault_; }

  private:
    const json::object& object_;
    std::string fault_;
};

bool is_visible(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char character) { return character > ' ' && character <= '~'; });
}

void read_sender(const json::object& object, world::RailInbound& message, Members& all) {
    const json::value* sender = object.if_contains("sender");
    if (sender == nullptr || sender->is_null()) {
        return;
    }
    if (!sender->is_object()) {
        all.blame("sender", "must be an object");
        return;
    }
    Members members(sender->get_object());
    members.text("ispb", number_text_bytes_max, message.sender_ispb);
    members.text("branch", number_text_bytes_max, message.sender_branch);
    members.text("account", number_text_bytes_max, message.sender_account);
    members.text("accountType", number_text_bytes_max, message.sender_account_type);
    members.text("holderName", transfers::name_bytes_max, message.sender_holder_name);
    members.text("holderDocument", number_text_bytes_max, message.sender_holder_document);
    if (!members.fault().empty()) {
        all.blame("sender", members.fault());
    }
}

/// The fault, or empty.
std::string read_message(const json::object& object, world::RailInbound& message) {
    Members members(object);
    members.text("controlNumber", transfers::number_bytes_max, message.control_number);
    if (message.control_number.empty() || !is_visible(message.control_number)) {
        members.blame("controlNumber", "must be 1 to 20 visible ASCII characters");
    }
    members.amount("amount", message.amount);
    members.text("recipientAccount", ledger::account_text_bytes_max, message.recipient_account);
    if (message.recipient_account.empty()) {
        members.blame("recipientAccount", "must be the alias of an account");
    }
    members.text("description", transfers::description_characters_max, message.description);
    read_sender(object, message, members);
    return members.fault();
}

/// The object that the body is; if it is none, it has been answered.
std::optional<json::value> read_body(http::Exchange& exchange) {
    auto parsed = parse_json(exchange.body());
    if (parsed.has_error()) {
        exchange.fail(http::Trouble::bad_request, sentence_of(parsed.error().fault));
        return std::nullopt;
    }
    if (!parsed->is_object()) {
        exchange.fail(http::Trouble::bad_request, "the body must be a JSON object");
        return std::nullopt;
    }
    return std::move(*parsed);
}

void answer_queued(http::Exchange& exchange, std::string_view name, std::string_view value) {
    std::string& body = exchange.scratch();
    body.clear();
    wire::JsonWriter json(body);
    json.begin_object().member(name, value).member("status", "QUEUED").end_object();
    exchange.respond(status_queued, "application/json", body);
}

}  // namespace

RailFeed::RailFeed(http::SimulatedRail& rail)
    : rail_(rail),
      routes_{route("/belay/v1/rail/inbound", http::buffered<&RailFeed::receive>),
              route("/belay/v1/rail/chargeback", http::buffered<&RailFeed::charge_back>)} {}

http::RouteFamily RailFeed::routes() {
    return {prefixes, routes_, this, &errors_};
}

void RailFeed::receive(http::Exchange& exchange) {
    const auto body = read_body(exchange);
    if (!body) {
        return;
    }
    world::RailInbound message;
    message.tenant = exchange.principal()->tenant;
    const std::string fault = read_message(body->get_object(), message);
    if (!fault.empty()) {
        exchange.fail(http::Trouble::bad_request, fault);
        return;
    }
    const std::string control_number = message.control_number;
    if (!rail_.receive(std::move(message))) {
        exchange.fail(http::Trouble::unavailable, "too many messages wait to be fetched");
        return;
    }
    answer_queued(exchange, "controlNumber", control_number);
}

void RailFeed::charge_back(http::Exchange& exchange) {
    const auto body = read_body(exchange);
    if (!body) {
        return;
    }
    std::string text;
    std::string reason;
    Members members(body->get_object());
    members.text("transferId", number_text_bytes_max * 2, text);
    members.text("reason", transfers::reason_characters_max, reason);
    const result<job::Uuid> id = job::parse_uuid(text);
    if (!id) {
        members.blame("transferId", "must be a UUID");
    }
    if (!members.fault().empty()) {
        exchange.fail(http::Trouble::bad_request, members.fault());
        return;
    }
    bool is_theirs = false;
    auto& shard = exchange.shard_context<http::ShardContext>();
    shard.lane.read({transfers::transfer_kind, *id}, [&](const store::RecordView& record) {
        const auto transfer = transfers::decode_transfer(record.value);
        is_theirs =
            transfer && transfer->is_visible() && transfer->tenant == exchange.principal()->tenant;
    });
    if (!is_theirs) {
        exchange.fail(http::Trouble::not_found, "no such transfer");
        return;
    }
    rail_.charge_back(*id, std::move(reason));
    answer_queued(exchange, "transferId", job::format_uuid(*id));
}

}  // namespace belay::transfer_api
