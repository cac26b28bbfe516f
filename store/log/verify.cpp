#include "store/log/verify.hpp"

#include <algorithm>
#include <utility>

#include "store/log/inventory.hpp"
#include "store/log/reader.hpp"
#include "store/log/recover.hpp"
#include "store/log/snapshots.hpp"

namespace belay::store {
namespace {

class Verification {
  public:
    explicit Verification(world::Disk& disk) : disk_(disk) {}

    VerifyReport run() {
        check_names();
        check_marks();
        check_snapshots();
        check_start();
        return std::move(report_);
    }

  private:
    void damage(std::string file, std::uint64_t offset, std::string what) {
        report_.findings.push_back({.harmless = false,
                                    .file = std::move(file),
                                    .offset = offset,
                                    .what = std::move(what)});
    }
    void trace(std::string file, std::uint64_t offset, std::string what) {
        report_.findings.push_back(
            {.harmless = true, .file = std::move(file), .offset = offset, .what = std::move(what)});
    }

    /// Every header by itself, so that one bad one does not hide another.
    void check_names() {
        const auto names = disk_.list(log_directory);
        if (names.has_error()) {
            if (names.error() != boost::system::errc::no_such_file_or_directory) {
                damage(std::string(log_directory), 0, names.error().message());
            }
            return;
        }
        for (const std::string& name : *names) {
            const std::string path = std::string(log_directory) + "/" + name;
            const auto number = parse_segment_name(name);
            if (!number) {
                trace(path, 0,
                      is_segment_temporary_name(name) ? "left by an interrupted step"
                                                      : "not a file of belay");
                continue;
            }
            ++report_.segments;
            const auto header = read_segment_header(disk_, *number);
            if (header.has_error()) {
                damage(path, 0, header.error().what);
            } else {
                headers_.push_back(*header);
            }
        }
    }

    void check_marks() {
        for (const SegmentHeader& header : headers_) {
            auto reader = SegmentReader::open(disk_, header);
            if (reader.has_error()) {
                damage(segment_path(header.number), 0, reader.error().what);
                continue;
            }
            const auto marks = reader->read_marks();
            if (marks.has_error()) {
                damage(segment_path(header.number), mark_offset(0), marks.error().what);
                continue;
            }
            for (std::size_t slot = 0; slot < marks->readable.size(); ++slot) {
                if (!marks->readable[slot]) {
                    damage(segment_path(header.number), mark_offset(slot), "the mark is damaged");
                }
            }
        }
    }

    void check_snapshots() {
        const auto starts = list_snapshots(disk_);
        if (starts.has_error()) {
            damage(std::string(snapshot_directory), 0, starts.error().message());
            return;
        }
        for (const Lsn start : *starts) {
            ++report_.snapshots;
            const auto info = verify_snapshot(disk_, snapshot_path(start));
            if (info.has_error()) {
                damage(snapshot_path(start), 0, info.error().what);
                continue;
            }
            named_durable_ = std::max({named_durable_, start, info->highest_lsn + 1});
        }
    }

    /// Reads the log as a start would, but from its first frame.
    void check_start() {
        auto recovery = LogRecovery::begin(disk_, "DIR");
        if (recovery.has_error()) {
            damage_once(recovery.error());
            return;
        }
        const Inventory& inventory = recovery->inventory();
        const Lsn start =
            inventory.segments.empty() ? first_lsn : inventory.segments.front().header.base_lsn;
        check_reach(start);
        const auto summary = recovery->replay(start, named_durable_,
                                              [](ReplayedFrame&) { return explained<void>(); });
        if (summary.has_error()) {
            damage_once(summary.error());
            return;
        }
        report_.frames = summary->frames;
        if (summary->tail == TailDecision::torn) {
            trace(summary->cut_file, summary->cut_offset,
                  std::to_string(summary->cut_bytes) +
                      " bytes of a group that was never acknowledged; a start cuts them");
        }
    }

    /// Together, snapshots and log go back to the beginning.
    void check_reach(Lsn log_start) {
        const auto starts = list_snapshots(disk_);
        if (log_start == first_lsn || starts.has_error()) {
            return;
        }
        if (starts->empty() || starts->back() < log_start) {
            damage(std::string(log_directory), 0,
                   "begins at LSN " + std::to_string(log_start) +
                       ", after the oldest snapshot; segments are missing");
        }
    }

    /// A header found bad by itself would otherwise be reported twice.
    void damage_once(const Failure& found) {
        for (const Finding& finding : report_.findings) {
            if (!finding.harmless && found.what.find(finding.what) != std::string::npos) {
                return;
            }
        }
        damage(std::string(log_directory), 0, found.what);
    }

    world::Disk& disk_;
    VerifyReport report_;
    std::vector<SegmentHeader> headers_;
    Lsn named_durable_ = 0;
};

}  // namespace

bool VerifyReport::is_sound() const noexcept {
    return std::all_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.harmless; });
}

VerifyReport verify_directory(world::Disk& disk) {
    return Verification(disk).run();
}

}  // namespace belay::store
