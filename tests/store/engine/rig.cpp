#include "tests/store/engine/rig.hpp"

#include <stdexcept>
#include <utility>

#include "core/base/check.hpp"

namespace belay::store::testing {
namespace {

constexpr std::size_t owner_bytes = sizeof(job::Uuid::octets);

void item_lists(ByteSpan value, Memberships& to) {
    ByteReader reader(value);
    to.add({items_of_owner, reader.octets<job::Uuid>()});
}

void no_lists(ByteSpan, Memberships&) {}

void print(ByteSpan value, std::string& to) {
    to.append(as_text(value));
}

}  // namespace

Schema make_schema() {
    Schema schema;
    schema.kinds = {{item_kind, "item", item_lists, print},
                    {counter_kind, "counter", no_lists, print}};
    schema.lists = {{items_of_owner, item_kind}};
    return schema;
}

job::Uuid uuid(std::uint64_t number) {
    job::Uuid id;
    for (std::size_t at = 0; at < 8; ++at) {
        id.octets[15 - at] = static_cast<std::uint8_t>(number >> (8 * at));
    }
    return id;
}

job::RecordId item(std::uint64_t number) {
    return {item_kind, uuid(number)};
}

job::RecordId counter(std::uint64_t number) {
    return {counter_kind, uuid(number)};
}

job::ListId items_of(std::uint64_t owner) {
    return {items_of_owner, uuid(owner)};
}

std::string item_value(std::uint64_t owner, std::string_view text) {
    return std::string(as_text(uuid(owner).bytes())).append(text);
}

job::RememberedAnswer answer(std::string_view body, std::uint8_t fingerprint, WallTime expires) {
    job::RememberedAnswer answer;
    answer.fingerprint.fill(std::byte{fingerprint});
    answer.status = 200;
    answer.expires = expires;
    answer.body = body;
    return answer;
}

Ask::Ask(std::vector<job::RecordId> subjects, Decide decide, std::string key, Importance importance)
    : decide_(std::move(decide)), key_(std::move(key)) {
    set_subjects(subjects);
    set_importance(importance);
    if (!key_.empty()) {
        set_key(key_);
    }
}

void Ask::decide(const View& view, Draft& draft) {
    ++decided_count;
    decide_(view, draft);
}

void Ask::done(const Receipt& given) noexcept {
    ++done_count;
    receipt = given;
    if (then) {
        then();
    }
}

Ask put(const job::RecordId& id, std::string_view value, Importance importance) {
    return Ask(
        {id},
        [value = std::string(value)](const View&, Draft& draft) {
            draft.put(0, as_byte_span(value));
        },
        {}, importance);
}

Ask remove(const job::RecordId& id) {
    return Ask({id}, [](const View& view, Draft& draft) {
        if (view.subjects[0]) {
            draft.remove(0);
        }
    });
}

Ask look(const job::RecordId& id) {
    return Ask({id}, [](const View&, Draft&) {});
}

Ask claim(std::string key, std::string_view body, std::string* seen) {
    return Ask(
        {},
        [body = std::string(body), seen](const View& view, Draft& draft) {
            if (!view.remembered || view.remembered->expires <= view.now) {
                draft.remember(answer(body));
            } else if (seen != nullptr) {
                *seen = view.remembered->body;
            }
        },
        std::move(key));
}

Ask forget(std::string key) {
    return Ask(
        {},
        [](const View& view, Draft& draft) {
            if (view.remembered) {
                draft.forget();
            }
        },
        std::move(key));
}

void CountingListener::log_failed(boost::system::error_code given) noexcept {
    error = given;
    count.fetch_add(1);
}

Settings small_settings() {
    Settings settings;
    settings.ring_bytes = 4 << 20;
    settings.segment_bytes = 1 << 20;
    settings.snapshot_interval = Milliseconds(0);
    settings.single_threaded = true;
    return settings;
}

Rig::Rig(std::uint64_t seed, const Settings& settings_)
    : disk(std::make_unique<world::SimDisk>(seed)), entropy(seed), settings(settings_) {}

Rig::~Rig() {
    close_lanes();
}

explained<void> Rig::try_open() {
    auto opened = Store::open(*disk, clock, entropy, make_schema(), settings, listener);
    if (opened.has_error()) {
        return opened.error();
    }
    store = std::move(*opened);
    return {};
}

void Rig::open() {
    if (const auto opened = try_open(); opened.has_error()) {
        throw std::runtime_error("the store does not open: " + opened.error().what);
    }
}

void Rig::close() {
    if (const auto closed = store->close(); closed.has_error()) {
        throw std::runtime_error("the store does not close: " + closed.error().what);
    }
    close_lanes();
    store.reset();
}

void Rig::kill() {
    disk->kill();
    close_lanes();
    store.reset();
    disk->restart();
}

void Rig::power_loss(std::uint64_t seed) {
    disk->power_loss(seed);
    close_lanes();
    store.reset();
    disk->restart();
}

Lane& Rig::lane(std::size_t index) {
    while (lanes_.size() <= index) {
        lanes_.push_back(std::make_unique<Lane>(store->open_lane(waker)));
    }
    return *lanes_[index];
}

/// What still waits is told that the log has failed or is late: a lane is closed with nothing
/// pending.
void Rig::close_lanes() {
    for (const auto& lane : lanes_) {
        if (lane->pending() != 0) {
            clock.advance(settings.commit_timeout);
            lane->poll();
        }
    }
    lanes_.clear();
}

Status Rig::run(Ask& ask) {
    lane().submit(ask);
    for (int turn = 0; ask.done_count == 0; ++turn) {
        if (turn == 1000) {
            check(false, "an operation hangs");  // it would not outlive an exception
        }
        store->pump();
        lane().poll();
    }
    return ask.status();
}

std::string Rig::read(const job::RecordId& id) {
    std::string text = "-";
    lane().read(id, [&](const RecordView& view) {
        text = as_text(view.value);
        if (id.kind == item_kind) {
            text.erase(0, owner_bytes);
        }
    });
    return text;
}

std::vector<std::uint64_t> Rig::list(std::uint64_t owner) {
    std::vector<std::uint64_t> numbers;
    lane().list(items_of(owner), std::nullopt, [&](const job::Uuid& id, const RecordView&) {
        std::uint64_t number = 0;
        for (std::size_t at = 8; at < 16; ++at) {
            number = number << 8 | id.octets[at];
        }
        numbers.push_back(number);
        return true;
    });
    return numbers;
}

std::string Rig::remembered(const std::string& key) {
    std::string text = "-";
    run(Ask(
        {},
        [&](const View& view, Draft&) {
            text = view.remembered ? std::string(view.remembered->body) : "-";
        },
        key));
    return text;
}

}  // namespace belay::store::testing
