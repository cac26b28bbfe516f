#include "store/lists.hpp"

#include <algorithm>

namespace belay::store {

bool enter_lists(const Schema& schema, OrderedIndex& index, Participant& by, Heights& heights,
                 const job::RecordId& id, ByteSpan value) {
    const Memberships lists = schema.memberships(id.kind, value);
    return std::all_of(lists.begin(), lists.end(), [&](const job::ListId& list) {
        return index.insert(by, heights, list, id.id) != Insert::exhausted;
    });
}

void leave_lists(const Schema& schema, OrderedIndex& index, Participant& by,
                 const job::RecordId& id, ByteSpan value) {
    for (const job::ListId& list : schema.memberships(id.kind, value)) {
        index.erase(by, list, id.id);
    }
}

bool belongs_to(const Schema& schema, const job::ListId& list, job::Kind kind, ByteSpan value) {
    const Memberships lists = schema.memberships(kind, value);
    return std::find(lists.begin(), lists.end(), list) != lists.end();
}

}  // namespace belay::store
