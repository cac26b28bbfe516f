#include "tests/store/engine/scribe.hpp"

#include <algorithm>
#include <utility>

namespace belay::store::testing {
namespace {

constexpr std::uint64_t items = 12;
constexpr std::uint64_t counters = 4;
constexpr std::uint64_t keys = 8;
constexpr std::uint64_t owners = 3;
constexpr std::size_t lanes = 3;

std::uint64_t number_of(const job::Uuid& id) {
    return id.octets[15];
}

std::string name_of(const job::RecordId& id) {
    return (id.kind == item_kind ? "item " : "counter ") + std::to_string(number_of(id.id));
}

}  // namespace

void Scribe::decide(Change& change, std::uint64_t plan, const std::vector<job::RecordId>& subjects,
                    const std::string& key, const View& view, Draft& draft) {
    notice();
    decided_ = &change;
    fill_ = rig_.store->statistics().ring_fill;
    change.values.clear();
    for (std::size_t at = 0; at < subjects.size(); ++at) {
        const std::uint64_t what = plan >> (8 * at) & 7;
        const auto& present = view.subjects[at];
        if (what == 0) {
            continue;
        }
        if (what <= 2) {
            if (present) {
                draft.remove(at);
                change.values[name_of(subjects[at])] = std::nullopt;
            }
            continue;
        }
        std::string text = std::to_string(plan) + std::string(plan % 300, '.');
        if (subjects[at].kind == item_kind) {
            // A record stays in the list that it was made in.
            const std::uint64_t owner =
                present ? std::to_integer<std::uint64_t>(present->value[15]) : plan % owners;
            text = item_value(owner, text);
        }
        draft.put(at, as_byte_span(text));
        change.values[name_of(subjects[at])] = text;
    }
    if (key.empty()) {
        return;
    }
    if (!view.remembered) {
        const std::string body = "answer " + std::to_string(plan);
        draft.remember(answer(body));
        change.values["key " + key] = body;
    } else if (plan >> 40 & 1) {
        draft.forget();
        change.values["key " + key] = std::nullopt;
    }
}

void Scribe::submit() {
    std::vector<job::RecordId> subjects;
    const std::size_t count = random_() % 4;
    while (subjects.size() < count) {
        const job::RecordId id =
            random_() % 4 == 0 ? counter(random_() % counters) : item(random_() % items);
        if (std::find(subjects.begin(), subjects.end(), id) == subjects.end()) {
            subjects.push_back(id);
        }
    }
    const std::string key = random_() % 2 == 0 ? std::to_string(random_() % keys) : std::string();
    const std::uint64_t plan = random_();
    Change& change = changes_.emplace_back();
    change.ask.emplace(
        subjects,
        [this, &change, plan, subjects, key](const View& view, Draft& draft) {
            decide(change, plan, subjects, key, view, draft);
        },
        key);
    change.ask->then = [this, &change] {
        if (change.ask->status() == Status::committed) {
            notice();
            acknowledged_ = std::max(acknowledged_, change.number);
        }
    };
    rig_.lane(random_() % lanes).submit(*change.ask);
    notice();
}

void Scribe::notice() {
    Change* change = std::exchange(decided_, nullptr);
    if (change == nullptr || rig_.store->statistics().ring_fill == fill_) {
        return;
    }
    State next = states_.back();
    for (const auto& [name, value] : change->values) {
        if (value) {
            next[name] = *value;
        } else {
            next.erase(name);
        }
    }
    states_.push_back(std::move(next));
    change->number = states_.size() - 1;
}

void Scribe::pump_and_poll() {
    rig_.store->pump();
    for (std::size_t at = 0; at < lanes; ++at) {
        rig_.lane(at).poll();
        notice();
    }
    changes_.remove_if([](const Change& change) { return change.ask->is_done(); });
}

void Scribe::step() {
    const std::uint64_t what = random_() % 32;
    if (what < 22) {
        submit();
    } else if (what < 25) {
        rig_.store->pump();
    } else if (what < 30) {
        pump_and_poll();
    } else if (what == 30) {
        // A crash or a full disk may be planned: then there is none.
        (void)rig_.store->write_snapshot();
    } else {
        const std::size_t at = random_() % lanes;
        rig_.lane(at).about_to_sleep();
        rig_.lane(at).woke();
    }
}

State Scribe::visible() {
    State state;
    rig_.lane().walk([&](const job::RecordId& id, const RecordView& view) {
        state[name_of(id)] = as_text(view.value);
    });
    rig_.lane().walk_keys([&](std::string_view name, WallTime) {
        state["key " + std::string(name)] = "";  // the walk does not tell the answer
    });
    return state;
}

std::optional<std::size_t> Scribe::find(const State& state) const {
    for (std::size_t at = acknowledged_; at < states_.size(); ++at) {
        const State& known = states_[at];
        const bool same =
            known.size() == state.size() &&
            std::equal(known.begin(), known.end(), state.begin(), [](const auto& l, const auto& r) {
                return l.first == r.first && (l.second == r.second || r.second.empty());
            });
        if (same) {
            return at;
        }
    }
    return std::nullopt;
}

bool Scribe::lists_agree(const State& state) {
    for (std::uint64_t owner = 0; owner < owners; ++owner) {
        std::vector<std::uint64_t> expected;
        for (std::uint64_t number = items; number-- > 0;) {
            const auto found = state.find("item " + std::to_string(number));
            if (found != state.end() && static_cast<unsigned char>(found->second[15]) == owner) {
                expected.push_back(number);
            }
        }
        if (rig_.list(owner) != expected) {
            return false;
        }
    }
    return true;
}

bool Scribe::allows_visible() {
    const State state = visible();
    return find(state).has_value() && lists_agree(state);
}

bool Scribe::settle_on_visible() {
    const State state = visible();
    std::optional<std::size_t> at = find(state);
    // States may look alike but for the answers of keys, which a start shows.
    while (at) {
        const State& known = states_[*at];
        const bool answers_agree = std::all_of(known.begin(), known.end(), [&](const auto& one) {
            return !one.first.starts_with("key ") ||
                   rig_.remembered(one.first.substr(4)) == one.second;
        });
        if (answers_agree) {
            break;
        }
        acknowledged_ = *at + 1;
        at = find(state);
    }
    if (!at || !lists_agree(state)) {
        return false;
    }
    states_ = {states_[*at]};
    acknowledged_ = 0;
    decided_ = nullptr;
    changes_.clear();
    return true;
}

}  // namespace belay::store::testing
