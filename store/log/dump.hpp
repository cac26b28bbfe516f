// The text form of a log, for `belay log dump DIR`.
#pragma once

#include <ostream>
#include <string>

#include "core/base/function_ref.hpp"
#include "core/base/result.hpp"
#include "core/world/disk.hpp"
#include "store/log/facts.hpp"

namespace belay::store {

/// Prints the value of a fact.
using ValuePrinter = FunctionRef<std::string(const Fact& fact)>;

/// Its length and the first bytes in hex: for kinds that nothing better is known about.
std::string print_value_as_hex(const Fact& fact);

/// All segments in order of number: header, marks, each frame and fact, and what stopped the
/// reading. Damage is printed where it is met and ends nothing; a damaged header or mark, or a file
/// that cannot be read, is an error at the end. (A bad frame is none: a crash leaves such.)
explained<void> dump_log(world::Disk& disk, std::ostream& out, ValuePrinter print_value);

/// The same with every value in hex.
explained<void> dump_log(world::Disk& disk, std::ostream& out);

}  // namespace belay::store
