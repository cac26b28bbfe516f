#include "tests/sim/promises.hpp"

#include <algorithm>

#include "store/remembered.hpp"

namespace belay::sim {

std::string_view Promises::heard(const ClientWrite& write, WallTime before, WallTime after) {
    const WriteRequest& request = write.request();
    Key& key = keys_[request.key];
    const auto made = [&]() -> Promise {
        return {request.fingerprint, write.rendered()->status, write.rendered()->body,
                write.rendered()->expires};
    };
    if (write.status() == 503) {
        if (!write.is_exhausted() && write.rendered()) {
            key.possible.push_back(made());
        }
        return {};
    }
    std::vector<Promise> all = key.possible;
    if (key.kept) {
        all.push_back(*key.kept);
    }
    if (write.status() == ClientWrite::status_reused) {
        ++clashes_;
        const bool is_right = std::any_of(all.begin(), all.end(), [&](const Promise& each) {
            return each.fingerprint != request.fingerprint && each.expires > before;
        });
        return is_right ? std::string_view()
                        : "a key is refused that nobody used for anything else";
    }
    if (write.is_replay()) {
        ++replays_;
        const auto found = std::find_if(all.begin(), all.end(), [&](const Promise& each) {
            return each.fingerprint == request.fingerprint && each.expires > before &&
                   each.status == write.status() && each.body == write.answer_body();
        });
        if (found == all.end()) {
            return "a replay is not what was answered first, byte for byte";
        }
        key.kept = *found;
        key.possible.clear();
        return {};
    }
    if (key.kept && key.kept->expires > after) {
        return "a key that was used runs again";
    }
    if (write.rendered() && write.status() == write.rendered()->status) {
        key.kept = made();
        key.possible.clear();
    }
    return {};
}

std::string_view Promises::judge(const Story& story, WallTime now) const {
    for (const auto& [name, key] : keys_) {
        if (!key.kept || key.kept->expires <= now) {
            continue;
        }
        const auto value = story.key(name);
        if (!value) {
            return "a key whose request was answered is gone before its time";
        }
        const auto remembered = store::decode_remembered(as_byte_span(*value));
        if (remembered.has_error() || remembered->body != key.kept->body ||
            remembered->status != key.kept->status || remembered->expires != key.kept->expires ||
            remembered->fingerprint != key.kept->fingerprint) {
            return "a key remembers something else than what was answered";
        }
    }
    std::string_view law;
    story.each_key([&](std::string_view name) {
        const auto found = keys_.find(name);
        if (found == keys_.end() || (!found->second.kept && found->second.possible.empty())) {
            law = "a request that was refused has left its key";
        }
    });
    return law;
}

}  // namespace belay::sim
