#include "tests/ledger/bank.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/base/check.hpp"
#include "core/ledger/ledger.hpp"
#include "http/families/ledger/family.hpp"

namespace belay::http::testing {
namespace {

constexpr unsigned outside = 0;
constexpr std::size_t lanes_count = 2;

ledger::Balance add_up(store::Cut& cut, unsigned number) {
    ledger::Balance sum;
    const std::uint8_t count = number == outside ? ledger::stripes : 1;
    for (std::uint8_t stripe = 0; stripe < count; ++stripe) {
        cut.read(ledger::balance_id(account(number), stripe), [&](const store::RecordView& view) {
            const ledger::Balance part = ledger::decode_balance(view.value).value();
            sum.available.minor += part.available.minor;
            sum.on_hold.minor += part.on_hold.minor;
            sum.version += part.version;
        });
    }
    return sum;
}

}  // namespace

job::Uuid account(unsigned number) {
    job::Uuid id{{0xac}};
    id.octets[8] = static_cast<std::uint8_t>(number >> 8);
    id.octets[9] = static_cast<std::uint8_t>(number);
    return id;
}

job::Uuid transaction_id(unsigned number) {
    job::Uuid id{{0x7a}};
    id.octets[8] = static_cast<std::uint8_t>(number >> 8);
    id.octets[9] = static_cast<std::uint8_t>(number);
    return id;
}

ledger::Transaction payment(unsigned from, const std::vector<unsigned>& to, std::int64_t amount,
                            std::uint8_t stripe) {
    const auto leg = [&](ledger::Side side, unsigned number, std::int64_t part) {
        const bool is_outside = number == outside;
        return ledger::Leg{side,
                           account(number),
                           is_outside ? stripe : std::uint8_t{0},
                           {part},
                           is_outside ? "@external/BRL" : "@customer"};
    };
    ledger::Transaction made;
    made.ledger = job::Uuid{{0x1e}};
    made.asset = "BRL";
    made.value = {amount};
    check(made.add(leg(ledger::Side::source, from, amount)), "there is room");
    const auto parts = static_cast<std::int64_t>(to.size());
    for (const unsigned number : to) {
        check(made.add(leg(ledger::Side::destination, number, amount / parts)), "there is room");
    }
    return made;
}

Ask::Ask(unsigned id, const ledger::Transaction& transaction, ledger::Ask ask)
    : transaction_(transaction), ask_(ask) {
    Subjects subjects;
    act_.name(transaction_id(id), transaction_, ask, subjects);
    set_subjects(subjects.all());
}

void Ask::decide(const store::View& view, store::Draft& draft) {
    const bool is_new = ask_ == ledger::Ask::post || ask_ == ledger::Ask::hold;
    outcome = is_new ? act_.make(view, draft, transaction_) : act_.move(view, draft);
}

void Ask::done(const store::Receipt& given) noexcept {
    receipt = given;
    is_done = true;
}

Bank::Bank(std::uint64_t seed, bool threaded) : disk_(seed), entropy_(seed) {
    settings_.ring_bytes = 4 << 20;
    settings_.segment_bytes = 1 << 20;
    settings_.snapshot_interval = Milliseconds(0);
    settings_.single_threaded = !threaded;
    open();
}

Bank::~Bank() {
    close_lanes();
}

void Bank::open() {
    store::Schema schema;
    ledger_api::add_to_schema(schema);
    auto opened = store::Store::open(disk_, clock_, entropy_, schema, settings_, quiet_);
    if (opened.has_error()) {
        throw std::runtime_error("the store does not open: " + opened.error().what);
    }
    store_ = std::move(*opened);
    for (std::size_t at = 0; at < lanes_count; ++at) {
        lanes_.push_back(std::make_unique<store::Lane>(store_->open_lane(quiet_)));
    }
}

void Bank::close_lanes() {
    for (const auto& lane : lanes_) {
        if (lane->pending() != 0) {
            clock_.advance(settings_.commit_timeout);
            lane->poll();
        }
    }
    lanes_.clear();
}

void Bank::power_loss(std::uint64_t seed) {
    disk_.power_loss(seed);
    close_lanes();
    asks_.clear();
    store_.reset();
    disk_.restart();
    open();
}

Ask& Bank::submit(std::size_t lane, unsigned id, const ledger::Transaction& transaction,
                  ledger::Ask ask) {
    Ask& made = asks_.emplace_back(id, transaction, ask);
    lanes_[lane]->submit(made);
    return made;
}

Ask& Bank::submit(std::size_t lane, unsigned id, ledger::Ask ask) {
    ledger::Transaction transaction;
    std::string bytes;
    lanes_[lane]->read({ledger::transaction_kind, transaction_id(id)},
                       [&](const store::RecordView& view) { bytes = as_text(view.value); });
    if (!bytes.empty()) {
        transaction = ledger::decode_transaction(as_byte_span(bytes)).value();
    }
    return submit(lane, id, transaction, ask);
}

void Bank::advance() {
    const auto all_done = [&] {
        return std::all_of(asks_.begin(), asks_.end(), [](const Ask& ask) { return ask.is_done; });
    };
    for (int turn = 0; !all_done(); ++turn) {
        check(turn < 1000, "no operation hangs");
        store_->pump();
        for (const auto& lane : lanes_) {
            lane->poll();
        }
    }
}

LedgerAct::Outcome Bank::run(unsigned id, const ledger::Transaction& transaction, ledger::Ask ask) {
    const Ask& made = submit(0, id, transaction, ask);
    advance();
    return made.outcome;
}

LedgerAct::Outcome Bank::run(unsigned id, ledger::Ask ask) {
    const Ask& made = submit(0, id, ask);
    advance();
    return made.outcome;
}

ledger::Balance Bank::balance(unsigned number) {
    ledger::Balance found;
    lanes_[0]->at_one_cut([&](store::Cut& cut) { found = add_up(cut, number); });
    return found;
}

ledger::Phase Bank::phase(unsigned id) {
    ledger::Phase found = ledger::Phase::absent;
    lanes_[0]->read({ledger::transaction_kind, transaction_id(id)},
                    [&](const store::RecordView& view) {
                        found = ledger::decode_transaction(view.value)->phase;
                    });
    return found;
}

Sums Bank::sums(unsigned customers, store::Lane& lane) {
    Sums sums;
    lane.at_one_cut([&](store::Cut& cut) {
        for (unsigned number = 0; number <= customers; ++number) {
            const ledger::Balance each = add_up(cut, number);
            sums.all += each.available.minor + each.on_hold.minor;
            sums.on_hold += each.on_hold.minor;
            if (number != outside) {
                sums.lowest = std::min(sums.lowest, each.available.minor);
            }
        }
    });
    return sums;
}

}  // namespace belay::http::testing
