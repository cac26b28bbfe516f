// A log of several segments, changed as the input tells.
//
// Without the salts (first byte even): whatever is changed, a start refuses or reads a beginning of
// what was written; after a single change to a log that had been idle, all of it.
//
// With them (odd): headers, marks and frames get checksums that fit, as if the program had written
// them. Then a start refuses, or reads frames that follow each other; a start on top of what the
// first one wrote reads the same; dump and verify come to an end, and verify calls nothing sound
// that a start refuses.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "store/log/dump.hpp"
#include "store/log/verify.hpp"
#include "tests/store/log/log_rig.hpp"
#include "tests/store/log/mutations.hpp"

namespace {

using namespace belay;
using namespace belay::store;
using test::History;
using test::LogRig;
using test::Mutations;
using world::SimDisk;

constexpr std::size_t changes_max = 8;

std::vector<std::byte> contents(SimDisk& disk, const std::string& path) {
    const auto file = disk.open(path, {.mode = world::Open::read, .direct = false}).value();
    std::vector<std::byte> bytes(file->size().value());
    check(file->read_at(0, bytes).value() == bytes.size(), "a file is read");
    return bytes;
}

void replace(SimDisk& disk, const std::string& path, ByteSpan bytes) {
    const auto file = disk.open(path, {.mode = world::Open::truncate, .direct = false}).value();
    file->write_at(0, bytes).value();
}

struct Segment {
    SegmentHeader header;
    std::vector<std::byte> bytes;
};

/// Two full segments, one made by a start, one in use, one prepared.
struct Base {
    Base() {
        for (std::uint64_t process = 1; process <= 2; ++process) {
            LogRig rig(disk, process, segment_bytes_min);
            check(rig.open().has_value(), "the base opens");
            for (std::size_t frame = 0; frame < 40; ++frame) {
                rig.append(frame * 211 % 700 + (frame % 16 == 9 ? 9000 : 0));
                if (frame % 4 != 1) {
                    rig.commit();
                }
            }
            rig.commit();
            rig.idle();
            history = rig.history;
            disk.kill();
            disk.restart();
        }
        for (const std::string& name : disk.list(log_directory).value()) {
            const std::uint64_t number = parse_segment_name(name).value();
            segments.push_back({.header = read_segment_header(disk, number).value(),
                                .bytes = contents(disk, segment_path(number))});
        }
        check(segments.size() >= 4, "the base has several segments");
    }

    SimDisk disk{1};
    History history;
    std::vector<Segment> segments;
};

const Base& base() {
    static const Base made;
    return made;
}

/// Puts the checksum that fits the `size` bytes at `at` behind them.
void stamp(std::vector<std::byte>& bytes, std::size_t at, std::size_t size, std::uint64_t salt) {
    store_little(bytes.data() + at + size, body_checksum(ByteSpan(bytes).subspan(at, size), salt));
}

/// Makes the checksums of the header, a mark or the frame at `offset` fit what stands there.
void restamp(std::vector<std::byte>& bytes, std::uint8_t what, std::size_t offset) {
    constexpr std::size_t header_bytes = 72;
    constexpr std::size_t mark_bytes = 40;
    std::uint64_t salt = 0;
    std::memcpy(&salt, bytes.data() + header_bytes - 32, sizeof salt);
    if (what % 4 == 0) {
        stamp(bytes, 0, header_bytes, 0);
    } else if (what % 4 == 1) {
        stamp(bytes, mark_offset(what / 4U), mark_bytes, salt);
    } else {
        offset -= offset % limits::frame_alignment;
        FrameHeader frame = load_frame_header(bytes.data() + offset);
        frame.body_length %= 16384;
        frame.length = static_cast<std::uint32_t>(frame_bytes(frame.body_length));
        if (offset + frame.length > bytes.size()) {
            return;
        }
        frame.body_checksum = body_checksum(
            ByteSpan(bytes).subspan(offset + frame_header_bytes, frame.length - frame_header_bytes),
            salt);
        frame.header_checksum = header_checksum(frame, salt);
        store_frame_header(bytes.data() + offset, frame);
    }
}

/// What a start makes of it is what the next one makes of that.
void check_start(SimDisk& disk, const explained<History>& seen) {
    std::ostringstream dumped;
    (void)dump_log(disk, dumped);
    const bool is_sound = verify_directory(disk).is_sound();
    check(seen.has_value() || !is_sound, "what a start refuses is not sound");
    if (seen.has_error()) {
        check(!seen.error().what.empty(), "a refusal says why");
        return;
    }
    {
        LogRig first(disk, 3, segment_bytes_min);
        const auto opened = first.open();
        if (opened.has_error()) {
            return;
        }
        check(first.history == *seen, "what is read is what is recovered");
    }
    disk.kill();
    disk.restart();
    const auto again = test::read_history(disk);
    check(again.has_value() && *again == *seen, "a start on top of a start reads the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Mutations input(std::as_bytes(std::span(data, size)));
    const bool knows_salts = input.byte() % 2 != 0;
    const auto disk = base().disk.clone(1);
    const auto& segments = base().segments;
    std::vector<std::vector<std::byte>> changed(segments.size());
    std::size_t changes = 0;
    for (; input.left() && changes < changes_max; ++changes) {
        const std::size_t target = input.byte() % segments.size();
        const std::size_t source = input.byte() % segments.size();
        if (changed[target].empty()) {
            changed[target] = segments[target].bytes;
        }
        input.apply(changed[target], segments[source].bytes);
        if (knows_salts) {
            const std::uint8_t what = input.byte();
            restamp(changed[target], what, input.number(segments[target].bytes.size()));
        }
    }
    for (std::size_t index = 0; index < segments.size(); ++index) {
        if (!changed[index].empty()) {
            replace(*disk, segment_path(segments[index].header.number), changed[index]);
        }
    }
    const auto seen = test::read_history(*disk);
    if (knows_salts) {
        check_start(*disk, seen);
    } else if (seen.has_value()) {
        check(test::is_prefix(*seen, base().history), "nothing is read that was not written");
        check(changes > 1 || *seen == base().history, "one change to an idle log loses nothing");
    }
    return 0;
}
