#include "tests/sim/story.hpp"

#include <algorithm>
#include <cstring>

#include <xxhash.h>

#include "store/log/facts.hpp"
#include "store/log/frame.hpp"
#include "store/log/segment.hpp"

namespace belay::sim {
namespace {

constexpr char key_prefix = 'k';
constexpr char record_prefix = 'r';

/// Of a mark's bytes (store/FORMAT.md 2).
constexpr std::size_t mark_durable_offset = 24;

std::string name_of(const store::Fact& fact) {
    if (fact.kind == store::FactKind::key) {
        return key_prefix + std::string(fact.key);
    }
    std::string name(1, record_prefix);
    name += static_cast<char>(fact.record.kind);
    return name.append(as_text(fact.record.id.bytes()));
}

/// As Engine::state_hash has it: of the version as a snapshot would keep it.
std::uint64_t hash_of_version(job::Lsn lsn, store::Fact fact) {
    fact.create = false;
    std::string bytes(store::encoded_fact_bytes(fact), '\0');
    store::encode_fact(fact, reinterpret_cast<std::byte*>(bytes.data()));
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), lsn);
}

}  // namespace

void Story::writing(std::uint64_t offset, ByteSpan bytes) {
    if (offset < store::segment_data_offset) {
        return;
    }
    while (bytes.size() >= store::frame_header_bytes) {
        const store::FrameHeader header = store::load_frame_header(bytes.data());
        if (header.length == 0) {
            return;
        }
        if (header.type == static_cast<std::uint8_t>(store::FrameType::transition)) {
            add(header.lsn, header.lsn + header.length,
                bytes.subspan(store::frame_header_bytes, header.body_length));
        }
        bytes = bytes.subspan(header.length);
    }
}

void Story::add(job::Lsn lsn, job::Lsn end, ByteSpan body) {
    const auto known =
        std::lower_bound(frames_.begin(), frames_.end(), lsn,
                         [](const Frame& each, job::Lsn at) { return each.lsn < at; });
    if (known != frames_.end()) {
        // The tail that a start copies.
        require(known->lsn == lsn && known->end == end && known->body == as_text(body),
                "no LSN is used again with other content");
        return;
    }
    const job::Lsn begin = frames_.empty() ? store::first_lsn : frames_.back().end;
    require(lsn == begin, "frames follow each other without gaps");
    frames_.push_back({lsn, end, std::string(as_text(body))});
}

void Story::written(std::uint64_t offset, ByteSpan bytes, bool is_true) {
    job::Lsn named = 0;
    job::Lsn end = 0;
    if (offset < store::segment_data_offset) {
        if (offset != 0) {  // what a header names is not looked at
            std::memcpy(&named, bytes.data() + mark_durable_offset, sizeof named);
        }
    } else {
        for (ByteSpan rest = bytes; rest.size() >= store::frame_header_bytes;) {
            const store::FrameHeader header = store::load_frame_header(rest.data());
            if (header.length == 0) {
                break;
            }
            named = header.durable_lsn;
            end = header.lsn + store::stream_bytes(header);
            rest = rest.subspan(header.length);
        }
    }
    was_lied_to_ = was_lied_to_ || !is_true;
    if (is_starting_) {
        return;
    }
    if (!is_true && bytes.size() > limits::block_bytes) {
        named_ = store::first_lsn;  // it may have gone over several groups
    }
    if (is_true) {
        named_ = std::max(named_, named);
    }
    if (end > durable_end_) {
        durable_end_ = end;
        take_until(end);
    }
}

void Story::take_until(job::Lsn end) {
    for (; taken_ < frames_.size() && frames_[taken_].end <= end; ++taken_) {
        const Frame& frame = frames_[taken_];
        const store::FactReader facts(as_byte_span(frame.body));
        time_max_ = std::max(time_max_, facts.time());
        const std::string law = chronicle_.take(frame.lsn, facts);
        require(law.empty(), law);
        apply(state_, frame);
        ++frames_taken_;
    }
}

void Story::apply(State& state, const Frame& frame) {
    store::FactReader facts(as_byte_span(frame.body));
    store::Fact fact;
    while (facts.next(fact)) {
        if (fact.tombstone) {
            state.erase(name_of(fact));
        } else {
            state[name_of(fact)] = {std::string(fact.value), hash_of_version(frame.lsn, fact)};
        }
    }
}

std::uint64_t Story::hash_of(const State& state) {
    std::vector<std::uint64_t> hashes;
    hashes.reserve(state.size());
    for (const auto& [name, standing] : state) {
        hashes.push_back(standing.hash);
    }
    std::sort(hashes.begin(), hashes.end());
    return XXH3_64bits(hashes.data(), hashes.size() * sizeof hashes[0]);
}

std::uint64_t Story::hash_at(job::Lsn end) const {
    const bool is_now = taken_ == 0 ? end == store::first_lsn : frames_[taken_ - 1].end == end;
    if (is_now) {
        return hash_of(state_);
    }
    State state;
    for (const Frame& frame : frames_) {
        if (frame.end <= end) {
            apply(state, frame);
        }
    }
    return hash_of(state);
}

bool Story::is_boundary(job::Lsn lsn) const {
    return lsn == store::first_lsn ||
           std::any_of(frames_.rbegin(), frames_.rend(),
                       [&](const Frame& each) { return each.end == lsn; });
}

void Story::settle(job::Lsn end, std::uint64_t hash) {
    is_starting_ = false;
    require(is_boundary(end), "the log ends where one of its frames ends");
    require(end >= durable_end_, "what was durable is still there");
    std::erase_if(frames_, [&](const Frame& each) { return each.end > end; });
    durable_end_ = end;
    named_ = std::max(named_, end);
    take_until(end);
    require(hash_of(state_) == hash, "the state is that of the log up to its end");
}

std::string_view Story::judge_damaged(job::Lsn end, std::uint64_t hash) const {
    if (!is_boundary(end) || end < named_) {
        return "a start from a damaged disk has less than what the disk itself says was durable";
    }
    if (hash_at(end) != hash) {
        return "a start from a damaged disk comes to a state that never was";
    }
    return {};
}

std::optional<std::string_view> Story::key(std::string_view name) const {
    const auto found = state_.find(key_prefix + std::string(name));
    return found == state_.end() ? std::nullopt
                                 : std::optional<std::string_view>(found->second.value);
}

void Story::each_key(FunctionRef<void(std::string_view name)> each) const {
    for (auto at = state_.lower_bound(std::string(1, key_prefix));
         at != state_.end() && at->first.front() == key_prefix; ++at) {
        each(std::string_view(at->first).substr(1));
    }
}

void Story::require(bool holds, std::string_view law) {
    if (!holds && broken_.empty()) {
        broken_ = law;
    }
}

}  // namespace belay::sim
