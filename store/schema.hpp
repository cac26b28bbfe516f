// What the store must know of each kind of record to index it and to print it. The families give
// it (http/families/families.cpp); the store interprets no value otherwise.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/job/ids.hpp"
#include "store/table/text_packer.hpp"

namespace belay::store {

/// The lists that a record belongs to.
class Memberships {
  public:
    void add(const job::ListId& list);

    const job::ListId* begin() const noexcept { return lists_.data(); }
    const job::ListId* end() const noexcept { return lists_.data() + count_; }

  private:
    std::array<job::ListId, 4> lists_{};
    std::size_t count_ = 0;
};

struct KindInfo {
    job::Kind kind{};
    /// For `belay log dump`.
    std::string_view name;
    /// The lists of a record with this value; the same for every version of the record.
    void (*memberships)(ByteSpan value, Memberships& to) = nullptr;
    /// Appends one line of text that tells the value to a person. Never fails: bytes that are not a
    /// value are said to be so.
    void (*print)(ByteSpan value, std::string& to) = nullptr;
};

/// A list and the kind of the records in it.
struct ListInfo {
    std::uint16_t list = 0;
    job::Kind kind{};
};

struct Schema {
    std::vector<KindInfo> kinds;
    std::vector<ListInfo> lists;
    /// What the names of keys and the answers kept under them are made of, for as long as the
    /// program runs: packed in memory alone, so order and number are free.
    Vocabulary vocabulary;

    /// Null for a number that no family has.
    const KindInfo* find(job::Kind kind) const noexcept;
    const ListInfo* find_list(std::uint16_t list) const noexcept;

    /// The lists of a record of a kind that the schema has (checked).
    Memberships memberships(job::Kind kind, ByteSpan value) const;
};

}  // namespace belay::store
