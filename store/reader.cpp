#include "store/reader.hpp"

#include "store/lists.hpp"
#include "store/remembered.hpp"

namespace belay::store {
namespace {

/// A walk leaves its section after so many slots of a table.
constexpr std::size_t walk_slots = 512;

/// The version to show, or null.
const Version* shown(const Entry& entry, Lsn durable) {
    const Version* version = entry.cell.at(durable);
    return version == nullptr || version->tombstone() ? nullptr : version;
}

constexpr auto nothing = [] {};

RecordView view_of(const Version& version) {
    return {version.lsn(), version.number(), version.bytes()};
}

/// Inside a section that was entered before `durable` was read.
class OneCut final : public Cut {
  public:
    OneCut(const Engine& engine, Lsn durable) noexcept : engine_(engine), durable_(durable) {}

    Lsn lsn() const noexcept override { return durable_; }
    bool read(const job::RecordId& id, FunctionRef<void(const RecordView&)> found) override;
    std::optional<job::Uuid> list(
        const job::ListId& list, const std::optional<job::Uuid>& after,
        FunctionRef<bool(const job::Uuid&, const RecordView&)> each) override;

  private:
    const Engine& engine_;
    const Lsn durable_;
};

bool OneCut::read(const job::RecordId& id, FunctionRef<void(const RecordView&)> found) {
    const Record* record = engine_.records.find(id);
    const Version* version = record == nullptr ? nullptr : shown(*record, durable_);
    if (version == nullptr) {
        return false;
    }
    found(view_of(*version));
    return true;
}

std::optional<job::Uuid> OneCut::list(const job::ListId& list,
                                      const std::optional<job::Uuid>& after,
                                      FunctionRef<bool(const job::Uuid&, const RecordView&)> each) {
    const ListInfo* info = engine_.schema.find_list(list.list);
    if (info == nullptr) {
        return std::nullopt;
    }
    std::size_t visited = 0;
    std::optional<job::Uuid> stopped_at;
    engine_.index.scan(list, after, [&](const job::Uuid& id) {
        const Record* record = engine_.records.find({info->kind, id});
        const Version* version = record == nullptr ? nullptr : shown(*record, durable_);
        // A create that came to nothing may have left an entry that the record does not belong to.
        if (version != nullptr && belongs_to(engine_.schema, list, info->kind, version->bytes()) &&
            !each(id, view_of(*version))) {
            return false;
        }
        if (++visited == limits::list_scan_max) {
            stopped_at = id;
            return false;
        }
        return true;
    });
    return stopped_at;
}

}  // namespace

bool Reader::read(const job::RecordId& id, FunctionRef<void(const RecordView&)> found) {
    const Section section(participant_);
    return OneCut(engine_, engine_.durable()).read(id, found);
}

std::optional<job::Uuid> Reader::list(const job::ListId& list,
                                      const std::optional<job::Uuid>& after,
                                      FunctionRef<bool(const job::Uuid&, const RecordView&)> each) {
    const Section section(participant_);
    return OneCut(engine_, engine_.durable()).list(list, after, each);
}

void Reader::at_one_cut(FunctionRef<void(Cut&)> look) {
    const Section section(participant_);
    OneCut cut(engine_, engine_.durable());
    look(cut);
}

void Reader::walk_records(FunctionRef<void(const job::RecordId&, const RecordView&)> each,
                          FunctionRef<void()> between) {
    RecordTable::Cursor cursor;
    for (bool more = true; more;) {
        {
            const Section section(participant_);
            const Lsn durable = engine_.durable();
            more = engine_.records.walk(cursor, walk_slots, [&](const Record& record) {
                if (const Version* version = shown(record, durable)) {
                    each(record.id, view_of(*version));
                }
            });
        }
        between();
    }
}

void Reader::walk_key_records(FunctionRef<void(const KeyRecord&, const Version&)> each,
                              FunctionRef<void()> between) {
    IdempotencyTable::Cursor cursor;
    for (bool more = true; more;) {
        {
            const Section section(participant_);
            const Lsn durable = engine_.durable();
            more = engine_.keys.walk(cursor, walk_slots, [&](const KeyRecord& key) {
                if (const Version* version = shown(key, durable)) {
                    each(key, *version);
                }
            });
        }
        between();
    }
}

void Reader::walk(FunctionRef<void(const job::RecordId&, const RecordView&)> each) {
    walk_records(each, nothing);
}

void Reader::walk_keys(FunctionRef<void(std::string_view name, WallTime expires)> each) {
    std::string scratch;
    const auto of_key = [&](const KeyRecord& key, const Version& version) {
        const auto remembered =
            decode_remembered(key_version_bytes(engine_.keys.packer(), version, scratch));
        check(remembered.has_value(), "a key's version holds a remembered answer");
        each(engine_.keys.name_of(key), remembered->expires);
    };
    walk_key_records(of_key, nothing);
}

void Reader::walk_facts(FunctionRef<void(Lsn lsn, const Fact& fact)> each,
                        FunctionRef<void()> between) {
    const auto of_record = [&](const job::RecordId& id, const RecordView& view) {
        Fact fact;
        fact.record = id;
        fact.number = view.number;
        fact.value = as_text(view.value);
        each(view.lsn, fact);
    };
    walk_records(of_record, between);
    std::string scratch;
    const auto of_key = [&](const KeyRecord& key, const Version& version) {
        const std::string name = engine_.keys.name_of(key);
        Fact fact;
        fact.kind = FactKind::key;
        fact.key = name;
        fact.number = version.number();
        fact.value = as_text(key_version_bytes(engine_.keys.packer(), version, scratch));
        each(version.lsn(), fact);
    };
    walk_key_records(of_key, between);
}

}  // namespace belay::store
