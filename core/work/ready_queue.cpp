#include "core/work/ready_queue.hpp"

namespace belay::work {

void ReadyQueue::push(const job::Uuid& id) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_) {
            return;
        }
        ids_.push_back(id);
    }
    condition_.notify_one();
}

std::optional<job::Uuid> ReadyQueue::pop() {
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [this] { return closed_ || !ids_.empty(); });
    if (closed_) {
        return std::nullopt;
    }
    const job::Uuid id = ids_.front();
    ids_.pop_front();
    return id;
}

std::optional<job::Uuid> ReadyQueue::try_pop() {
    const std::lock_guard lock(mutex_);
    if (closed_ || ids_.empty()) {
        return std::nullopt;
    }
    const job::Uuid id = ids_.front();
    ids_.pop_front();
    return id;
}

void ReadyQueue::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    condition_.notify_all();
}

std::size_t ReadyQueue::size() const {
    const std::lock_guard lock(mutex_);
    return ids_.size();
}

}  // namespace belay::work
