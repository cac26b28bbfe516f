// What becomes of a transfer, its initiation, its limits, its guard and its events when another
// ledger has said what came of an intent: on a store, in one operation.
#include "http/drive/external_move.hpp"

#include <boost/test/unit_test.hpp>

#include "core/transfers/initiation.hpp"
#include "core/transfers/usage_id.hpp"
#include "http/drive/guard_id.hpp"
#include "tests/drive/bank.hpp"

namespace belay::http {
namespace {

using bank::Bank;
using transfers::Ask;
using transfers::Confirmation;
using transfers::Phase;
using transfers::Transfer;
using Names = std::vector<std::string>;

constexpr std::int64_t amount = 1000;
constexpr Day today(std::chrono::days(20'000));

/// Does what it is told.
class Act final : public store::Operation {
  public:
    using Decide = std::function<void(const store::View&, store::Draft&)>;

    Act(std::span<const job::RecordId> subjects, Decide decide) : decide_(std::move(decide)) {
        set_subjects(subjects);
    }

    void decide(const store::View& view, store::Draft& draft) override { decide_(view, draft); }
    void done(const store::Receipt&) noexcept override {}

  private:
    const Decide decide_;
};

/// A transfer whose money another ledger holds, with all that belongs to it.
struct Scene : private ExternalMove::Listener {
    Bank bank{1, 2, {}};
    job::Uuid id;
    job::Uuid initiation;
    std::string scratch;

    Scene() {
        BOOST_REQUIRE(bank.start());
        id = bank.new_id();
        initiation = bank.new_id();
    }

    void put(const job::RecordId& record, std::string_view bytes) {
        Act put({&record, 1}, [&](const store::View&, store::Draft& draft) {
            draft.put(0, as_byte_span(bytes));
        });
        submit(put);
    }

    void submit(store::Operation& operation) {
        bank.submit(0, operation);
        while (bank.client(0).pending() != 0) {
            bank.pump();
            bank.poll();
        }
    }

    Transfer transfer() const {
        Transfer made;
        made.tenant = bank.tenant();
        made.initiation = initiation;
        made.sender_account = bank.account(0);
        made.amount = {amount};
        made.fee = {150};
        made.counted_on = today;
        made.is_external = true;
        made.ledger_transaction.octets.fill(9);
        return made;
    }

    /// The transfer in that phase, its initiation, guard and counters; `open`: its intent.
    void make(Phase phase, std::optional<Ask> open) {
        Transfer made = transfer();
        made.enter(phase, bank.clock().wall(), {});
        if (open) {
            made.intent = transfers::Intent{*open, bank.clock().wall(), "so"};
        }
        std::string bytes;
        transfers::encode(made, bytes);
        put({transfers::transfer_kind, id}, bytes);
        bytes.clear();
        transfers::Initiation of;
        of.tenant = made.tenant;
        of.sender_account = made.sender_account;
        of.amount = made.amount;
        of.transfer = id;
        transfers::encode(of, bytes);
        put({transfers::initiation_kind, initiation}, bytes);
        bytes.clear();
        transfers::encode(transfers::Guard{initiation, WallTime::max()}, bytes);
        put(guard_id(made, scratch), bytes);
        bytes.clear();
        transfers::encode(transfers::Usage{{3 * amount}, 3}, bytes);
        for (const job::RecordId& counter : counters()) {
            put(counter, bytes);
        }
    }

    std::vector<job::RecordId> counters() const {
        std::vector<job::RecordId> made;
        for (std::size_t at = 0; at < transfers::scope_count; ++at) {
            const auto scope = static_cast<transfers::Scope>(at);
            made.push_back(
                usage_id(scope, bank.tenant(), bank.account(0), period_of(scope, today)));
        }
        return made;
    }

    store::Status confirm(Ask ask, Confirmation confirmation) {
        ExternalMove::Confirmed confirmed;
        confirmed.id = id;
        confirmed.ask = ask;
        confirmed.confirmation = confirmation;
        confirmed.transaction.octets.fill(7);
        confirmed.first_event = bank.new_id();
        confirmed.second_event = bank.new_id();
        ExternalMove move(bank.client(0), confirmed, {}, nullptr, *this);
        submit(move);
        return move.receipt().status;
    }

    /// The transfer as it stands, its texts not to be looked at.
    std::optional<Transfer> standing() {
        std::optional<Transfer> found;
        bank.reader().read({transfers::transfer_kind, id}, [&](const store::RecordView& record) {
            found = transfers::decode_transfer(record.value).value();
        });
        return found;
    }

    bool is_initiation_open() {
        bool is_open = false;
        bank.reader().read({transfers::initiation_kind, initiation},
                           [&](const store::RecordView& record) {
                               const auto read = transfers::decode_initiation(record.value);
                               is_open = !read.value().transfer.has_value();
                           });
        return is_open;
    }

    void expect_used(std::uint64_t count) {
        for (const job::RecordId& counter : counters()) {
            bank.reader().read(counter, [&](const store::RecordView& record) {
                const transfers::Usage usage = transfers::decode_usage(record.value).value();
                BOOST_TEST(usage.count == count);
                BOOST_TEST(usage.amount.minor == static_cast<std::int64_t>(count) * amount);
            });
        }
    }

    bool has_guard() {
        return bank.reader().read(guard_id(transfer(), scratch), [](const store::RecordView&) {});
    }

  private:
    void moved(ExternalMove&) noexcept override {}
};

BOOST_AUTO_TEST_SUITE(external_move)

BOOST_FIXTURE_TEST_CASE(a_hold_that_is_done_makes_the_transfer_and_tells_of_it_once, Scene) {
    make(Phase::created, Ask::process);
    BOOST_TEST((confirm(Ask::process, Confirmation::done) == store::Status::committed));
    BOOST_TEST(standing()->is_visible());
    BOOST_TEST((standing()->phase == Phase::created));
    BOOST_TEST(standing()->ledger_transaction.octets[0] == 7);
    BOOST_TEST((bank.events(id) == Names{"transfer.initiated", "transfer.processing"}));
    BOOST_TEST(!is_initiation_open());
    expect_used(3);
    BOOST_TEST((confirm(Ask::process, Confirmation::done) == store::Status::declined));
    BOOST_TEST((confirm(Ask::process, Confirmation::not_held) == store::Status::declined));
    BOOST_TEST(bank.events(id).size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(a_hold_that_was_not_made_leaves_the_initiation_as_it_was, Scene) {
    make(Phase::created, Ask::process);
    BOOST_TEST((confirm(Ask::process, Confirmation::not_held) == store::Status::committed));
    BOOST_TEST(!standing().has_value());
    BOOST_TEST(is_initiation_open());
    BOOST_TEST(has_guard());
    BOOST_TEST(bank.events(id).empty());
    expect_used(2);
    BOOST_TEST((confirm(Ask::process, Confirmation::not_held) == store::Status::declined));
    expect_used(2);
}

BOOST_FIXTURE_TEST_CASE(a_hold_that_nobody_knows_of_fails_the_transfer, Scene) {
    make(Phase::created, Ask::process);
    BOOST_TEST((confirm(Ask::process, Confirmation::given_up) == store::Status::committed));
    BOOST_TEST((standing()->phase == Phase::failed));
    BOOST_TEST((bank.events(id) == Names{"transfer.reconciliation_required"}));
    BOOST_TEST(!is_initiation_open());
    expect_used(2);
}

BOOST_FIXTURE_TEST_CASE(a_cancel_opens_an_intent_and_moves_when_it_is_confirmed, Scene) {
    make(Phase::pending, std::nullopt);
    const auto cancel = bank.cancel(id);
    BOOST_TEST(cancel->act().opened_intent());
    BOOST_TEST((standing()->phase == Phase::pending));
    BOOST_TEST((standing()->intent->ask == Ask::cancel));
    BOOST_TEST(bank.events(id).empty());
    BOOST_TEST(has_guard());
    expect_used(3);

    const auto again = bank.cancel(id);
    BOOST_TEST(again->act().is_busy());
    BOOST_TEST((again->verdict() == job::Verdict::wrong_phase));

    BOOST_TEST((confirm(Ask::complete, Confirmation::done) == store::Status::declined));
    BOOST_TEST((confirm(Ask::cancel, Confirmation::done) == store::Status::committed));
    BOOST_TEST((standing()->phase == Phase::cancelled));
    BOOST_TEST(!standing()->intent.has_value());
    BOOST_TEST((bank.events(id) == Names{"transfer.cancelled"}));
    BOOST_TEST(!has_guard());
    expect_used(2);
    BOOST_TEST((confirm(Ask::cancel, Confirmation::done) == store::Status::declined));
    BOOST_TEST(bank.events(id).size() == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_cancel_that_finds_the_money_gone_completes_the_transfer, Scene) {
    make(Phase::pending, Ask::cancel);
    BOOST_TEST((confirm(Ask::cancel, Confirmation::other_won) == store::Status::committed));
    BOOST_TEST((standing()->phase == Phase::completed));
    BOOST_TEST((bank.events(id) == Names{"transfer.reconciliation_required"}));
    BOOST_TEST(has_guard());
    expect_used(3);
}

BOOST_FIXTURE_TEST_CASE(a_completion_that_finds_the_hold_released_fails_the_transfer, Scene) {
    make(Phase::processing, Ask::complete);
    BOOST_TEST((confirm(Ask::complete, Confirmation::other_won) == store::Status::committed));
    BOOST_TEST((standing()->phase == Phase::failed));
    BOOST_TEST((bank.events(id) == Names{"transfer.reconciliation_required"}));
    expect_used(2);
}

BOOST_FIXTURE_TEST_CASE(a_completion_that_is_confirmed_completes_it, Scene) {
    make(Phase::processing, Ask::complete);
    BOOST_TEST((confirm(Ask::complete, Confirmation::done) == store::Status::committed));
    BOOST_TEST((standing()->phase == Phase::completed));
    BOOST_TEST((bank.events(id) == Names{"transfer.completed"}));
    expect_used(3);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::http
