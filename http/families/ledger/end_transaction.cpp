// transactions/{id}/commit, cancel and revert. No keys: a commit and a cancel come once by their
// phase, a revert by the mark that it leaves (transfers.md 3.4).
#include <memory>

#include "core/base/check.hpp"
#include "http/drive/ledger_act.hpp"
#include "http/families/ledger/family.hpp"
#include "http/families/ledger/found_transaction.hpp"
#include "http/families/ledger/ledger_write.hpp"
#include "http/families/ledger/render.hpp"

namespace belay::ledger_api {
namespace {

constexpr std::string_view of_a_transfer =
    "The transaction belongs to a transfer and moves with it only.";

/// Commit or cancel.
class EndTransaction final : public LedgerWrite {
  public:
    EndTransaction(http::Exchange& exchange, const job::Uuid& id,
                   const ledger::Transaction& transaction, ledger::Ask ask)
        : LedgerWrite(exchange), id_(id), ask_(ask) {
        http::Subjects subjects;
        act_.name(id, transaction, ask, subjects);
        set_subjects(subjects.all());
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        const http::LedgerAct::Outcome outcome = act_.move(view, draft);
        if (outcome.verdict == job::Verdict::not_found) {
            return refuse(errors::transaction_not_found, body);
        }
        if (!job::moves(outcome.verdict)) {
            return refuse(errors::wrong_status, body);
        }
        if (outcome.fault != ledger::MoveFault::none) {
            return refuse(errors::overflow, body);
        }
        ledger::Transaction ended = transaction_in(*view.subjects[act_.subject()]);
        ended.phase = ledger::rules.at(ended.phase, ask_).next;
        ended.updated = view.now;
        wire::JsonWriter json(body);
        render_transaction(id_, ended, ledger::name_of(ended.phase), json);
        return 201;
    }

    const job::Uuid id_;
    const ledger::Ask ask_;
    http::LedgerAct act_;
};

/// Posts the reverse as a transaction of its own, and marks the one that it reverts in the same
/// frame: of two reverts one finds the mark.
class RevertTransaction final : public LedgerWrite {
  public:
    /// The reverse is made of `found`, whose texts it views.
    RevertTransaction(http::Exchange& exchange, const job::Uuid& parent, const job::Uuid& id,
                      std::unique_ptr<const FoundTransaction> found, std::uint8_t stripe)
        : LedgerWrite(exchange), id_(id), found_(std::move(found)), parent_id_(parent) {
        http::Subjects subjects;
        parent_ = subjects.add({ledger::transaction_kind, parent});
        reverse_ = std::make_unique<ledger::Transaction>(found_->transaction());
        turn_around(stripe);
        act_.name(id, *reverse_, ledger::Ask::post, subjects);
        set_subjects(subjects.all());
    }

  private:
    void turn_around(std::uint8_t stripe) {
        ledger::Transaction& reverse = *reverse_;
        reverse.parent = parent_id_;
        reverse.reverted_by = {};
        reverse.was_pending = false;
        for (std::size_t at = 0; at < reverse.leg_count; ++at) {
            ledger::Leg& leg = reverse.leg_storage[at];
            leg.side =
                leg.side == ledger::Side::source ? ledger::Side::destination : ledger::Side::source;
            leg.stripe = ledger::is_external(leg.alias) ? stripe : std::uint8_t{0};
        }
    }

    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        const std::optional<store::RecordView>& record = view.subjects[parent_];
        check(record.has_value(), "a transaction is never removed");
        ledger::Transaction parent = transaction_in(*record);
        if (!parent.parent.is_nil()) {
            return refuse(errors::is_a_reversal, body);
        }
        if (!parent.reverted_by.is_nil()) {
            return refuse(errors::already_reverted, body);
        }
        if (parent.phase != ledger::Phase::approved) {
            return refuse(errors::not_revertible, body);
        }
        const http::LedgerAct::Outcome outcome = act_.make(view, draft, *reverse_);
        if (outcome.fault != ledger::MoveFault::none) {
            return refuse(outcome.fault == ledger::MoveFault::insufficient_funds
                              ? errors::insufficient_funds
                              : errors::overflow,
                          body);
        }
        parent.reverted_by = id_;  // its operations keep their times
        bytes_.clear();
        ledger::encode(parent, bytes_);
        draft.put(parent_, as_byte_span(bytes_));
        reverse_->phase = ledger::Phase::approved;
        reverse_->created = view.now;
        reverse_->updated = view.now;
        wire::JsonWriter json(body);
        render_transaction(id_, *reverse_, "CREATED", json);
        return 201;
    }

    const job::Uuid id_;
    const std::unique_ptr<const FoundTransaction> found_;
    const job::Uuid parent_id_;
    std::unique_ptr<ledger::Transaction> reverse_;
    std::size_t parent_ = 0;
    http::LedgerAct act_;
    std::string bytes_;
};

}  // namespace

void Family::end(http::Exchange& exchange, ledger::Ask ask) const {
    const std::optional<Place> place = read_place(exchange);
    if (!place) {
        return;
    }
    const std::optional<job::Uuid> id = read_id(exchange, "transaction");
    if (!id) {
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    const auto found = FoundTransaction::read(shard.lane, *place, *id);
    if (!found) {
        fail(exchange, errors::transaction_not_found);
        return;
    }
    const ledger::Transaction transaction = found->transaction();
    if (transaction.maker != ledger::Maker::client) {
        refuse(exchange, {&errors::wrong_status, std::string(of_a_transfer), {}});
        return;
    }
    auto& write = exchange.emplace_state<EndTransaction>(exchange, *id, transaction, ask);
    shard.lane.submit(write);
}

void Family::commit_transaction(http::Exchange& exchange) {
    end(exchange, ledger::Ask::commit);
}

void Family::cancel_transaction(http::Exchange& exchange) {
    end(exchange, ledger::Ask::cancel);
}

void Family::revert_transaction(http::Exchange& exchange) {
    const std::optional<Place> place = read_place(exchange);
    if (!place) {
        return;
    }
    const std::optional<job::Uuid> id = read_id(exchange, "transaction");
    if (!id) {
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    auto found = FoundTransaction::read(shard.lane, *place, *id);
    if (!found) {
        fail(exchange, errors::transaction_not_found);
        return;
    }
    if (found->transaction().maker != ledger::Maker::client) {
        refuse(exchange, {&errors::not_revertible, std::string(of_a_transfer), {}});
        return;
    }
    const auto stripe = static_cast<std::uint8_t>(exchange.shard().index() % ledger::stripes);
    auto& write = exchange.emplace_state<RevertTransaction>(
        exchange, *id, shard.new_id(), std::make_unique<const FoundTransaction>(std::move(*found)),
        stripe);
    shard.lane.submit(write);
}

}  // namespace belay::ledger_api
