#include "http/drive/background.hpp"

#include "core/run/yield.hpp"

namespace belay::http {

Background::Background(unsigned threads) {
    threads_.reserve(threads);
    for (unsigned number = 0; number < threads; ++number) {
        threads_.emplace_back([this] { serve(); });
    }
}

Background::~Background() {
    {
        const std::lock_guard guard(mutex_);
        closing_ = true;
    }
    condition_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

run::task<> Background::run(run::Shard& shard, BackgroundWork& work) {
    if (threads_.empty()) {
        work.run();
        run::Yield later(shard);
        co_await later;
        co_return;
    }
    run::Event done(shard);
    {
        const std::lock_guard guard(mutex_);
        queue_.push_back({&work, &shard, &done});
    }
    condition_.notify_one();
    co_await done.wait();
}

void Background::serve() {
    std::unique_lock guard(mutex_);
    for (;;) {
        condition_.wait(guard, [this] { return closing_ || !queue_.empty(); });
        if (queue_.empty()) {
            return;
        }
        const Queued queued = queue_.front();
        queue_.pop_front();
        guard.unlock();
        queued.work->run();
        // After this the work and the event may be gone: the shard resumes who waited.
        run::Event* done = queued.done;
        queued.shard->post([done] { done->set(); });
        guard.lock();
    }
}

}  // namespace belay::http
