// A snapshot, changed as the input tells.
//
// As it is (first byte even): it is refused, or has exactly the entries that were written.
//
// With checksums that fit (odd): it is refused, or its entries, written by the program and read
// again, are the same, and as many as its footer says; no entry is read from a file that has no
// bytes for it, and reading twice gives the same.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "core/world/disk_sim.hpp"
#include "store/log/snapshot.hpp"
#include "store/log/snapshot_bytes.hpp"
#include "tests/store/log/mutations.hpp"

namespace {

using namespace belay;
using namespace belay::store;
using test::Mutations;
using world::SimDisk;

constexpr std::size_t changes_max = 8;
constexpr Lsn start_lsn = 128;
constexpr std::size_t smallest_entry_bytes = 8 + 1 + 1 + 8 + 2 + 1 + 4;

/// An entry as its bytes, so that any difference shows.
using Entries = std::vector<std::string>;

std::string entry_bytes(Lsn lsn, const Fact& fact) {
    std::string bytes(sizeof lsn + encoded_fact_bytes(fact), '\0');
    auto* to = reinterpret_cast<std::byte*>(bytes.data());
    store_little(to, lsn);
    encode_fact(fact, to + sizeof lsn);
    return bytes;
}

explained<SnapshotInfo> read(SimDisk& disk, Entries& entries) {
    return read_snapshot(disk, snapshot_path(start_lsn), [&](Lsn lsn, const Fact& fact) {
        entries.push_back(entry_bytes(lsn, fact));
        return explained<void>();
    });
}

/// Writes the entries as the program does; gives what reading them back gives.
Entries rewrite(const SnapshotInfo& info, const Entries& entries) {
    SimDisk disk(1);
    auto writer = SnapshotWriter::begin(disk, info).value();
    for (const std::string& entry : entries) {
        ByteReader bytes(as_byte_span(entry));
        const auto lsn = bytes.integer<Lsn>();
        Fact fact;
        check(decode_fact(bytes, fact) && bytes.left() == 0, "an entry that was read reads again");
        writer.add(lsn, fact).value();
    }
    check(writer.finish().has_value(), "and can be written");
    writer.install().value();
    Entries again;
    check(read(disk, again).has_value(), "and read back");
    return again;
}

struct Base {
    explicit Base(std::size_t large_value_bytes) {
        SimDisk disk(1);
        auto writer =
            SnapshotWriter::begin(
                disk, {.start_lsn = start_lsn, .time = WallTime(Milliseconds(7)), .seed = 9})
                .value();
        for (std::uint64_t number = 1; number <= 40; ++number) {
            const std::string key = "key " + std::to_string(number);
            const std::string value(number % 13 == 7 ? large_value_bytes : number * 7 % 90, 'v');
            Fact fact;
            fact.kind = number % 3 == 0 ? FactKind::key : FactKind::record;
            fact.key = number % 3 == 0 ? std::string_view(key) : std::string_view();
            fact.record.id.octets[3] = static_cast<std::uint8_t>(number);
            fact.number = number;
            fact.value = value;
            writer.add(64 * number, fact).value();
        }
        check(writer.finish().has_value(), "the base is written");
        writer.install().value();
        check(read(disk, entries).has_value(), "and read");
        const auto file =
            disk.open(snapshot_path(start_lsn), {.mode = world::Open::read, .direct = false})
                .value();
        bytes.resize(file->size().value());
        check(file->read_at(0, bytes).value() == bytes.size(), "the base is read");
    }

    std::vector<std::byte> bytes;
    Entries entries;
};

/// With one block of entries, or with two.
const Base& base(bool is_large) {
    static const Base small(10);
    static const Base large(block_payload_bytes / 2);
    return is_large ? large : small;
}

/// Goes from block to block as a reader would, and makes all checksums fit.
void restamp(std::vector<std::byte>& bytes) {
    FileHeaderBytes header;
    if (bytes.size() < sizeof header) {
        return;
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    header.checksum = checksum_of(header, 0);
    std::memcpy(bytes.data(), &header, sizeof header);
    for (std::size_t at = sizeof header; bytes.size() - at >= sizeof(BlockHeaderBytes);) {
        BlockHeaderBytes block;
        std::memcpy(&block, bytes.data() + at, sizeof block);
        const std::size_t left = bytes.size() - at - sizeof block;
        const auto payload = static_cast<std::size_t>(block.payload_bytes);
        if (payload <= left) {
            block.payload_checksum = payload_checksum(
                ByteSpan(bytes).subspan(at + sizeof block, payload), header.start_lsn);
        }
        block.checksum = checksum_of(block, header.start_lsn);
        std::memcpy(bytes.data() + at, &block, sizeof block);
        if (payload > left) {
            return;
        }
        at += sizeof block + payload;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Mutations input(std::as_bytes(std::span(data, size)));
    const std::uint8_t mode = input.byte();
    const bool checksums_fit = mode % 2 != 0;
    const Base& written = base(mode >= 0xf0);
    std::vector<std::byte> bytes = written.bytes;
    if (mode % 4 >= 2) {
        bytes.resize(input.number(bytes.size() + 1));
    }
    for (std::size_t changes = 0; input.left() && changes < changes_max; ++changes) {
        input.apply(bytes, written.bytes);
    }
    if (checksums_fit) {
        restamp(bytes);
    }
    SimDisk disk(1);
    disk.make_directory(snapshot_directory).value();
    {
        const auto file =
            disk.open(snapshot_path(start_lsn), {.mode = world::Open::create, .direct = false})
                .value();
        file->write_at(0, bytes).value();
    }
    Entries entries;
    const auto info = read(disk, entries);
    check(entries.size() * smallest_entry_bytes <= bytes.size(), "no entry comes from nothing");
    if (info.has_error()) {
        check(info.error().what.find(snapshot_path(start_lsn)) == 0, "a refusal names the file");
        return 0;
    }
    check(info->entries == entries.size(), "the footer counts the entries");
    if (!checksums_fit) {
        check(entries == written.entries && info->time == WallTime(Milliseconds(7)) &&
                  info->seed == 9,
              "what is accepted is what was written");
        return 0;
    }
    check(rewrite(*info, entries) == entries, "what is read, written again, reads the same");
    return 0;
}
