// From those who make events to the one who sends them: "the transition with this event is
// durable".
#pragma once

#include "http/drive/id_feed.hpp"

namespace belay::http {

using EventFeed = IdFeed;

}  // namespace belay::http
