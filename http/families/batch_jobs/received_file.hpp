// An input file on its way from a client to the disk: written and synced piece by piece on
// background threads, under a temporary name until every byte is there.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "core/run/task.hpp"
#include "core/world/disk.hpp"
#include "http/drive/background.hpp"
#include "http/server/stream_exchange.hpp"

namespace belay::batch_jobs {

/// One file; its work is done one stage at a time, off the shard.
class ReceivedFile final : public http::BackgroundWork {
  public:
    static constexpr std::size_t piece_bytes = 256 * 1024;

    enum class Stage : std::uint8_t { start, feed, place, discard };

    /// `path` is the name it gets. The disk outlives it.
    ReceivedFile(world::Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

    Stage stage = Stage::start;
    std::array<char, piece_bytes> buffer;
    std::size_t filled = 0;

    void run() noexcept override;

    bool has_failed() const noexcept { return failed_; }
    std::uint64_t bytes() const noexcept { return bytes_; }

  private:
    void start();
    void feed();
    void place();
    void discard();
    std::string temporary_path() const { return path_ + ".tmp"; }

    world::Disk& disk_;
    const std::string path_;
    std::unique_ptr<world::File> file_;
    std::uint64_t bytes_ = 0;
    std::uint64_t synced_ = 0;
    bool failed_ = false;
    bool is_placed_ = false;
};

enum class Received : std::uint8_t {
    all,        ///< the file has its name, durably
    refused,    ///< StreamExchange::trouble() says why
    lost,       ///< the client is gone
    unwritten,  ///< the disk did not take it
};

/// Reads the body into the file. Answers nothing. After anything but all, and if nobody comes to
/// name the file, discard_file() removes what there is.
run::task<Received> receive_file(http::StreamExchange& stream, http::Background& threads,
                                 ReceivedFile& file);

run::task<> discard_file(run::Shard& shard, http::Background& threads, ReceivedFile& file);

}  // namespace belay::batch_jobs
