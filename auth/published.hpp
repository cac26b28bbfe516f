// One value that a thread replaces now and then and many threads read all the time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace belay::auth {

/// Readers must not take a lock per read, and std::atomic<std::shared_ptr> takes one inside. So
/// each reader keeps its own copy of the pointer and looks only whether the generation has moved;
/// the mutex is taken once per reader and change.
template <class T>
class Published {
  public:
    explicit Published(std::shared_ptr<const T> first) : value_(std::move(first)) {}

    /// Replaces the value. Every View sees it at its next call at the latest once this has
    /// returned.
    void publish(std::shared_ptr<const T> value) {
        const std::lock_guard guard(mutex_);
        value_ = std::move(value);
        // Release: pairs with the acquire in View::refresh, so that what the publisher did before
        // is seen by whoever sees the new number. The value itself travels under the mutex.
        generation_.fetch_add(1, std::memory_order_release);
    }

    /// One reader's copy. For one thread at a time; must not outlive the Published.
    class View {
      public:
        explicit View(const Published& published) : published_(&published) { copy(); }

        /// Takes the newest value if there is one since the last call.
        void refresh() {
            // Acquire: pairs with the release in publish.
            if (published_->generation_.load(std::memory_order_acquire) != generation_)
                [[unlikely]] {
                copy();
            }
        }

        /// Valid until the next refresh.
        const T& value() const noexcept { return *value_; }

        /// The number of the value: never falls, and rises with every change.
        std::uint64_t generation() const noexcept { return generation_; }

      private:
        void copy() {
            const std::lock_guard guard(published_->mutex_);
            value_ = published_->value_;
            // Relaxed: it changes under the mutex only, so number and value belong together.
            generation_ = published_->generation_.load(std::memory_order_relaxed);
        }

        const Published* published_;
        std::shared_ptr<const T> value_;
        std::uint64_t generation_ = 0;
    };

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const T> value_;  // guarded by mutex_
    std::atomic<std::uint64_t> generation_{1};
};

}  // namespace belay::auth
