// The body of a transition frame: the time, then what became of each record and key that moved
// (store/FORMAT.md 4). Facts, not requests: replay runs no rule of ours on them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/time.hpp"
#include "core/job/ids.hpp"

namespace belay::store {

/// Fixed on disk for ever: never renumber, never reuse. Last used: 4.
enum class FactKind : std::uint8_t {
    none = 0,
    record = 1,
    key = 2,
    ledger_posting = 3,  ///< reserved; no reader of format version 1 knows it
    outbox_event = 4,    ///< reserved; no reader of format version 1 knows it
};

/// One version of one record or key. Views belong to whoever made the fact; a fact from a
/// FactReader points into the reader's bytes.
struct Fact {
    FactKind kind = FactKind::record;
    bool create = false;       ///< the first version: no record was there
    bool tombstone = false;    ///< the last version: the record is gone; never with `create`
    std::uint64_t number = 0;  ///< of the version
    job::RecordId record;      ///< names a record
    std::string_view key;      ///< names a key, 1 to limits::key_name_bytes_max bytes
    std::string_view value;    ///< at most what a frame holds
};

/// The size of the body that encode_body writes.
std::size_t encoded_body_bytes(std::span<const Fact> facts) noexcept;

/// Writes the body into the first encoded_body_bytes(facts) bytes of `into`, which must be there.
/// Allocates nothing: it writes straight into the ring. A fact that breaks its bounds is a
/// programmer's error (check).
void encode_body(WallTime time, std::span<const Fact> facts, MutableByteSpan into) noexcept;

/// Fact by fact, without the time: what snapshots keep after an entry's LSN.
std::size_t encoded_fact_bytes(const Fact& fact) noexcept;
std::byte* encode_fact(const Fact& fact, std::byte* to) noexcept;

/// Reads a body. Strict: an unknown kind or flag, a name out of bounds, or bytes that end inside a
/// fact make `ok()` false for good. Facts read before that are right, so a caller that must apply
/// all or nothing validates first (is_valid_body).
class FactReader {
  public:
    /// `body` must outlive the reader and the facts.
    explicit FactReader(ByteSpan body) noexcept;

    WallTime time() const noexcept { return time_; }

    /// False at the end and after an error.
    bool next(Fact& fact) noexcept;

    bool ok() const noexcept { return ok_; }

  private:
    ByteReader bytes_;
    WallTime time_;
    bool ok_;
};

/// Reads one fact from `bytes`; false if it is malformed.
bool decode_fact(ByteReader& bytes, Fact& fact) noexcept;

/// Can every fact of this body be read to its end?
bool is_valid_body(ByteSpan body) noexcept;

}  // namespace belay::store
