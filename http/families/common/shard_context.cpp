#include "http/families/common/shard_context.hpp"

namespace belay::http {

job::Uuid ShardContext::new_id() {
    std::array<std::uint8_t, 10> random;
    entropy.fill(std::as_writable_bytes(std::span(random)));
    return job::make_uuid_v7(lane.now(), random);
}

}  // namespace belay::http
