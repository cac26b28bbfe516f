#include "tests/midaz/orders.hpp"

namespace belay::midaz {

job::Uuid numbered(std::uint8_t number) {
    job::Uuid id;
    id.octets.fill(number);
    return id;
}

http::LedgerOrder order_of(http::LedgerDeed deed) {
    http::LedgerOrder order;
    order.deed = deed;
    order.transfer = numbered(0x11);
    order.organization = numbered(0x22);
    order.ledger = numbered(0x33);
    if (deed == http::LedgerDeed::hold) {
        order.sender_account = numbered(0x44);
        order.amount = {100'200};
        order.fee = {150};
    } else {
        order.transaction = numbered(0x55);
    }
    return order;
}

}  // namespace belay::midaz
