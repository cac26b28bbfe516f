// What the store is to know of the family's records: their lists, and how to print them.
#include "http/families/webhooks/family.hpp"

namespace belay::webhook_api {

void add_to_schema(store::Schema&) {}

}  // namespace belay::webhook_api
