#include "core/batches/repeated_ids.hpp"

#include "core/base/check.hpp"

namespace belay::batches {
namespace {

/// Big-endian, so that numbers are ordered as their bytes are.
std::string key_of(std::uint64_t line) {
    std::string key;
    for (int shift = 56; shift >= 0; shift -= 8) {
        key += static_cast<char>(line >> static_cast<unsigned>(shift));
    }
    return key;
}

std::uint64_t line_of(std::string_view key) noexcept {
    std::uint64_t line = 0;
    for (const char byte : key) {
        line = line << 8U | static_cast<unsigned char>(byte);
    }
    return line;
}

}  // namespace

RepeatedIds::RepeatedIds(world::Disk& disk, const std::string& temporary_path, Wanted wanted,
                         std::size_t memory_bytes) {
    const bool wants_all = wanted == Wanted::all;
    const std::size_t for_repeats = wants_all ? memory_bytes / 4 : 0;
    ids_ = std::make_unique<ExternalSort>(disk, temporary_path, memory_bytes - for_repeats);
    if (wants_all) {
        repeats_ = std::make_unique<ExternalSort>(disk, temporary_path + "2", for_repeats);
    }
}

result<void> RepeatedIds::note(std::string_view id, std::uint64_t line) {
    return ids_->add(id, key_of(line));
}

result<void> RepeatedIds::finish() {
    return ids_->sort();
}

result<void> RepeatedIds::take_repeat(std::string_view id, const Repeat& repeat) {
    if (!first_ || repeat.line < first_->line) {
        first_ = repeat;
        first_id_ = id;
    }
    return repeats_ ? repeats_->add(key_of(repeat.line), key_of(repeat.first_line))
                    : result<void>();
}

result<RepeatedIds::Compared> RepeatedIds::compare(std::size_t ids) {
    check(ids_ != nullptr, "ids are compared once");
    for (std::size_t looked_at = 0; looked_at < ids; ++looked_at) {
        const auto record = ids_->next();
        if (!record) {
            return record.error();
        }
        if (!record->has_value()) {
            ids_.reset();
            const auto sorted = repeats_ ? repeats_->sort() : result<void>();
            return sorted ? result<Compared>(Compared::all) : sorted.error();
        }
        const std::uint64_t line = line_of((*record)->value);
        if (group_line_ == 0 || (*record)->key != group_) {
            group_ = (*record)->key;
            group_line_ = line;
            continue;
        }
        const auto taken = take_repeat((*record)->key, {line, group_line_});
        if (!taken) {
            return taken.error();
        }
    }
    return Compared::some;
}

result<std::optional<RepeatedIds::Repeat>> RepeatedIds::next() {
    check(ids_ == nullptr && repeats_ != nullptr, "all repeats are given after all was compared");
    const auto record = repeats_->next();
    if (!record) {
        return record.error();
    }
    if (!record->has_value()) {
        return std::optional<Repeat>();
    }
    return std::optional(Repeat{line_of((*record)->key), line_of((*record)->value)});
}

}  // namespace belay::batches
