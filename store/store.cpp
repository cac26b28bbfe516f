#include "store/store.hpp"

#include <algorithm>
#include <bit>

#include "store/engine.hpp"
#include "store/lane_state.hpp"

namespace belay::store {
namespace {

/// Who enters sections beside the lanes: a snapshot or a state hash, and the housekeeper.
constexpr std::size_t participants_of_the_store = 4;
constexpr std::size_t lanes_max = limits::lanes_max - participants_of_the_store;

/// Of the ring, for each thread that may be between admission and reserving (design 4).
constexpr std::uint64_t ring_bytes_per_lane = 4 * limits::frame_bytes_max;

}  // namespace

std::size_t lanes_served_by(std::uint64_t ring_bytes) noexcept {
    return std::min<std::uint64_t>(lanes_max, ring_bytes / ring_bytes_per_lane);
}

std::optional<std::uint64_t> ring_bytes_for(std::size_t lanes) noexcept {
    if (lanes > lanes_max) {
        return std::nullopt;
    }
    return std::bit_ceil(lanes * ring_bytes_per_lane);
}

Lane::Lane(std::unique_ptr<LaneState> state) : state_(std::move(state)) {}

Lane::~Lane() = default;

Lane::Lane(Lane&&) noexcept = default;

void Lane::submit(Operation& operation) {
    state_->submit(operation);
}

void Lane::poll(std::size_t answers_max) {
    state_->poll(answers_max);
}

bool Lane::is_due() const noexcept {
    return state_->is_due();
}

void Lane::end_turn() {
    state_->end_turn();
}

bool Lane::about_to_sleep() {
    return state_->about_to_sleep();
}

void Lane::woke() {
    state_->woke();
}

std::size_t Lane::pending() const noexcept {
    return state_->pending();
}

bool Lane::read(const job::RecordId& id, FunctionRef<void(const RecordView&)> found) {
    return state_->reader().read(id, found);
}

std::optional<job::Uuid> Lane::list(const job::ListId& list, const std::optional<job::Uuid>& after,
                                    FunctionRef<bool(const job::Uuid&, const RecordView&)> each) {
    return state_->reader().list(list, after, each);
}

void Lane::at_one_cut(FunctionRef<void(Cut&)> look) {
    state_->reader().at_one_cut(look);
}

void Lane::walk(FunctionRef<void(const job::RecordId&, const RecordView&)> each) {
    state_->reader().walk(each);
}

void Lane::walk_keys(FunctionRef<void(std::string_view name, WallTime expires)> each) {
    state_->reader().walk_keys(each);
}

WallTime Lane::now() const {
    return state_->now();
}

explained<std::unique_ptr<Store>> Store::open(world::Disk& disk, const world::Clock& clock,
                                              world::Entropy& entropy, Schema schema,
                                              const Settings& settings, FailureListener& listener) {
    auto engine = Engine::open(disk, clock, entropy, std::move(schema), settings, listener);
    if (engine.has_error()) {
        return engine.error();
    }
    return std::make_unique<Store>(std::move(*engine));
}

Store::Store(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

Store::~Store() = default;

Lane Store::open_lane(Waker& waker, Attempts attempts) {
    return Lane(std::make_unique<LaneState>(*engine_, waker, attempts));
}

explained<void> Store::write_snapshot() {
    return engine_->write_snapshot();
}

explained<void> Store::close() {
    return engine_->close();
}

void Store::pump() {
    engine_->pump();
}

bool Store::is_single_threaded() const noexcept {
    return engine_->settings.single_threaded;
}

const RecoveryReport& Store::recovery() const noexcept {
    return engine_->report();
}

Statistics Store::statistics() const {
    return engine_->statistics();
}

job::Lsn Store::durable() const noexcept {
    return engine_->durable();
}

std::uint64_t Store::state_hash() {
    return engine_->state_hash();
}

bool Store::is_full() const noexcept {
    return engine_->is_full();
}

}  // namespace belay::store
