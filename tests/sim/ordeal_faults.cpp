// What goes wrong in an ordeal: in a run, and with copies of the disk that it leaves.
#include <algorithm>

#include "tests/sim/ordeal.hpp"

namespace belay::sim {
namespace {

using world::SimCall;

constexpr std::uint64_t all_space = std::uint64_t{1} << 40;
constexpr std::uint64_t changes_of_a_run = 50;
constexpr std::uint64_t blocks_of_a_segment = store::segment_bytes_min / limits::block_bytes;
constexpr std::size_t segments_never_lost = 2;  ///< the newest: only they name each other

class NoListener final : public store::FailureListener {
  public:
    void log_failed(boost::system::error_code) noexcept override {}
};

std::vector<std::string> files_of(world::SimDisk& disk, std::string_view directory,
                                  std::string_view suffix) {
    std::vector<std::string> paths;
    if (const auto names = disk.list(directory); names.has_value()) {
        for (const std::string& name : *names) {
            if (name.ends_with(suffix)) {
                paths.push_back(std::string(directory) + "/" + name);
            }
        }
    }
    return paths;
}

}  // namespace

void Ordeal::plan_fault() {
    world::SimDisk& disk = machine_.sim_disk;
    is_flawed_ = true;
    switch (random_.below(16)) {
        case 0:
        case 1:
        case 2:
        case 3:
        case 4:
        case 5:
        case 6:
            note("will crash in a call");
            disk.crash_at(1 + random_.below(changes_of_a_run));
            return;
        case 7:
            meet(Met::write_error, "a write will fail");
            disk.fail({SimCall::write, 1 + random_.below(20), {}},
                      random_.one_in(2) ? boost::system::errc::io_error
                                        : boost::system::errc::no_space_on_device);
            return;
        case 8:
            meet(Met::sync_error, "a sync will fail");
            disk.fail({random_.one_in(3) ? SimCall::sync_directory : SimCall::sync,
                       1 + random_.below(8),
                       {}},
                      boost::system::errc::io_error);
            return;
        case 9:
            meet(Met::no_space, "space runs out");
            is_short_of_space_ = true;
            disk.limit_space(all_space - disk.free_bytes().value() +
                             random_.below(50) * limits::block_bytes);
            return;
        case 10:
            if (random_.one_in(4)) {
                plan_lie();
                return;
            }
            break;
        default:
            break;
    }
    is_flawed_ = false;
}

/// One of the next writes to the segment in use does not go where it should.
void Ordeal::plan_lie() {
    const world::SimTarget target{SimCall::write, 1 + random_.below(4),
                                  machine_.disk.last_segment()};
    story_.suspect();
    if (random_.one_in(2)) {
        meet(Met::lost_write, "a write will be lost");
        machine_.sim_disk.lose_write(target);
    } else {
        meet(Met::misdirected_write, "a write will go elsewhere");
        machine_.sim_disk.misdirect_write(target,
                                          random_.below(blocks_of_a_segment) * limits::block_bytes);
    }
}

void Ordeal::set_clock() {
    if (!random_.one_in(4)) {
        return;
    }
    const bool is_back = random_.one_in(2);
    meet(is_back ? Met::clock_back : Met::clock_forth, is_back ? "clock back" : "clock forth");
    const Milliseconds by = std::chrono::minutes(random_.below(180));
    machine_.manual_clock.jump_wall(is_back ? -by : by);
}

/// What recoveries of copies of the disk come to: of the disk as it is, without its newest
/// snapshot, without any, and damaged.
void Ordeal::judge_copies() {
    const auto copy = [&] {
        auto made = machine_.sim_disk.clone(random_.number());
        made->limit_space(all_space);
        return made;
    };
    if (story_.was_lied_to()) {
        return;
    }
    const auto as_it_is = copy();
    judge_copy(*as_it_is, Met::copy_recovered, false);

    const auto older = copy();
    const auto snapshots = files_of(*older, "snapshot", ".snapshot");
    if (snapshots.size() > 1) {
        older->remove(snapshots.back()).value();
        judge_copy(*older, Met::older_snapshot_replayed, false);
    }
    if (!snapshots.empty()) {
        const auto whole = copy();
        for (const std::string& path : snapshots) {
            whole->remove(path).value();
        }
        judge_copy(*whole, Met::whole_log_replayed, snapshots.size() > 1);
    }
    const auto damaged = copy();
    Met what{};
    if (damage(*damaged, what)) {
        tally_.add(what);
        judge_copy(*damaged, Met::damage_harmless, true);
    }
}

void Ordeal::judge_copy(world::SimDisk& copy, Met met, bool may_be_refused) {
    const world::ManualClock clock(machine_.manual_clock.wall());
    world::SeededEntropy entropy(random_.number());
    NoListener listener;
    const auto opened = Server::open_store(copy, clock, entropy, machine_.settings, listener);
    if (opened.has_error()) {
        require(may_be_refused, "a copy of a sound disk is refused: " + opened.error().what);
        tally_.add(Met::damage_refused);
        return;
    }
    ++tally_.recoveries;
    tally_.add(met);
    const job::Lsn end = (*opened)->durable();
    const std::uint64_t hash = (*opened)->state_hash();
    std::string_view law = story_.judge_damaged(end, hash);
    require(law.empty(), law);
    if (met == Met::damage_harmless) {
        return;
    }
    require(end >= story_.durable_end(), "a copy has all that was durable");
    if (!copied_) {
        copied_ = {end, hash};
    }
    require(*copied_ == std::pair(end, hash),
            "recovery is a function: of a copy, of snapshot and tail, of the whole log");
}

/// False: there was nothing to be damaged in this way.
bool Ordeal::damage(world::SimDisk& copy, Met& met) {
    auto segments = files_of(copy, "log", ".segment");
    const auto snapshots = files_of(copy, "snapshot", ".snapshot");
    std::vector<std::string> all = segments;
    all.insert(all.end(), snapshots.begin(), snapshots.end());
    if (all.empty()) {
        return false;
    }
    const std::string path = random_.pick(all);
    const auto opened = copy.open(path, {world::Open::read, false});
    const std::uint64_t bytes = opened.value()->size().value();
    // Where something is, mostly.
    const std::uint64_t offset =
        random_.below(random_.one_in(4) ? bytes : std::min<std::uint64_t>(bytes, 32'768));
    switch (random_.below(4)) {
        case 0:
            met = Met::flipped_bit;
            note("flipped: " + path + " at " + std::to_string(offset));
            copy.flip_bit(path, offset, static_cast<unsigned>(random_.below(8)));
            return true;
        case 1:
            met = Met::bad_sector;
            note("unreadable: " + path + " at " + std::to_string(offset));
            copy.break_sector(path, offset);
            return true;
        default:
            break;
    }
    if (segments.size() <= segments_never_lost) {
        return false;
    }
    segments.resize(segments.size() - segments_never_lost);
    const std::string lost = random_.pick(segments);
    if (random_.one_in(2)) {
        met = Met::lost_file;
        note("lost: " + lost);
        copy.remove(lost).value();
        return true;
    }
    const std::string other = random_.pick(segments);
    if (other == lost) {
        return false;
    }
    met = Met::renamed_file;
    note("renamed: " + lost + " to " + other);
    copy.rename(lost, other).value();
    return true;
}

}  // namespace belay::sim
