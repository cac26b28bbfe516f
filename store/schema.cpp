#include "store/schema.hpp"

#include "core/base/check.hpp"

namespace belay::store {

void Memberships::add(const job::ListId& list) {
    check(count_ < lists_.size(), "a record is in few lists");
    lists_[count_++] = list;
}

const KindInfo* Schema::find(job::Kind kind) const noexcept {
    for (const KindInfo& info : kinds) {
        if (info.kind == kind) {
            return &info;
        }
    }
    return nullptr;
}

const ListInfo* Schema::find_list(std::uint16_t list) const noexcept {
    for (const ListInfo& info : lists) {
        if (info.list == list) {
            return &info;
        }
    }
    return nullptr;
}

Memberships Schema::memberships(job::Kind kind, ByteSpan value) const {
    const KindInfo* info = find(kind);
    check(info != nullptr, "a record is of a kind that the schema has");
    Memberships memberships;
    info->memberships(value, memberships);
    return memberships;
}

}  // namespace belay::store
