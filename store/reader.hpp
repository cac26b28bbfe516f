// Reads of the tables, for lanes and for snapshots. Private to store/.
//
// Reads never wait: a section is entered, then D is taken, then heads are loaded, in this order,
// and of every record the newest version below D is shown (design 4). So what is seen is durable,
// and what is seen in one section is one consistent cut.
#pragma once

#include <optional>

#include "store/engine.hpp"
#include "store/store.hpp"

namespace belay::store {

/// For the thread of `participant`. The contracts are Lane's (store.hpp).
class Reader {
  public:
    Reader(const Engine& engine, Participant& participant) noexcept
        : engine_(engine), participant_(participant) {}

    bool read(const job::RecordId& id, FunctionRef<void(const RecordView&)> found);
    std::optional<job::Uuid> list(const job::ListId& list, const std::optional<job::Uuid>& after,
                                  FunctionRef<bool(const job::Uuid&, const RecordView&)> each);
    void at_one_cut(FunctionRef<void(Cut&)> look);
    void walk(FunctionRef<void(const job::RecordId&, const RecordView&)> each);
    void walk_keys(FunctionRef<void(std::string_view name, WallTime expires)> each);

    /// Every live version, as a fact with its LSN. `between` is called after each slice, outside of
    /// any section: what takes long belongs there.
    void walk_facts(FunctionRef<void(Lsn lsn, const Fact& fact)> each, FunctionRef<void()> between);

  private:
    void walk_records(FunctionRef<void(const job::RecordId&, const RecordView&)> each,
                      FunctionRef<void()> between);
    void walk_key_records(FunctionRef<void(const KeyRecord&, const Version&)> each,
                          FunctionRef<void()> between);

    const Engine& engine_;
    Participant& participant_;
};

}  // namespace belay::store
