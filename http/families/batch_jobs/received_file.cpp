#include "http/families/batch_jobs/received_file.hpp"

#include "core/base/bytes.hpp"

namespace belay::batch_jobs {
namespace {

/// Synced as it grows, so that the end of a large upload is not one long wait.
constexpr std::uint64_t synced_bytes = 64ULL << 20;

run::task<Received> read_body(http::StreamExchange& stream, http::Background& threads,
                              ReceivedFile& file) {
    run::Shard& shard = stream.exchange().shard();
    for (;;) {
        const std::span<char> room = std::span(file.buffer).subspan(file.filled);
        const http::BodyPiece piece = co_await stream.read_body(room);
        switch (piece.state) {
            case http::BodyState::data:
                file.filled += piece.bytes;
                break;
            case http::BodyState::end:
                break;
            case http::BodyState::refused:
            case http::BodyState::timed_out:
                co_return Received::refused;
            case http::BodyState::lost:
                co_return Received::lost;
        }
        const bool at_end = piece.state == http::BodyState::end;
        if (at_end || file.filled == file.buffer.size()) {
            file.stage = ReceivedFile::Stage::feed;
            co_await threads.run(shard, file);
        }
        if (file.has_failed()) {
            co_return Received::unwritten;
        }
        if (at_end) {
            co_return Received::all;
        }
    }
}

/// "a/b" of "a/b/c".
std::string_view directory_of(std::string_view path) noexcept {
    return path.substr(0, path.rfind('/'));
}

}  // namespace

void ReceivedFile::run() noexcept {
    switch (stage) {
        case Stage::start:
            start();
            break;
        case Stage::feed:
            feed();
            break;
        case Stage::place:
            place();
            break;
        case Stage::discard:
            discard();
            break;
    }
}

void ReceivedFile::start() {
    auto file = disk_.open(temporary_path(), {.mode = world::Open::create});
    failed_ = file.has_error();
    if (!failed_) {
        file_ = std::move(*file);
    }
}

void ReceivedFile::feed() {
    const std::string_view piece(buffer.data(), filled);
    failed_ = file_->write_at(bytes_, as_byte_span(piece)).has_error();
    bytes_ += filled;
    filled = 0;
    if (!failed_ && bytes_ - synced_ >= synced_bytes) {
        failed_ = file_->sync().has_error();
        synced_ = bytes_;
    }
}

/// Every byte is there: the file gets its name, durably, before the log names it.
void ReceivedFile::place() {
    failed_ = file_->sync().has_error();
    file_.reset();
    if (!failed_) {
        is_placed_ = !disk_.rename(temporary_path(), path_).has_error();
        failed_ = !is_placed_ || disk_.sync_directory(directory_of(path_)).has_error();
    }
}

void ReceivedFile::discard() {
    file_.reset();
    // What cannot be removed is an orphan, and goes at the next start.
    (void)disk_.remove(is_placed_ ? path_ : temporary_path());
    (void)disk_.sync_directory(directory_of(path_));
}

run::task<Received> receive_file(http::StreamExchange& stream, http::Background& threads,
                                 ReceivedFile& file) {
    run::Shard& shard = stream.exchange().shard();
    co_await threads.run(shard, file);
    if (file.has_failed()) {
        co_return Received::unwritten;
    }
    const Received received = co_await read_body(stream, threads, file);
    if (received != Received::all) {
        co_return received;
    }
    file.stage = ReceivedFile::Stage::place;
    co_await threads.run(shard, file);
    co_return file.has_failed() ? Received::unwritten : Received::all;
}

run::task<> discard_file(run::Shard& shard, http::Background& threads, ReceivedFile& file) {
    file.stage = ReceivedFile::Stage::discard;
    co_await threads.run(shard, file);
}

}  // namespace belay::batch_jobs
