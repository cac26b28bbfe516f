// One event, as its owner sees it.
#pragma once

#include <string>

#include "http/families/core_events/destination.hpp"

namespace belay::core_events {

/// Appends the owner's event. False: there is none.
bool show_event(store::Lane& lane, const job::Uuid& id, const Owner& owner, std::string& to);

}  // namespace belay::core_events
