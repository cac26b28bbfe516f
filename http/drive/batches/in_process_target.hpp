// Rows that are belay's own operations: sent over the process's loopback, so that a row is the very
// request that a client could have made, as the job's creator and under the row's key.
//
//   path       the job's, its places filled from the row
//   body       the row's params; without any an empty body, which means to each operation what it
//              means on a connection
//   key        in the field of the family that is called
//   account    X-Organization-Id: the creator's tenant. A row whose context is another is refused,
//              403, whatever the operation; one whose context is no account's id, 400
//
// Its answer is that of the operation, unchanged. An answer that says to come again (503, and 409
// or 429 with Retry-After) is no answer of the row: it is sent again under its key, however often,
// as the end of the job bounds it.
//
// The outcome of a row is never unknown: who claims its key first, the row or settle(), decides in
// the store's own transition whether it ran.
#pragma once

#include "http/drive/batches/endpoints.hpp"
#include "http/drive/batches/row_target.hpp"
#include "http/server/loopback.hpp"

namespace belay::batch_drive {

class InProcessTarget final : public RowTarget {
  public:
    /// Of the shard that runs batches; outlives it.
    explicit InProcessTarget(http::Loopback& loopback) noexcept : loopback_(loopback) {}

    run::task<RowAnswer> send(const RowsOf& rows, const batches::Row& row, std::string_view key,
                              RowTries& tries) override;

    run::task<std::optional<RowAnswer>> settle(const RowsOf& rows, const batches::Row& row,
                                               std::string_view key) override;

    Milliseconds keys_kept(const RowsOf& rows) const noexcept override;

  private:
    http::Loopback& loopback_;
};

}  // namespace belay::batch_drive
