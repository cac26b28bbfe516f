// POST /v1/transfers/process: an initiation becomes a transfer, and its money goes on hold, in one
// transition (contracts README 5).
#include <array>

#include "core/base/check.hpp"
#include "core/transfers/sequence.hpp"
#include "http/drive/event_act.hpp"
#include "http/drive/ledger_act.hpp"
#include "http/drive/transfer_event.hpp"
#include "http/families/transfers/accounts.hpp"
#include "http/families/transfers/family.hpp"
#include "http/families/transfers/hold.hpp"
#include "http/families/transfers/limits.hpp"
#include "http/families/transfers/parse.hpp"
#include "http/families/transfers/render.hpp"
#include "http/families/transfers/transfer_write.hpp"

namespace belay::transfer_api {
namespace {

using transfers::Initiation;
using transfers::Transfer;

constexpr std::array told_events{transfers::Event::initiated, transfers::Event::processing};

class Process final : public TransferWrite {
  public:
    Process(const Settings& settings, const Parts& parts, http::Exchange& exchange)
        : TransferWrite(settings, parts, exchange), tenant_(exchange.principal()->tenant) {
        set_importance(store::Importance::create);
    }

    void prepare(std::string_view body) {
        refusal_ = parse_process(body, initiation_id_);
        if (!refusal_) {
            rename();
        }
    }

  private:
    /// Of the initiation, what never changes: it says which records are needed. And the transfer
    /// that was made of it, if there is one.
    void rename() override {
        http::Subjects subjects;
        initiation_subject_ = subjects.add({transfers::initiation_kind, initiation_id_});
        known_.reset();
        // A copy: what follows reads further records, and reads do not nest.
        thread_local std::string bytes;
        bytes.clear();
        shard().lane.read({transfers::initiation_kind, initiation_id_},
                          [](const store::RecordView& record) { bytes = as_text(record.value); });
        const auto initiation = transfers::decode_initiation(as_byte_span(bytes));
        if (initiation && initiation->tenant == tenant_) {
            name(*initiation, subjects);
        }
        set_subjects(subjects.all());
    }

    void name(const Initiation& initiation, http::Subjects& subjects) {
        if (initiation.transfer) {
            known_ = initiation.transfer;
            transfer_subject_ = subjects.add({transfers::transfer_kind, *known_});
        } else {
            name_new(initiation, subjects);
        }
    }

    void name_new(const Initiation& initiation, http::Subjects& subjects) {
        http::ShardContext& here = shard();
        const transfers::Zone zone = settings().rules.calendar.zone();
        day_ = local_day(here.lane.now(), zone);
        id_ = here.new_id();
        transfer_subject_ = subjects.add({transfers::transfer_kind, id_});
        stripe_ = static_cast<std::uint8_t>(exchange().shard().index() % ledger::stripes);
        sequence_subject_ = subjects.add(transfers::sequence_id(tenant_, day_, stripe_));
        limits_ = {};
        limits_.name(settings().rules, initiation, day_, subjects);
        if (parts().desk != nullptr) {
            return;  // the money and the events come when the other ledger has confirmed
        }
        sender_ = find_account(here.lane, tenant_, initiation.ledger, initiation.sender_account)
                      .value_or(Alias());
        if (initiation.type == transfers::Type::p2p) {
            recipient_ =
                find_account(here.lane, tenant_, initiation.ledger, initiation.recipient_account)
                    .value_or(Alias());
        }
        hold_id_ = here.new_id();
        money_.name(hold_id_, hold_of(initiation, aliases(), stripe_), ledger::Ask::hold, subjects);
        http::Audience audience;
        if (!exchange().suppresses_events()) {
            audience = http::Audience::of(here.lane, tenant_, transfers::event_names());
        }
        for (http::EventAct& event : events_) {
            event.name(here.new_id(), audience, subjects);
        }
    }

    int run(const store::View& view, store::Draft& draft, std::string& body) override {
        events_made_ = 0;
        is_made_ = false;
        if (refusal_) {
            return refuse(*refusal_, body);
        }
        if (resolution() && resolution()->kind != http::Resolution::Kind::resolved) {
            return refuse_unheld(*resolution(), body);
        }
        const std::optional<store::RecordView>& record = view.subjects[initiation_subject_];
        const auto initiation = record ? transfers::decode_initiation(record->value)
                                       : result<Initiation>(Error::not_found);
        if (!initiation || initiation->tenant != tenant_) {
            return refuse(errors::initiation_not_found, body);
        }
        if (initiation->transfer) {
            return repeat(view, *initiation->transfer, body);
        }
        if (initiation->expires <= view.now) {
            return refuse(errors::initiation_expired, body);
        }
        if (known_ || id_.is_nil()) {
            return again();  // it changed between the look and the decision
        }
        return confirm(view, draft, *initiation, body);
    }

    /// The same initiation again gives the same transfer, as it is now; one that has ended without
    /// payment is not confirmed a second time.
    int repeat(const store::View& view, const job::Uuid& transfer, std::string& body) {
        if (transfer != known_ && transfer != id_) {
            return again();
        }
        const std::optional<store::RecordView>& record = view.subjects[transfer_subject_];
        const auto standing =
            record ? transfers::decode_transfer(record->value) : result<Transfer>(Error::not_found);
        if (!standing) {
            return refuse(errors::unexpected, body);
        }
        if (!standing->is_visible()) {
            return busy(body);
        }
        if (is_terminal(standing->phase) && standing->phase != transfers::Phase::completed) {
            Refusal refusal{&errors::already_processed};
            refusal.details.add(Place::fields, "transferId", job::format_uuid(transfer));
            refusal.details.add(Place::fields, "currentStatus", name_of(standing->phase));
            return refuse(refusal, body);
        }
        render_processed(transfer, *standing, body);
        return 200;
    }

    int confirm(const store::View& view, store::Draft& draft, const Initiation& initiation,
                std::string& body) {
        const bool is_elsewhere = parts().desk != nullptr;
        if (is_elsewhere && !parts().desk->is_reachable()) {
            return refuse(errors::upstream, body);
        }
        if (const auto over = limits_.count(view, draft, settings().rules, initiation.amount)) {
            return refuse(*over, body);
        }
        Transfer transfer = make_transfer(initiation, initiation_id_, view.now);
        transfer.counted_on = limits_.day();
        const std::string number = take_number(view, draft);
        transfer.confirmation_number = number;
        if (is_elsewhere) {
            transfer.is_external = true;
            transfer.intent = transfers::Intent{transfers::Ask::process, view.now, {}};
        } else {
            transfer.ledger_transaction = hold_id_;
            const http::LedgerAct::Outcome held =
                money_.make(view, draft, hold_of(initiation, aliases(), stripe_));
            if (!held.moved()) {
                draft.abandon();
                return refuse(held.fault == ledger::MoveFault::insufficient_funds
                                  ? errors::insufficient_funds
                                  : errors::unexpected,
                              body);
            }
        }
        put(draft, transfer_subject_, transfer);
        Initiation used = initiation;
        used.transfer = id_;
        put(draft, initiation_subject_, used);
        if (is_elsewhere) {
            return wait_for_ledger(id_);
        }
        tell(view, draft, transfer);
        is_made_ = true;
        render_processed(id_, transfer, body);
        return 200;
    }

    int refuse_unheld(const http::Resolution& resolution, std::string& body) const {
        if (resolution.kind == http::Resolution::Kind::insufficient_funds) {
            return refuse(errors::insufficient_funds, body);
        }
        const bool is_unknown = resolution.code == "0007";  // Midaz: no such entity
        Refusal refusal{is_unknown ? &errors::account_not_found : &errors::refused_by_ledger};
        refusal.details.add(Place::fields, "ledgerCode", resolution.code);
        return refuse(refusal, body);
    }

    std::string take_number(const store::View& view, store::Draft& draft) {
        const std::optional<store::RecordView>& record = view.subjects[sequence_subject_];
        const auto given =
            record ? transfers::decode_sequence(record->value) : result<std::uint64_t>(0);
        check(given.has_value(), "a sequence's record can be read");
        std::string& bytes = scratch();
        transfers::encode_sequence(*given + 1, bytes);
        draft.put(sequence_subject_, as_byte_span(bytes));
        return transfers::confirmation_number(day_, transfers::sequence_number(*given, stripe_));
    }

    void tell(const store::View& view, store::Draft& draft, const Transfer& transfer) {
        for (std::size_t at = 0; at < told_events.size(); ++at) {
            const auto place = static_cast<std::size_t>(told_events[at]);
            http::EventAct& event = events_[at];
            if (!event.is_wanted(place)) {
                continue;
            }
            std::string& text = scratch();
            http::render_transfer_event(told_events[at], id_, transfer, view.now,
                                        settings().rules.calendar.zone(), text);
            const bool is_put =
                event.put(view, draft,
                          {.tenant = tenant_,
                           .subject = {transfers::transfer_kind, id_},
                           .subject_version = http::next_version(view.subjects[transfer_subject_]),
                           .place = static_cast<std::uint8_t>(at),
                           .name_place = place,
                           .name = name_of(told_events[at]),
                           .body = text});
            events_made_ |= static_cast<unsigned>(is_put) << at;
        }
    }

    void committed(const store::Receipt&) noexcept override {
        for (std::size_t at = 0; at < events_.size(); ++at) {
            if ((events_made_ >> at & 1U) != 0) {
                shard().events.tell(events_[at].id());
            }
        }
        if (is_made_) {
            parts().inbox.offer(id_);
        }
    }

    void not_committed(const store::Receipt& receipt) noexcept override {
        // If it comes to be durable after all, somebody has to bring it to its end.
        if (receipt.status != store::Status::unknown || id_.is_nil()) {
            return;
        }
        parts().inbox.offer(id_);
    }

    Aliases aliases() const noexcept { return {sender_.text(), recipient_.text()}; }

    /// Empty; one a thread, since a draft copies what it is given.
    static std::string& scratch() {
        thread_local std::string bytes;
        bytes.clear();
        return bytes;
    }

    template <class Value>
    static void put(store::Draft& draft, std::size_t subject, const Value& value) {
        std::string& bytes = scratch();
        encode(value, bytes);
        draft.put(subject, as_byte_span(bytes));
    }

    const job::TenantId tenant_;
    std::optional<Refusal> refusal_;
    job::Uuid initiation_id_;
    std::size_t initiation_subject_ = 0;
    /// The transfer that the initiation had become when it was looked at.
    std::optional<job::Uuid> known_;
    job::Uuid id_;
    job::Uuid hold_id_;
    std::size_t transfer_subject_ = 0;
    std::size_t sequence_subject_ = 0;
    Day day_{};
    std::uint8_t stripe_ = 0;
    Alias sender_;
    Alias recipient_;
    LimitsAct limits_;
    http::LedgerAct money_;
    std::array<http::EventAct, told_events.size()> events_;
    unsigned events_made_ = 0;  ///< a bit for each
    bool is_made_ = false;
};

}  // namespace

void Family::process(http::Exchange& exchange) {
    std::string_view key;
    if (!admit(exchange, key)) {
        return;
    }
    auto& write = exchange.emplace_state<Process>(settings_, parts_, exchange);
    write.set_request_key(key);
    write.prepare(exchange.body());
    exchange.shard_context<http::ShardContext>().lane.submit(write);
}

}  // namespace belay::transfer_api
