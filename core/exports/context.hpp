// A context: the named set of transactions that exports report on (contracts README 3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/exports/job.hpp"
#include "core/job/ids.hpp"

namespace belay::exports {

inline constexpr std::size_t context_name_bytes_max = 256;

/// The transactions that a context holds since its last upload.
struct TransactionSet {
    /// The upload that brought it; part of its file's name.
    job::Uuid upload;
    std::uint64_t rows = 0;
    /// Of the uploaded bytes.
    Sha256 sha256{};
    WallTime uploaded{};

    friend bool operator==(const TransactionSet&, const TransactionSet&) = default;
};

struct Context {
    job::TenantId tenant;
    /// A view of the bytes the context was read from, or of the caller's.
    std::string_view name;
    std::optional<TransactionSet> set;

    friend bool operator==(const Context&, const Context&) = default;
};

/// Appends the record's bytes.
void encode(const Context& context, std::string& to);

/// Reads a record; the name stays a view of `bytes`. Error::corrupt if it is not one.
result<Context> decode_context(ByteSpan bytes);

/// Where the rows of an upload lie under the data directory: "files/sets/<context>-<upload>".
std::string set_path(const job::Uuid& context, const job::Uuid& upload);

}  // namespace belay::exports
