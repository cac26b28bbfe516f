// Memory of coroutine frames. A call of a nested coroutine allocates a frame; on a shard the frames
// of a few sizes come and go with every piece of a body, so each thread keeps the freed ones.
#pragma once

#include <cstddef>

namespace belay::run {

/// Never null; throws std::bad_alloc. A frame may be freed on another thread than it was made on.
void* allocate_frame(std::size_t bytes);
void free_frame(void* frame, std::size_t bytes) noexcept;

}  // namespace belay::run
