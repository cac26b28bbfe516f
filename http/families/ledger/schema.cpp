// What the store is to know of the family's records: their lists, and how to print them.
#include "http/families/ledger/family.hpp"

namespace belay::ledger_api {

void add_to_schema(store::Schema&) {}

}  // namespace belay::ledger_api
