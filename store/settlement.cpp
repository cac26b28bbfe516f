#include "store/settlement.hpp"

#include "core/base/bytes.hpp"
#include "store/engine.hpp"
#include "store/lists.hpp"

namespace belay::store {
namespace {

Record& record_of(const Version& tombstone) noexcept {
    return *reinterpret_cast<Record*>(load_little<std::uintptr_t>(tombstone.bytes().data()));
}

/// The last step: every section that could see the record has ended.
void take_out(Participant& by, void* context, void* object) {
    auto& engine = *static_cast<Engine*>(context);
    const auto* tombstone = static_cast<const Version*>(object);
    // Not retired yet, and the record not killed: this is what both wait for.
    const Version* last = tombstone->previous();
    Record& record = record_of(*tombstone);
    leave_lists(engine.schema, engine.index, by, record.id, last->bytes());
    const bool killed = engine.records.kill(by, record, tombstone);
    check(killed, "nobody builds on a tombstone");
    Version::retire(by, last);
}

}  // namespace

Version* make_tombstone(PoolLane& pool, std::uint64_t number, Record& record) noexcept {
    Version::Shape shape;
    shape.number = number;
    shape.tombstone = true;
    const Record* address = &record;
    return Version::make(pool, shape, std::as_bytes(std::span(&address, 1)));
}

void settle(Engine& engine, Participant& by, const Settlement& settlement) {
    if (settlement.tombstone != nullptr && settlement.key == nullptr) {
        by.retire(const_cast<Version*>(settlement.tombstone), &engine, take_out);
        return;
    }
    if (settlement.key != nullptr) {
        const bool killed = engine.keys.kill(by, *settlement.key, settlement.tombstone);
        check(killed, "nobody builds on a tombstone");
    }
    if (settlement.replaced != nullptr) {
        Version::retire(by, settlement.replaced);
    }
}

}  // namespace belay::store
