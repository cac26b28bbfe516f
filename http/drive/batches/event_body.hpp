// An event of a batch job as clients see it (batches.md 8): whole when it is fetched or listed,
// thin when it is delivered.
#pragma once

#include <cstdint>

#include "core/batches/event.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::batch_drive {

enum class EventForm : std::uint8_t { thin, whole };

void render_event(const job::Uuid& id, const batches::Event& event, EventForm form,
                  wire::JsonWriter& json);

/// "batchv2_…", or the id of a destination: what the event is about.
std::string object_id_of(const batches::Event& event);

}  // namespace belay::batch_drive
