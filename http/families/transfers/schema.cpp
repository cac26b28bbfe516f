// What the store is to know of the family's records: their lists, and how to print them.
#include "http/families/transfers/family.hpp"

namespace belay::transfer_api {

void add_to_schema(store::Schema&) {}

}  // namespace belay::transfer_api
