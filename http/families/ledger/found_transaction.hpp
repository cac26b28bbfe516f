// A ledger transaction as it was read before an operation that moves it.
#pragma once

#include <optional>
#include <string>

#include "core/ledger/transaction.hpp"
#include "http/families/ledger/place.hpp"
#include "store/store.hpp"

namespace belay::ledger_api {

/// Holds the bytes that the transaction's texts are views of. Its legs, its maker and its ledger
/// never change; its phase may have, by the time that somebody decides.
class FoundTransaction {
  public:
    /// Nothing if there is no such transaction in the ledger.
    static std::optional<FoundTransaction> read(store::Lane& lane, const Place& place,
                                                const job::Uuid& id);

    ledger::Transaction transaction() const {
        return ledger::decode_transaction(as_byte_span(bytes_)).value();
    }

  private:
    explicit FoundTransaction(std::string bytes) : bytes_(std::move(bytes)) {}

    std::string bytes_;
};

/// The transaction in a version of its record, which can be read (checked).
ledger::Transaction transaction_in(const store::RecordView& record);

}  // namespace belay::ledger_api
