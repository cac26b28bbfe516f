#include "auth/watched_file.hpp"

namespace belay::auth {

result<std::optional<std::string>> WatchedFile::changed(world::MonotonicTime now) {
    if (next_read_ && now < *next_read_) {
        return std::nullopt;
    }
    next_read_ = now + interval;
    result<std::string> content = world::read_whole(*place_.disk, place_.path, size_max_);
    if (!content) {
        if (fault_ == content.error()) {
            return std::nullopt;
        }
        fault_ = content.error();
        seen_.reset();  // the same content after a fault is news: the fault is over
        return fault_;
    }
    fault_.clear();
    const Digest256 digest = sha256(as_byte_span(*content));
    if (seen_ == digest) {
        return std::nullopt;
    }
    seen_ = digest;
    return std::optional<std::string>(std::move(*content));
}

}  // namespace belay::auth
