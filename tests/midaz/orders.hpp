// Orders that the tests of the connector give.
#pragma once

#include <cstdint>

#include "http/drive/midaz/ledger_port.hpp"

namespace belay::midaz {

/// The id of sixteen times this octet.
job::Uuid numbered(std::uint8_t number);

/// 1,002.00 and a fee of 1.50, or what ends it.
http::LedgerOrder order_of(http::LedgerDeed deed);

}  // namespace belay::midaz
