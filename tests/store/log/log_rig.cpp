#include "tests/store/log/log_rig.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace belay::store::test {
namespace {

constexpr std::size_t ring_bytes = 4 * limits::frame_bytes_max;

Fact fact_of(std::string_view value, std::uint64_t number) {
    Fact fact;
    fact.record.kind = job::Kind{7};
    fact.record.id.octets = {1, 2, 3};
    fact.number = number;
    fact.value = value;
    return fact;
}

explained<void> remember(History& history, ReplayedFrame& frame) {
    Fact fact;
    check(frame.facts.next(fact), "a test's frame has a fact");
    history.push_back({.lsn = frame.lsn, .value = std::string(fact.value)});
    return {};
}

}  // namespace

bool is_prefix(const History& shorter, const History& longer) {
    return shorter.size() <= longer.size() &&
           std::equal(shorter.begin(), shorter.end(), longer.begin());
}

explained<History> read_history(world::Disk& disk, Lsn start, Lsn named_durable) {
    auto recovery = LogRecovery::begin(disk, "DIR");
    if (recovery.has_error()) {
        return recovery.error();
    }
    History history;
    const auto summary = recovery->replay(
        start, named_durable, [&](ReplayedFrame& frame) { return remember(history, frame); });
    if (summary.has_error()) {
        return summary.error();
    }
    return history;
}

LogRig::LogRig(world::Disk& disk, std::uint64_t seed, std::uint64_t segment_bytes)
    : clock(WallTime(Milliseconds(1'000'000))), entropy(seed), disk_(disk) {
    options.segment_bytes = segment_bytes;
    options.group_bytes_max = 2 * limits::frame_bytes_max;
}

explained<ReplaySummary> LogRig::open(Lsn start) {
    auto recovery = LogRecovery::begin(disk_, "DIR");
    if (recovery.has_error()) {
        return recovery.error();
    }
    auto summary = recovery->replay(
        start, 0, [this](ReplayedFrame& frame) { return remember(history, frame); });
    if (summary.has_error()) {
        return summary.error();
    }
    auto log = recovery->finish(entropy, options);
    if (log.has_error()) {
        return log.error();
    }
    ring = *Ring::make(ring_bytes, 1, log->position.next_lsn);
    supply = std::make_unique<SegmentSupply>(disk_, entropy, options.segment_bytes, options.direct,
                                             log->current.header.number, log->next_number,
                                             std::move(log->sealed));
    writer = std::make_unique<LogWriter>(clock, *ring, *supply, listener, options, log->position,
                                         std::move(log->current));
    return summary;
}

Lsn LogRig::append(std::size_t bytes) {
    std::string value =
        "value " + std::to_string(++appended_) + " of " + std::to_string(history.size()) + ' ';
    value.resize(std::max(value.size(), bytes), static_cast<char>('a' + appended_ % 26));
    return append_value(std::move(value));
}

Lsn LogRig::append_value(std::string value) {
    const Fact fact = fact_of(value, history.size() + 1);
    const std::size_t body = encoded_body_bytes({&fact, 1});
    check(ring->admit(frame_bytes(body)), "a test does not overfill the ring");
    const Lsn lsn = ring->reserve(frame_bytes(body));
    encode_body(clock.wall(), {&fact, 1}, {ring->body_at(lsn), body});
    ring->publish(lsn, body);
    history.push_back({.lsn = lsn, .value = std::move(value)});
    return lsn;
}

LogWriter::Did LogRig::idle() {
    clock.advance(Milliseconds(11));
    return commit();
}

bool LogRig::stop() {
    writer->request_stop();
    return commit() == LogWriter::Did::finished;
}

History LogRig::acknowledged() const {
    History durable;
    std::copy_if(history.begin(), history.end(), std::back_inserter(durable),
                 [this](const Told& told) { return told.lsn < writer->durable_lsn(); });
    return durable;
}

}  // namespace belay::store::test
