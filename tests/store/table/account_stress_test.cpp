#include <barrier>

#include "store/table/record_table.hpp"
#include "tests/store/table/fake_log.hpp"

namespace belay::store::test {
namespace {

BOOST_AUTO_TEST_SUITE(account_stress)

constexpr std::size_t threads = 4;
constexpr std::size_t accounts = 6;
constexpr std::uint64_t frames = 30'000;
constexpr std::uint64_t opening = 1'000'000;

struct Bank {
    Pool pool;
    RecordTable table{pool, 1, 64};
    Epochs epochs{pool};
    FakeLog log{frames + 256};
    std::barrier<> end{threads};
    std::atomic<std::uint64_t> wrong{0};
};

/// One account's part of a transfer.
struct Leg {
    Cell* cell;
    const Version* from;
    Version* to;
};

/// Prepares the next version; false if it cannot be built upon now.
bool prepare(Bank& bank, Lane& lane, std::uint64_t account, std::uint64_t change, Leg& leg) {
    leg.cell = &bank.table.find(record_id(account))->cell;
    leg.from = leg.cell->newest();
    if (leg.from->pending()) {
        return false;
    }
    Proof proof;
    bank.wrong += !read_proof(*leg.from, account, proof);
    leg.to =
        make_version(lane.memory, {account, proof.number + 1, proof.value + change}, account % 3);
    return true;
}

/// Two accounts move in one frame, in the fixed order, or neither does.
void transfer(Bank& bank, Lane& lane, Random& random, Replaced& replaced) {
    const std::uint64_t first = random.below(accounts - 1);
    const std::uint64_t second = first + 1 + random.below(accounts - 1 - first);
    const std::uint64_t amount = random.below(2'000) - 1'000;  // either way, modulo 2^64
    Leg one{};
    Leg two{};
    if (!prepare(bank, lane, first, amount, one)) {
        return;
    }
    if (!prepare(bank, lane, second, 0 - amount, two)) {
        Version::destroy(lane.memory, one.to);
        return;
    }
    if (!one.cell->swap(one.from, one.to)) {
        Version::destroy(lane.memory, one.to);
        Version::destroy(lane.memory, two.to);
        return;
    }
    if (!two.cell->swap(two.from, two.to)) {
        one.cell->put_back(one.to);
        Version::retire(lane.member, one.to);
        Version::destroy(lane.memory, two.to);
        return;
    }
    const job::Lsn lsn = bank.log.reserve();
    one.to->set_lsn(lsn);
    two.to->set_lsn(lsn);
    bank.log.publish(lsn);
    replaced.add(one.from, lsn);
    replaced.add(two.from, lsn);
}

/// All accounts at one D: money neither comes nor goes.
void audit(Bank& bank) {
    const job::Lsn durable = bank.log.durable();
    std::uint64_t sum = 0;
    for (std::uint64_t account = 0; account < accounts; ++account) {
        const Version* version = bank.table.find(record_id(account))->cell.at(durable);
        Proof proof;
        bank.wrong += !read_proof(*version, account, proof);
        sum += proof.value;
    }
    bank.wrong += sum != accounts * opening;
}

BOOST_AUTO_TEST_CASE(every_cut_is_consistent) {
    const std::uint64_t seed = run_seed();
    Pool* pool = nullptr;
    {
        auto bank = std::make_unique<Bank>();
        pool = &bank->pool;
        {
            Lane lane(bank->pool, bank->epochs);
            const Section section(lane.member);
            for (std::uint64_t account = 0; account < accounts; ++account) {
                Record* record = bank->table.find_or_make(lane.member, record_id(account)).entry;
                Version* version = make_version(lane.memory, {account, 1, opening}, 0);
                BOOST_TEST_REQUIRE(record->cell.swap(nullptr, version));
                const job::Lsn lsn = bank->log.reserve();
                version->set_lsn(lsn);
                bank->log.publish(lsn);
            }
        }
        on_threads(threads, [&](std::size_t index) {
            Lane lane(bank->pool, bank->epochs);
            Random random(seed + index);
            Replaced replaced;
            while (!bank->log.full()) {
                const Section section(lane.member);
                if (random.one_in(3)) {
                    audit(*bank);
                } else {
                    transfer(*bank, lane, random, replaced);
                    replaced.retire_durable(lane.member, bank->log.durable());
                }
            }
            bank->end.arrive_and_wait();
            const Section section(lane.member);
            replaced.retire_durable(lane.member, bank->log.durable());
            audit(*bank);
        });
        BOOST_TEST(bank->wrong.load() == 0U);
        Lane lane(bank->pool, bank->epochs);
        for (int i = 0; i < 5; ++i) {
            lane.member.collect();
        }
        const std::uint64_t one =
            Version::memory_bytes(2, sizeof(Proof) + 3 * sizeof(std::uint64_t));
        BOOST_TEST(pool->bytes_in_use() <= accounts * (one + 16 + 48));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::store::test
