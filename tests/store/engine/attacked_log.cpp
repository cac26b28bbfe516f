#include "tests/store/engine/attacked_log.hpp"

#include <cstdlib>
#include <optional>
#include <string_view>

#include <boost/test/unit_test.hpp>

#include "core/base/check.hpp"
#include "store/log/recover.hpp"
#include "store/log/snapshots.hpp"

namespace belay::store::testing {
namespace {

constexpr std::uint64_t owners = 3;
constexpr std::size_t skipped_step = 99;  ///< becomes a frame that a reader may skip
constexpr std::uint8_t unknown_frame_type = frame_type_ignorable | 5;

std::string text_of(std::size_t number) {
    // Some frames take less than a sector, some more than a block.
    const std::size_t bytes = number % 30 == 8 ? 9000 : number * 37 % 190;
    return "text " + std::to_string(number) +
           std::string(bytes, static_cast<char>('a' + number % 26));
}

std::string item_text(std::size_t number, std::size_t item_number) {
    return item_value(item_number % owners, text_of(number));
}

std::string key_of(std::size_t number) {
    return "key " + std::to_string(number);
}

Ask put_two(std::size_t number) {
    return Ask({item(number - 5), counter(number - 4)}, [number](const View&, Draft& draft) {
        draft.put(0, as_byte_span(item_text(number, number - 5)));
        draft.put(1, as_byte_span(text_of(number)));
    });
}

Ask put_with_key(std::size_t number) {
    return Ask(
        {counter(number)},
        [number](const View&, Draft& draft) {
            draft.put(0, as_byte_span(text_of(number)));
            draft.remember(answer(text_of(number)));
        },
        key_of(number));
}

void run_steps(Rig& rig, std::size_t from, std::size_t to) {
    for (std::size_t number = from; number < to; ++number) {
        BOOST_TEST_REQUIRE((rig.run(attacked_step(number)) == Status::committed), number);
    }
}

/// One group of all of them.
void run_together(Rig& rig, std::size_t from, std::size_t to) {
    const std::uint64_t groups = rig.store->statistics().groups;
    std::vector<std::unique_ptr<Ask>> asks;
    for (std::size_t number = from; number < to; ++number) {
        asks.emplace_back(new Ask(attacked_step(number)));
        rig.lane().submit(*asks.back());
    }
    rig.store->pump();
    rig.lane().poll();
    for (std::size_t at = 0; at < asks.size(); ++at) {
        check(asks[at]->is_done(), "no step of a group waits for another");
        BOOST_TEST_REQUIRE((asks[at]->status() == Status::committed), from + at);
    }
    BOOST_TEST_REQUIRE(rig.store->statistics().groups == groups + 1);
}

void snapshot(Rig& rig) {
    BOOST_TEST_REQUIRE(rig.store->write_snapshot().has_value());
    rig.store->pump();
}

/// The last frame of the log becomes one of a type that no program knows and every one may skip.
void make_last_frame_skippable(world::SimDisk& disk) {
    const auto begun = LogRecovery::begin(disk, "DIR");
    BOOST_TEST_REQUIRE(begun.has_value());
    const SegmentHeader segment = begun->inventory().segments.back().header;
    auto reader = SegmentReader::open(disk, segment);
    BOOST_TEST_REQUIRE(reader.has_value());
    std::uint32_t offset = 0;
    FrameHeader header;
    for (auto frame = reader->next(); frame.has_value() && frame->has_value();
         frame = reader->next()) {
        header = (*frame)->header;
        offset = (*frame)->offset;
    }
    BOOST_TEST_REQUIRE(offset != 0U);
    header.type = unknown_frame_type;
    header.header_checksum = header_checksum(header, segment.salt);
    std::vector<std::byte> bytes(frame_header_bytes);
    store_frame_header(bytes.data(), header);
    overwrite(disk, segment_path(segment.number), offset, bytes);
}

/// As after a kill at the skipped step.
void restart_without_last(Rig& rig) {
    rig.kill();
    make_last_frame_skippable(*rig.disk);
    rig.open();
}

/// Each state of the history, by steps that were run one by one.
std::vector<Moment> walk_history() {
    Rig rig(1, attacked_settings());
    rig.open();
    std::vector<Moment> moments{moment_of(rig)};
    for (std::size_t number = 0; number < attacked_steps + 20; ++number) {
        run_steps(rig, number, number + 1);
        if (number == skipped_step) {
            restart_without_last(rig);
        }
        moments.push_back(moment_of(rig));
    }
    return moments;
}

bool names_a_file(const std::string& what) {
    return what.find("log/0") != std::string::npos ||
           what.find("snapshot/0") != std::string::npos ||
           what.find("log: the frames from LSN") != std::string::npos ||
           what.find("no snapshot is there") != std::string::npos;
}

bool helps(const std::string& what) {
    return names_a_file(what) && what.find("belay log dump DIR") != std::string::npos;
}

}  // namespace

Settings attacked_settings() {
    Settings settings = small_settings();
    settings.segment_bytes = segment_bytes_min;
    settings.table_slots_at_start = 64;
    return settings;
}

Ask attacked_step(std::size_t number) {
    switch (number % 10) {
        case 0:
        case 8:
            return put(item(number), item_text(number, number), Importance::create);
        case 1:
            return put(counter(number), text_of(number), Importance::create);
        case 2:
            return put(item(number - 2), item_text(number, number - 2));
        case 3:
            return claim(key_of(number), text_of(number));
        case 4:
            return put_with_key(number);
        case 5:
            return put_two(number);
        case 6:
            return remove(counter(number - 5));
        case 7:
            return forget(key_of(number - 4));
        default:
            return number % 20 == 9 ? put(counter(number - 8), text_of(number))
                                    : claim(key_of(number - 6), text_of(number));
    }
}

Moment moment_of(Rig& rig) {
    Moment moment{.durable = rig.store->durable(), .hash = rig.store->state_hash(), .content = {}};
    std::vector<std::string> keys;
    rig.lane().walk([&](const job::RecordId& id, const RecordView& view) {
        moment.content["record " + std::to_string(static_cast<unsigned>(id.kind)) + " " +
                       job::format_uuid(id.id)] = as_text(view.value);
    });
    rig.lane().walk_keys([&](std::string_view name, WallTime) { keys.emplace_back(name); });
    for (const std::string& key : keys) {
        moment.content[key] = rig.remembered(key);
    }
    for (std::uint64_t owner = 0; owner < owners; ++owner) {
        std::string& text = moment.content["items of " + std::to_string(owner)];
        for (const std::uint64_t number : rig.list(owner)) {
            text += std::to_string(number) + ' ';
        }
    }
    return moment;
}

std::vector<std::byte> contents(const world::SimDisk& disk, const std::string& path) {
    const auto reader = disk.clone(1);
    const auto file = *reader->open(path, {.mode = world::Open::read, .direct = false});
    std::vector<std::byte> bytes(*file->size());
    BOOST_TEST_REQUIRE(*file->read_at(0, bytes) == bytes.size());
    return bytes;
}

void overwrite(world::SimDisk& disk, const std::string& path, std::uint64_t offset,
               ByteSpan bytes) {
    const auto file = *disk.open(path, {.mode = world::Open::write, .direct = false});
    BOOST_TEST_REQUIRE(file->write_at(offset, bytes).has_value());
    BOOST_TEST_REQUIRE(file->sync().has_value());
}

void replace(world::SimDisk& disk, const std::string& path, ByteSpan bytes) {
    BOOST_TEST_REQUIRE(
        disk.open(path, {.mode = world::Open::truncate, .direct = false}).has_value());
    overwrite(disk, path, 0, bytes);
}

std::vector<std::string> log_and_snapshot_files(const world::SimDisk& disk) {
    std::vector<std::string> files;
    for (const std::string_view directory : {log_directory, snapshot_directory}) {
        for (const std::string& name : *disk.list(directory)) {
            files.push_back(std::string(directory) + "/" + name);
        }
    }
    return files;
}

bool is_full_size() {
    const char* size = std::getenv("BELAY_TEST_SIZE");
    return size != nullptr && std::string_view(size) == "full";
}

AttackedLog::AttackedLog(LastEnd end) : moments_(walk_history()) {
    Rig rig(2, attacked_settings());
    rig.open();
    run_steps(rig, 0, 36);
    snapshot(rig);
    run_steps(rig, 36, 50);
    earlier_.push_back(rig.disk->clone(1));
    run_steps(rig, 50, 65);
    snapshot(rig);
    run_steps(rig, 65, 80);
    run_together(rig, 80, 85);
    snapshot(rig);
    earlier_.push_back(rig.disk->clone(1));
    run_steps(rig, 85, skipped_step + 1);
    restart_without_last(rig);
    run_steps(rig, skipped_step + 1, 105);
    // A start that copies all of the last segment: the next one is made of that one's file.
    rig.kill();
    rig.open();
    run_steps(rig, 105, 120);
    earlier_.push_back(rig.disk->clone(1));
    run_together(rig, 120, 125);
    run_steps(rig, 125, attacked_steps - 3);
    run_together(rig, attacked_steps - 3, attacked_steps);
    certain_ = end == LastEnd::busy ? attacked_steps - 3 : attacked_steps;
    if (end == LastEnd::idle) {
        rig.clock.advance(Milliseconds(11));
        rig.store->pump();
    }
    if (end == LastEnd::closed) {
        rig.close();
    } else {
        rig.kill();
    }
    disk_ = rig.disk->clone(1);
    files_ = log_and_snapshot_files(*disk_);
    last_segment_ = segment_path(
        LogRecovery::begin(*disk_->clone(1), "DIR")->inventory().segments.back().header.number);
    rig.disk->restart();
    rig.open();
    run_steps(rig, attacked_steps, attacked_steps + 20);
    snapshot(rig);
    later_ = rig.disk->clone(1);
}

Verdict AttackedLog::judge(world::SimDisk& damaged, const std::string& what) {
    return judge_since(damaged, certain_, what);
}

Verdict AttackedLog::judge_since(world::SimDisk& damaged, std::size_t steps,
                                 const std::string& what) {
    Rig rig(3, attacked_settings());
    rig.disk = damaged.other_process();
    const auto opened = rig.try_open();
    if (opened.has_error()) {
        BOOST_REQUIRE_MESSAGE(helps(opened.error().what), what << ": " << opened.error().what);
        return Verdict::refused;
    }
    const Moment now = moment_of(rig);
    for (std::size_t at = steps; at <= attacked_steps; ++at) {
        if (moments_[at].hash == now.hash) {
            BOOST_REQUIRE_MESSAGE(moments_[at].content == now.content, what << ": content");
            BOOST_REQUIRE_MESSAGE(moments_[at].durable == now.durable, what << ": D");
            return at == attacked_steps ? Verdict::all_there : Verdict::last_group_cut;
        }
    }
    BOOST_REQUIRE_MESSAGE(false, what << ": a state that the history does not allow");
    return Verdict::refused;
}

}  // namespace belay::store::testing
