// Rounds of a market on a bank of 50 accounts, one of which half of the transfers are of: clients
// confirm and cancel on two lanes, the rail accepts, settles, refuses, contradicts itself, sends
// money and takes it back, processes crash and recover; all on one thread, the same for the same
// seed. After every act the whole is held against a model, at one cut (market_laws.cpp):
//
// The books: what each account has, available and on hold, is what the transfers at the same cut
// say, to the centavo and to the number of moves; so a hold is released once or settled once, and
// nothing moves without a transfer. No account is below zero; all together are zero.
// The transfers: a history only grows; what has ended stays so, but for a chargeback; what a client
// was told is so for ever.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/world/entropy.hpp"
#include "tests/drive/bank.hpp"

namespace belay::bank {

/// What the rounds of a test have met, all together.
struct Tally {
    std::uint64_t rounds = 0;
    std::uint64_t acts = 0;
    std::uint64_t cuts = 0;
    std::uint64_t starts = 0;
    std::uint64_t crashes_in_a_start = 0;
    std::uint64_t confirmed = 0;
    std::uint64_t without_funds = 0;
    std::uint64_t cancels_won = 0;
    std::uint64_t cancels_lost = 0;
    std::uint64_t cancels_again = 0;
    std::uint64_t answers_unknown = 0;
    std::uint64_t contradictions = 0;
    std::uint64_t withdrawals_finished = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t chargebacks = 0;
    std::map<std::pair<transfers::Type, transfers::Phase>, std::uint64_t> ends;

    std::string summary() const;
    /// What should be met and was not, one line each.
    std::vector<std::string> missing() const;
};

class Market {
  public:
    static constexpr std::size_t account_count = 50;

    /// `tally` outlives it.
    Market(std::uint64_t seed, Tally& tally);

    /// Gives the law that was broken, with what led to it, or nothing.
    std::string live(int rounds);

  private:
    /// What may have become of a transfer, as far as anybody has seen or was told.
    struct Known {
        Order order;
        bool was_told = false;      ///< a client or the rail was told that it is there
        bool is_cancelled = false;  ///< a client was told so
        std::optional<Seen> seen;
        bool is_folded = false;  ///< it has ended, and its money is in base_
    };

    struct Books {
        std::int64_t available = 0;
        std::int64_t on_hold = 0;
        std::uint64_t moves = 0;
    };

    using AllBooks = std::unordered_map<job::Uuid, Books, job::UuidHash>;

    // What happens (market.cpp).
    void play_round();
    void act();
    void confirm();
    void cancel();
    void receive();
    void charge_back();
    void contradict();
    void withdraw();
    void pass_time();
    void plan_crash();
    void hear_answers();
    void restart(bool is_orderly);
    bool start_again();
    void end_life();
    const job::Uuid* any_transfer();
    std::uint64_t below(std::uint64_t bound) { return entropy_.number() % bound; }
    bool one_in(std::uint64_t count) { return below(count) == 0; }
    void note(std::string what) { trace_.push_back(std::move(what)); }

    // What must hold (market_laws.cpp).
    void judge();
    void judge_all();
    void judge_transfer(store::Cut& cut, const job::Uuid& id, Known& known, AllBooks& books);
    void judge_history(const job::Uuid& id, const Known& known, const Seen& seen);
    void judge_hold(store::Cut& cut, const job::Uuid& id, const Seen& seen);
    void judge_books(store::Cut& cut, const AllBooks& books);
    void judge_end();
    void judge_events();
    void book(const Seen& seen, AllBooks& books) const;
    void require(bool holds, std::string_view law, const job::Uuid* id = nullptr);

    Tally& tally_;
    world::SeededEntropy entropy_;
    const BankSettings settings_;
    Bank bank_;

    std::unordered_map<job::Uuid, Known, job::UuidHash> known_;
    std::vector<job::Uuid> ids_;     ///< of known_, oldest first
    std::vector<job::Uuid> active_;  ///< those that are not folded
    AllBooks base_;
    std::uint64_t numbers_ = 0;  ///< of inbound messages so far
    std::vector<world::RailInbound> messages_;

    struct Asked {
        std::unique_ptr<Confirm> confirm{};
        std::unique_ptr<Cancel> cancel{};
        std::unique_ptr<http::TransferReceive> receive{};
    };
    std::deque<Asked> asked_;
    std::vector<std::string> trace_;
    std::string broken_;
};

}  // namespace belay::bank
