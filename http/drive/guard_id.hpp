// Where the guard against a duplicate of an initiation stands.
#pragma once

#include <string>

#include "core/transfers/initiation.hpp"

namespace belay::http {

/// The record named by the first half of SHA-256 over what two duplicates have in common
/// (transfers::append_guard_text): a client chooses that text, so it must not be able to meet
/// another's. `scratch` is overwritten.
job::RecordId guard_id(const transfers::Initiation& initiation, std::string& scratch);

/// The same for the transfer that was made of an initiation.
job::RecordId guard_id(const transfers::Transfer& transfer, std::string& scratch);

}  // namespace belay::http
