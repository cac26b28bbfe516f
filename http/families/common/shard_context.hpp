// What the handlers of all families find on their shard.
#pragma once

#include "auth/digest.hpp"
#include "core/job/ids.hpp"
#include "core/world/entropy.hpp"
#include "http/drive/event_feed.hpp"
#include "store/store.hpp"

namespace belay::http {

/// One for each shard; used by its thread only.
struct ShardContext {
    store::Lane& lane;
    world::Entropy& entropy;
    /// To be told of events whose transition is durable.
    EventFeed& events;
    /// Of requests; a message is begun and finished without a suspension in between.
    auth::Sha256 digest;

    /// An id of now.
    job::Uuid new_id();
};

}  // namespace belay::http
