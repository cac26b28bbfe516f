// Keeps a record in the lists that its value names, by the schema. Private to store/.
//
// An entry goes in before its record's first swap, and out when nobody can still see the record
// (settlement.hpp): so a list may lead to a record that is not there, which its reader finds out,
// but never misses one that is.
#pragma once

#include "store/schema.hpp"
#include "store/table/ordered_index.hpp"

namespace belay::store {

/// Inside a section. False when there is no memory; some of the lists may have the record then.
bool enter_lists(const Schema& schema, OrderedIndex& index, Participant& by, Heights& heights,
                 const job::RecordId& id, ByteSpan value);

/// Inside a section. Lists that do not have the record are passed over.
void leave_lists(const Schema& schema, OrderedIndex& index, Participant& by,
                 const job::RecordId& id, ByteSpan value);

/// Does a record with this value belong to the list?
bool belongs_to(const Schema& schema, const job::ListId& list, job::Kind kind, ByteSpan value);

}  // namespace belay::store
