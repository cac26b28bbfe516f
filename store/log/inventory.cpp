#include "store/log/inventory.hpp"

#include <algorithm>

#include "store/log/aligned_buffer.hpp"

namespace belay::store {
namespace {

/// A segment is in force from its base on over every lower-numbered one.
void settle_limits(Inventory& inventory) {
    Lsn limit = UINT64_MAX;
    for (auto segment = inventory.segments.rbegin(); segment != inventory.segments.rend();
         ++segment) {
        segment->limit_lsn = limit;
        limit = std::min(limit, segment->header.base_lsn);
    }
    for (const LogSegment& segment : inventory.segments) {
        if (segment.is_void()) {
            inventory.voided.push_back(segment.header);
        }
    }
    std::erase_if(inventory.segments, [](const LogSegment& segment) { return segment.is_void(); });
}

}  // namespace

bool Inventory::covers(Lsn lsn) const noexcept {
    if (segments.empty()) {
        return lsn == first_lsn && is_empty();
    }
    // Bases rise with the numbers, so the first segment reaches back the farthest.
    return segments.front().header.base_lsn <= lsn;
}

explained<SegmentHeader> read_segment_header(world::Disk& disk, std::uint64_t number) {
    const auto about = [number](boost::system::error_code code, std::string_view what) {
        return failure(code, segment_path(number) + " at offset 0: " + std::string(what));
    };
    auto file = disk.open(segment_path(number), {.mode = world::Open::read, .direct = false});
    if (file.has_error()) {
        return about(file.error(), "cannot be opened: " + file.error().message());
    }
    AlignedBuffer block(limits::block_bytes);
    const auto count = (*file)->read_at(0, block.span());
    const auto size = (*file)->size();
    if (count.has_error() || size.has_error()) {
        const auto error = count.has_error() ? count.error() : size.error();
        return about(error, "cannot be read: " + error.message());
    }
    const auto header = decode_segment_header(block.span().first(*count));
    if (header.has_error()) {
        return about(header.error(), header.error() == Error::newer_format
                                         ? "was written by a newer version of belay"
                                         : "its header is damaged");
    }
    if (header->number != number) {
        return about(make_error_code(Error::corrupt),
                     "is segment " + std::to_string(header->number) + " under another name");
    }
    if (header->size != *size) {
        return about(make_error_code(Error::corrupt), "has " + std::to_string(*size) +
                                                          " bytes, its header says " +
                                                          std::to_string(header->size));
    }
    return *header;
}

explained<Inventory> take_inventory(world::Disk& disk, std::string_view data_directory) {
    Inventory inventory;
    const auto names = disk.list(log_directory);
    if (names.has_error()) {
        if (names.error() == boost::system::errc::no_such_file_or_directory) {
            return inventory;
        }
        return failure(names.error(),
                       "the directory log cannot be read: " + names.error().message());
    }
    for (const std::string& name : *names) {
        if (is_segment_temporary_name(name)) {
            inventory.leftovers.push_back(name);
        }
        const std::optional<std::uint64_t> number = parse_segment_name(name);
        if (!number) {
            continue;
        }
        const auto header = read_segment_header(disk, *number);
        if (header.has_error()) {
            return failure(header.error().code, header.error().what + "; see `belay log dump " +
                                                    std::string(data_directory) + "`");
        }
        inventory.highest_number = *number;  // names are sorted, and of one length
        if (header->state == SegmentState::prepared) {
            inventory.prepared.push_back(*header);
        } else {
            inventory.segments.push_back({.header = *header});
        }
    }
    settle_limits(inventory);
    return inventory;
}

}  // namespace belay::store
