// POST /v1/transfers/initiate: what a transfer would cost and whether it may be made; no money is
// on hold for it (transfers.md 2.3).
#include <algorithm>

#include "core/transfers/usage_id.hpp"
#include "http/drive/guard_id.hpp"
#include "http/families/transfers/accounts.hpp"
#include "http/families/transfers/family.hpp"
#include "http/families/transfers/limits.hpp"
#include "http/families/transfers/parse.hpp"
#include "http/families/transfers/render.hpp"
#include "http/families/transfers/transfer_write.hpp"

namespace belay::transfer_api {
namespace {

constexpr std::size_t initiation_subject = 0;
constexpr std::size_t guard_subject = 1;

class Initiate final : public TransferWrite {
  public:
    Initiate(const Settings& settings, const Parts& parts, http::Exchange& exchange)
        : TransferWrite(settings, parts, exchange),
          tenant_(exchange.principal()->tenant),
          id_(shard().new_id()) {
        set_importance(store::Importance::create);
    }

    /// What does not depend on the newest versions of anything is looked at once, before.
    void prepare(std::string_view body) {
        refusal_ = parse_initiate(body, request_);
        if (!refusal_) {
            refusal_ = find_accounts();
        }
        initiation_ = initiation();
        const std::array subjects{job::RecordId{transfers::initiation_kind, id_},
                                  http::guard_id(initiation_, scratch_)};
        guard_ = subjects[guard_subject];
        set_subjects(subjects);
        if (!refusal_) {
            refusal_ = over_limit(shard().lane, settings().rules, initiation_, shard().lane.now());
        }
    }

  private:
    int run(const store::View& view, store::Draft& draft, std::string& body) override {
        const transfers::Settings& rules = settings().rules;
        if (refusal_) {
            return refuse(*refusal_, body);
        }
        if (initiation_.type != transfers::Type::p2p && !rules.calendar.is_open(view.now)) {
            return refuse(closed(rules.calendar, view.now), body);
        }
        const std::optional<store::RecordView>& standing = view.subjects[guard_subject];
        if (standing && rules.duplicate_window.count() != 0) {
            const auto guard = transfers::decode_guard(standing->value);
            if (!guard || view.now < guard->expires) {
                return refuse(errors::duplicate, body);
            }
        }
        initiation_.expires = view.now + rules.initiation_window;
        scratch_.clear();
        transfers::encode(initiation_, scratch_);
        draft.put(initiation_subject, as_byte_span(scratch_));
        if (rules.duplicate_window.count() != 0) {
            guard_until_ = view.now + rules.duplicate_window;
            scratch_.clear();
            transfers::encode(transfers::Guard{id_, guard_until_}, scratch_);
            draft.put(guard_subject, as_byte_span(scratch_));
        }
        render_initiation(id_, initiation_, view.now + rules.usual_time, rules.calendar.zone(),
                          body);
        return 200;
    }

    void committed(const store::Receipt&) noexcept override {
        if (settings().rules.duplicate_window.count() != 0) {
            parts().agenda.note(guard_, guard_until_, shard().lane.now());
        }
    }

    std::optional<Refusal> find_accounts() {
        const transfers::Settings& rules = settings().rules;
        const job::Uuid ledger = ledger_of(rules, tenant_);
        const bool is_within = !rules.ispb.empty() && request_.ispb == rules.ispb;
        type_ = is_within ? transfers::Type::p2p : transfers::Type::ted_out;
        if (parts().desk != nullptr) {
            return std::nullopt;  // the accounts are the other ledger's, which has its say later
        }
        store::Lane& lane = shard().lane;
        if (!find_account(lane, tenant_, ledger, request_.sender_account)) {
            Refusal refusal{&errors::account_not_found};
            refusal.details.add(Place::fields, "senderAccountId", "is no account");
            return refusal;
        }
        if (!is_within) {
            return std::nullopt;
        }
        const auto recipient = find_account(lane, tenant_, ledger, request_.account);
        if (!recipient || *recipient == request_.sender_account) {
            Refusal refusal{&errors::invalid_input};
            refusal.details.add(Place::fields, "recipient.account",
                                recipient ? "must be another account than the sender's"
                                          : "is the alias of no account of this institution");
            return refusal;
        }
        recipient_ = *recipient;
        return std::nullopt;
    }

    transfers::Initiation initiation() const {
        transfers::Initiation made;
        made.tenant = tenant_;
        made.ledger = ledger_of(settings().rules, tenant_);
        made.type = type_;
        made.sender_account = request_.sender_account;
        made.recipient_account = recipient_;
        made.counterparty = {request_.ispb,         request_.branch,      request_.account,
                             request_.account_type, request_.holder_name, request_.holder_document};
        made.amount = request_.amount;
        made.fee = settings().rules.fee;
        made.purpose = request_.purpose;
        made.description = request_.description;
        made.metadata = request_.metadata;
        return made;
    }

    /// The contract names the hours in UTC-3; these are the configured ones, in their zone.
    static Refusal closed(const transfers::Calendar& calendar, WallTime now) {
        const std::string hours = calendar.describe();
        Refusal refusal{&errors::closed, std::string(errors::closed.message) + ": " + hours};
        refusal.details.add(Place::fields, "currentTime", format_local(now, calendar.zone()));
        refusal.details.add(Place::fields, "operatingHours", hours);
        return refusal;
    }

    const job::TenantId tenant_;
    const job::Uuid id_;
    InitiateRequest request_;
    transfers::Type type_ = transfers::Type::ted_out;
    job::Uuid recipient_;
    std::optional<Refusal> refusal_;
    transfers::Initiation initiation_;
    job::RecordId guard_;
    WallTime guard_until_{};
    std::string scratch_;
};

}  // namespace

void Family::initiate(http::Exchange& exchange) {
    std::string_view key;
    if (!admit(exchange, key)) {
        return;
    }
    auto& write = exchange.emplace_state<Initiate>(settings_, parts_, exchange);
    write.set_request_key(key);
    write.prepare(exchange.body());
    exchange.shard_context<http::ShardContext>().lane.submit(write);
}

}  // namespace belay::transfer_api
