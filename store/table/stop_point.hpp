// Stop points: named places inside the lock-free operations at which a test can hold a thread, so
// that "a thread stopped anywhere blocks no other" is tested and not hoped for (design 5).
//
// In the program BELAY_STOP_POINT is nothing. In the library variants belay_store_table_stops and
// belay_store_stops it calls the hook that a test has set, with the point's name. The tests find
// the points in the sources, so that a new one is tested without being listed anywhere.
#pragma once

#ifdef BELAY_STOP_POINTS

namespace belay::store {

/// Called on the thread that reached the point; may block. Must not use the tables itself.
using StopHook = void (*)(const char* point);

/// Sets the hook of the whole process; nullptr removes it. Thread-safe.
void set_stop_hook(StopHook hook) noexcept;

void reach_stop_point(const char* point);

}  // namespace belay::store

#define BELAY_STOP_POINT(point) ::belay::store::reach_stop_point(point)

#else

#define BELAY_STOP_POINT(point) static_cast<void>(0)

#endif
