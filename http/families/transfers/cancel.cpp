// POST /v1/transfers/{transferId}/cancel: the seed. The hold goes back in the very record that
// makes the transfer CANCELLED.
#include <array>

#include "http/drive/transfer_act.hpp"
#include "http/families/transfers/family.hpp"
#include "http/families/transfers/parse.hpp"
#include "http/families/transfers/render.hpp"
#include "http/families/transfers/transfer_write.hpp"

namespace belay::transfer_api {
namespace {

using transfers::Phase;

class Cancel final : public TransferWrite {
  public:
    Cancel(const Settings& settings, const Parts& parts, http::Exchange& exchange)
        : TransferWrite(settings, parts, exchange),
          act_(settings.rules.calendar.zone(), &parts.rail) {}

    void prepare(std::string_view body) {
        if (exchange().suppresses_events()) {
            act_.suppress_event();
        }
        refusal_ = parse_path_id(exchange().parameter("transferId"), "transferId", id_);
        if (!refusal_) {
            refusal_ = parse_cancel(body, reason_);
        }
        if (refusal_) {
            return;
        }
        http::ShardContext& here = shard();
        const job::TenantId& tenant = exchange().principal()->tenant;
        const job::RecordId record{transfers::transfer_kind, id_};
        here.lane.read(record, [&](const store::RecordView& found) {
            // Whose it is never changes, so it may be looked at before the decision.
            const auto transfer = transfers::decode_transfer(found.value);
            is_own_ = transfer && transfer->tenant == tenant;
        });
        http::Subjects subjects;
        if (is_own_) {
            act_.name(here.lane, id_, transfers::Ask::cancel, here.new_id(), here.new_id(),
                      subjects);
        }
        set_subjects(subjects.all());
    }

  private:
    int run(const store::View& view, store::Draft& draft, std::string& body) override {
        if (refusal_) {
            return refuse(*refusal_, body);
        }
        if (!is_own_) {
            return refuse(errors::transfer_not_found, body);
        }
        const job::Verdict verdict =
            act_.decide(view, draft, {.ask = transfers::Ask::cancel, .reason = reason_});
        if (verdict == job::Verdict::not_found) {
            return refuse(errors::transfer_not_found, body);
        }
        if (act_.opened_intent() && parts().desk == nullptr) {
            draft.abandon();  // the ledger that holds its money is not configured (any more)
            return refuse(errors::upstream, body);
        }
        if (act_.opened_intent()) {
            return wait_for_ledger(id_);
        }
        if (act_.is_busy()) {
            return busy(body);
        }
        // Cancelled now, or before: the answer is the same (the seed).
        if (act_.phase() == Phase::cancelled) {
            render_cancelled(id_, act_.transfer(), settings().rules.calendar.zone(), body);
            return 200;
        }
        if (act_.fault() != ledger::MoveFault::none) {
            return refuse(errors::unexpected, body);
        }
        return refuse_phase(body);
    }

    int refuse_phase(std::string& body) const {
        const transfers::Transfer& transfer = act_.transfer();
        std::string allowed;
        wire::JsonWriter json(allowed);
        json.begin_array();
        for (const Phase phase : {Phase::created, Phase::pending}) {
            if (is_cancellable(transfer.type, phase)) {
                json.string(name_of(phase));
            }
        }
        json.end_array();
        Refusal refusal{&errors::cannot_cancel};
        refusal.details.add(Place::fields, "currentStatus", name_of(transfer.phase));
        refusal.details.add_json(Place::fields, "allowedStatuses", std::move(allowed));
        return refuse(refusal, body);
    }

    void committed(const store::Receipt&) noexcept override {
        if (act_.made_event()) {
            shard().events.tell(act_.event());
        }
    }

    void not_committed(const store::Receipt& receipt) noexcept override {
        if (receipt.status == store::Status::unknown && parts().desk != nullptr) {
            parts().inbox.offer(id_);  // whoever looks at it finds the intent
        }
    }

    http::TransferAct act_;
    std::optional<Refusal> refusal_;
    job::Uuid id_;
    std::string reason_;
    bool is_own_ = false;
};

}  // namespace

void Family::cancel(http::Exchange& exchange) {
    std::string_view key;
    if (!admit(exchange, key)) {
        return;
    }
    auto& write = exchange.emplace_state<Cancel>(settings_, parts_, exchange);
    write.set_request_key(key);
    write.prepare(exchange.body());
    exchange.shard_context<http::ShardContext>().lane.submit(write);
}

}  // namespace belay::transfer_api
