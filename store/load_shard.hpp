// A part of what a start brings back: the records and keys whose hashes end alike, applied in the
// order of the log by one thread. Records of different shards do not touch each other, so shards
// run side by side. Private to store/.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/engine.hpp"
#include "store/list_entries.hpp"

namespace belay::store {

/// Facts on their way to a shard. Owns their bytes, so that the reader's window may move on.
class LoadBatch {
  public:
    struct Item {
        Lsn lsn = 0;
        std::uint64_t hash = 0;  ///< of the name, as the tables have it
        bool from_snapshot = false;
        Fact fact;
    };

    LoadBatch();

    /// False if it is full; an empty one takes any fact.
    bool add(Lsn lsn, std::uint64_t hash, bool from_snapshot, const Fact& fact);

    const std::vector<Item>& items() const noexcept { return items_; }
    void clear() noexcept;

  private:
    std::string_view keep(std::string_view text) noexcept;

    std::vector<char> bytes_;
    std::size_t used_ = 0;
    std::vector<Item> items_;
};

/// One thread at a time.
class LoadShard {
  public:
    explicit LoadShard(Engine& engine);
    ~LoadShard();
    LoadShard(const LoadShard&) = delete;
    LoadShard& operator=(const LoadShard&) = delete;

    /// So many records will come, perhaps.
    void expect(std::uint64_t records);

    /// The first failure ends the shard: what comes after it is not applied.
    void apply(const LoadBatch& batch);

    /// After the last batch: makes list_entries().
    void make_lists();

    /// After make_lists, and after every other shard's last batch: frees what is dead.
    explained<void> finish();

    /// What ended the shard, and the LSN of the fact that did.
    const std::optional<Failure>& failed() const noexcept { return failure_; }
    Lsn failed_at() const noexcept { return failed_at_; }

    /// The lists' entries for the records that are left, in the index's order. Nobody reads the
    /// index during a start, so it is filled once, at the end: a fraction of searching it for each.
    /// Who takes one out of here enters it.
    std::vector<OrderedIndex::Node*>& list_entries() noexcept { return entries_; }

  private:
    using Item = LoadBatch::Item;

    void ask_ahead(const std::vector<Item>& items, std::size_t at) const noexcept;
    explained<void> apply(const Item& item);
    explained<void> replace(const Item& item, Entry& entry);
    Entry* find(const Item& item) const;
    Looked<Entry> find_or_make(const Item& item);
    Entry* make(const Item& item);
    void remove(const Fact& fact, Entry& entry, const Version& tombstone);
    Memberships lists_of(const Fact& fact, ByteSpan value) const;
    explained<void> check_kind(const Fact& fact) const;
    static std::string name_of(const Fact& fact);

    Engine& engine_;
    PoolLane pool_;
    Participant participant_;
    std::optional<Failure> failure_;
    Lsn failed_at_ = 0;
    /// What a transition moved though it was not there; it must be removed later in the log.
    std::set<std::string> missing_;
    ListEntries lists_;
    std::vector<OrderedIndex::Node*> entries_;
    Heights heights_;
    std::string packed_;
};

}  // namespace belay::store
