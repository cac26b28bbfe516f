// The text form of a log, for `belay log dump DIR`.
#pragma once

#include <ostream>
#include <string>

#include "core/base/function_ref.hpp"
#include "core/base/result.hpp"
#include "core/world/disk.hpp"
#include "store/log/facts.hpp"

namespace belay::store {

/// Prints the value of a fact; without one, hex of the first bytes.
using ValuePrinter = FunctionRef<std::string(const Fact& fact)>;

std::string print_value_as_hex(const Fact& fact);

/// All segments in order of number: header, marks, each frame and fact, and what stopped the
/// reading. Damage is printed, not refused; only a disk that cannot be read is an error.
explained<void> dump_log(world::Disk& disk, std::ostream& out, ValuePrinter print_value);

}  // namespace belay::store
