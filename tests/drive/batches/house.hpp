// The families on a store in a test: what a batch's rows in process meet, on one shard, with a
// simulated disk. Requests come over the loopback, as anybody's and as rows.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "core/run/shards.hpp"
#include "core/world/disk_sim.hpp"
#include "http/drive/batches/in_process_target.hpp"
#include "http/drive/shard_lane.hpp"
#include "http/drive/simulated_rail.hpp"
#include "http/drive/transfer_inbox.hpp"
#include "http/families/common/shard_context.hpp"
#include "http/families/export_jobs/family.hpp"
#include "http/families/ledger/family.hpp"
#include "http/families/transfers/family.hpp"
#include "store/store.hpp"

namespace belay::test {

/// A row, its job and its key, which live as long as it is under way.
struct SentRow {
    batch_drive::RowsOf rows;
    batches::Row row;
    std::string key;
    batch_drive::RowTries tries{};
};

class House {
  public:
    House();
    ~House();
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    /// Ends the process as a kill does, or as power does, and starts the next one on its disk.
    void restart(bool loses_power);

    // What the creator of batches asks for as a client. Each waits for its answer.

    http::Loopback::Answer ask(std::string_view method, const std::string& path,
                               const std::string& body = {}, std::string_view key = {});
    /// The member of the answer's body, which is text.
    std::string member(const http::Loopback::Answer& answer, std::string_view name) const;

    /// A transfer that is CREATED; its id.
    std::string held_transfer();
    std::string transfer_status(const std::string& transfer);
    /// An export job that is QUEUED; its id.
    std::string queued_export();
    std::string export_status(const std::string& job);
    const std::string& context() const noexcept { return context_; }
    /// The body of an initiation.
    std::string order() const;
    std::string initiated();

    // Rows.

    /// `path` outlives the row.
    SentRow row(std::string_view path, std::string_view line, std::string_view id = "r1") const;
    batch_drive::RowAnswer send(SentRow& sent);
    std::optional<batch_drive::RowAnswer> settle(const SentRow& sent);
    Milliseconds keys_kept(const SentRow& sent) const;
    /// Both at once; which of them is begun first is said.
    std::pair<batch_drive::RowAnswer, std::optional<batch_drive::RowAnswer>> send_and_settle(
        SentRow& sent, bool settles_first);

    auth::Principal creator;

  private:
    struct Process;

    class Listener final : public store::FailureListener {
      public:
        void log_failed(boost::system::error_code) noexcept override {}
    };

    void found();
    void run(const std::function<run::task<>(batch_drive::InProcessTarget&)>& work);

    world::SimDisk disk_{1};
    world::SystemClock clock_;
    world::SystemEntropy entropy_;
    world::SystemEntropy store_entropy_;
    Listener listener_;
    std::string account_;  ///< has money
    std::string context_;
    std::unique_ptr<Process> process_;
};

}  // namespace belay::test
