#include "store/log/dump.hpp"

#include <algorithm>

#include "core/base/base64.hpp"
#include "store/log/inventory.hpp"
#include "store/log/reader.hpp"

namespace belay::store {
namespace {

constexpr std::size_t shown_value_bytes = 64;

std::string_view name_of(SegmentState state) {
    switch (state) {
        case SegmentState::prepared:
            return "prepared";
        case SegmentState::continued:
            return "continued";
        case SegmentState::recovered:
            return "recovered";
    }
    return "unknown";
}

std::string_view name_of(FrameCheck check) {
    switch (check) {
        case FrameCheck::valid:
            return "a frame";
        case FrameCheck::bad_body:
            return "a frame whose body is damaged or half written";
        case FrameCheck::elsewhere:
            return "a frame of this place that does not follow the one before it";
        case FrameCheck::bad_header:
            return "a frame header that is damaged or half written";
        case FrameCheck::absent:
            return "nothing that was written to this place";
    }
    return "unknown";
}

/// Keys are a client's: shown so that they cannot move a terminal's cursor.
std::string quote(std::string_view text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
            quoted += "\\x" + hex_encode(as_byte_span(std::string_view(&c, 1)));
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

void print_fact(std::ostream& out, const Fact& fact, ValuePrinter print_value) {
    if (fact.kind == FactKind::record) {
        out << "    record " << static_cast<unsigned>(fact.record.kind) << ' '
            << job::format_uuid(fact.record.id);
    } else {
        out << "    key " << quote(fact.key);
    }
    out << " version " << fact.number << (fact.create ? " create" : "")
        << (fact.tombstone ? " tombstone" : "") << " value " << print_value(fact) << '\n';
}

void print_frame(std::ostream& out, const LogFrame& frame, ValuePrinter print_value) {
    const FrameHeader& header = frame.header;
    if (header.type == static_cast<std::uint8_t>(FrameType::footer)) {
        out << "  " << frame.offset << " footer lsn " << header.lsn << " durable "
            << header.durable_lsn << '\n';
        return;
    }
    out << "  " << frame.offset << " lsn " << header.lsn << " length " << header.length
        << " durable " << header.durable_lsn;
    if (header.type != static_cast<std::uint8_t>(FrameType::transition)) {
        out << " type " << static_cast<unsigned>(header.type) << '\n';
        return;
    }
    FactReader facts(frame.body());
    out << " time " << format_rfc3339_milliseconds(facts.time()) << '\n';
    Fact fact;
    while (facts.next(fact)) {
        print_fact(out, fact, print_value);
    }
    if (!facts.ok()) {
        out << "    a fact that this version does not know\n";
    }
}

explained<void> dump_frames(SegmentReader& reader, std::ostream& out, ValuePrinter print_value) {
    for (;;) {
        const auto frame = reader.next();
        if (frame.has_error()) {
            return frame.error();
        }
        if (!*frame) {
            break;
        }
        print_frame(out, **frame, print_value);
    }
    const auto scan = reader.scan_tail();
    if (scan.has_error()) {
        return scan.error();
    }
    const FramePlace expected = reader.expected();
    out << "  " << expected.offset << " end: next lsn " << expected.lsn << ", here is "
        << name_of(reader.stopped_by());
    if (scan->any) {
        out << "; written bytes up to " << scan->end_offset << " name durable "
            << scan->named_durable_lsn;
    }
    out << '\n';
    return {};
}

/// False if a mark is damaged, which no crash does.
explained<bool> dump_segment(world::Disk& disk, const SegmentHeader& header, std::ostream& out,
                             ValuePrinter print_value) {
    out << segment_path(header.number) << ": " << name_of(header.state) << ", " << header.size
        << " bytes, after segment " << header.previous << ", base lsn " << header.base_lsn
        << ", durable " << header.durable_lsn << '\n';
    auto reader = SegmentReader::open(disk, header);
    if (reader.has_error()) {
        return reader.error();
    }
    const auto marks = reader->read_marks();
    if (marks.has_error()) {
        return marks.error();
    }
    for (std::size_t slot = 0; slot < marks->readable.size(); ++slot) {
        if (!marks->readable[slot]) {
            out << "  " << mark_offset(slot) << " mark: damaged\n";
        }
    }
    if (marks->newest) {
        out << "  " << mark_offset(marks->newest->sequence) << " mark " << marks->newest->sequence
            << ": durable " << marks->newest->durable_lsn << ", next segment "
            << marks->newest->next_segment << '\n';
    }
    if (header.state != SegmentState::prepared) {
        if (auto dumped = dump_frames(*reader, out, print_value); dumped.has_error()) {
            return dumped.error();
        }
    }
    return marks->readable[0] && marks->readable[1];
}

}  // namespace

std::string print_value_as_hex(const Fact& fact) {
    const std::string_view shown = fact.value.substr(0, shown_value_bytes);
    std::string text = std::to_string(fact.value.size()) + " bytes";
    if (!shown.empty()) {
        text += ' ' + hex_encode(as_byte_span(shown));
    }
    return shown.size() < fact.value.size() ? text + "…" : text;
}

explained<void> dump_log(world::Disk& disk, std::ostream& out, ValuePrinter print_value) {
    const auto names = disk.list(log_directory);
    if (names.has_error()) {
        return failure(names.error(), std::string(log_directory) + ": " + names.error().message());
    }
    std::size_t damaged = 0;
    for (const std::string& name : *names) {
        const std::optional<std::uint64_t> number = parse_segment_name(name);
        if (!number) {
            out << log_directory << '/' << name << ": not a segment\n";
            continue;
        }
        const auto header = read_segment_header(disk, *number);
        if (header.has_error()) {
            out << header.error().what << '\n';
            ++damaged;
            continue;
        }
        const auto dumped = dump_segment(disk, *header, out, print_value);
        if (dumped.has_error()) {
            out << "  " << dumped.error().what << '\n';
        }
        damaged += dumped.has_error() || !*dumped ? 1U : 0U;
    }
    if (damaged > 0) {
        return failure(make_error_code(Error::corrupt),
                       std::string(log_directory) + ": damaged segments: " +
                           std::to_string(damaged) + "; what is wrong stands at each of them");
    }
    return {};
}

explained<void> dump_log(world::Disk& disk, std::ostream& out) {
    return dump_log(disk, out, [](const Fact& fact) { return print_value_as_hex(fact); });
}

}  // namespace belay::store
