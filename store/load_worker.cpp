#include "store/load_worker.hpp"

#include <utility>

#include <pthread.h>

namespace belay::store {
namespace {

constexpr std::size_t batches_under_way = 8;

}  // namespace

LoadWorker::LoadWorker(Engine& engine, Runs runs) : shard_(engine) {
    if (runs == Runs::on_a_thread) {
        for (std::size_t count = 0; count < batches_under_way; ++count) {
            empty_.push_back(std::make_unique<LoadBatch>());
        }
        thread_ = std::thread([this] { run(); });
    }
}

LoadWorker::~LoadWorker() {
    if (thread_.joinable()) {
        close();
        thread_.join();
    }
}

bool LoadWorker::submit(std::unique_ptr<LoadBatch>& batch) {
    if (!thread_.joinable()) {
        shard_.apply(*batch);
        batch->clear();
        return !shard_.failed();
    }
    std::unique_lock guard(mutex_);
    full_.push_back(std::move(batch));
    changed_.notify_all();
    changed_.wait(guard, [this] { return !empty_.empty(); });
    batch = std::move(empty_.back());
    empty_.pop_back();
    return !failed_;
}

void LoadWorker::close() {
    if (!thread_.joinable()) {
        shard_.make_lists();
        return;
    }
    const std::lock_guard guard(mutex_);
    closed_ = true;
    changed_.notify_all();
}

LoadShard& LoadWorker::join() {
    if (thread_.joinable()) {
        thread_.join();
    }
    return shard_;
}

void LoadWorker::run() {
    pthread_setname_np(pthread_self(), "belay-load");
    std::unique_lock guard(mutex_);
    for (;;) {
        changed_.wait(guard, [this] { return closed_ || !full_.empty(); });
        if (full_.empty()) {
            break;
        }
        std::unique_ptr<LoadBatch> batch = std::move(full_.front());
        full_.pop_front();
        guard.unlock();
        shard_.apply(*batch);
        batch->clear();
        guard.lock();
        failed_ = shard_.failed().has_value();
        empty_.push_back(std::move(batch));
        changed_.notify_all();
    }
    guard.unlock();
    shard_.make_lists();
}

}  // namespace belay::store
