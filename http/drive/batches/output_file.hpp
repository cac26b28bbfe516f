// The output file of a job: lines are collected on the shard and made durable in background work,
// so that rows go on meanwhile.
//
//   output.append(line);                       any time, also while a flush runs
//   output.begin_flush();
//   co_await background.run(shard, output);    opens or makes, cuts, appends, syncs
//   if (output.error()) ...                    nothing counts that was not durable before
//   else ... output.durable_bytes()            what the job's record may name
//
// The first flush opens the file and cuts off what is behind the bytes that the job's record names:
// lines of rows whose progress did not become durable. So a job that ends without a further line
// flushes once, too: its file is then there, and not longer than the record says.
//
// After an error the lines are kept, and the next flush tries again with all of them from the
// file's opening on: what a sync that failed has done to the file is unknown (style 5.4), and
// nothing that it was to make durable is believed to be.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/world/disk.hpp"
#include "http/drive/background.hpp"

namespace belay::batch_drive {

/// On one shard; run() on any thread, while which only append and pending_bytes may be called.
class OutputFile final : public http::BackgroundWork {
  public:
    /// `durable_bytes`: what the job's record says. `disk` outlives it. The directory of `path` is
    /// there.
    OutputFile(world::Disk& disk, std::string path, std::uint64_t durable_bytes);

    /// A line with its end, or several.
    void append(std::string_view lines) { pending_ += lines; }

    /// Appended, and not handed to a flush.
    std::size_t pending_bytes() const noexcept { return pending_.size(); }

    /// What was appended so far is what the next run() makes durable.
    void begin_flush();

    void run() noexcept override;

    /// Of the last flush. Error::corrupt: the file is shorter than the job's record says;
    /// no_such_file_or_directory: it is gone, though the record says that there are lines in it.
    const boost::system::error_code& error() const noexcept { return error_; }

    /// The file is so long, and its bytes and name are durable.
    std::uint64_t durable_bytes() const noexcept { return durable_bytes_; }

  private:
    result<void> flush();
    result<void> open();

    world::Disk& disk_;
    const std::string path_;
    std::uint64_t durable_bytes_;
    /// A file may be there whose maker ended before it had synced the directory.
    bool is_name_durable_;
    std::string pending_;
    std::string flushing_;  ///< handed over, not yet durable
    std::unique_ptr<world::File> file_;
    boost::system::error_code error_;
};

}  // namespace belay::batch_drive
