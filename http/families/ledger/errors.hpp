// Every error that the ledger family answers with: the codes, titles and statuses of Midaz 3.8.0
// (transfers.md 3.5), in its shape {code, title, message}, with `fields` where a field is at fault.
#pragma once

#include <string>
#include <string_view>

namespace belay::ledger_api {

/// One kind of error. The message may be made more exact by whoever answers.
struct ErrorKind {
    int status;
    std::string_view code;
    std::string_view title;
    std::string_view message;
};

/// Why a request is refused. An empty message is the kind's own; an empty field names none.
struct Refusal {
    const ErrorKind* kind = nullptr;
    std::string message;
    std::string field;
};

namespace errors {

inline constexpr ErrorKind not_found{404, "0007", "Entity Not Found",
                                     "There is no such organization, ledger, account or balance."};
inline constexpr ErrorKind missing_field{400, "0009", "Missing Fields in Request",
                                         "The request lacks a required field."};
inline constexpr ErrorKind insufficient_funds{
    422, "0018", "Insufficient Funds Error",
    "The account does not have enough available funds for this transaction."};
inline constexpr ErrorKind ineligible_account{
    422, "0019", "Account Ineligibility Error",
    "An account of the transaction does not exist or cannot take part in it."};
inline constexpr ErrorKind alias_taken{409, "0020", "Alias Unavailability Error",
                                       "The alias is already in use."};
inline constexpr ErrorKind mismatched_asset{
    400, "0030", "Mismatched Asset Code",
    "The asset of an entry is not the asset of the transaction."};
inline constexpr ErrorKind invalid_asset{
    400, "0033", "Invalid Code Format",
    "An asset code is one to ten letters and digits in upper case, the first a letter."};
inline constexpr ErrorKind asset_not_found{
    404, "0034", "Asset Code Not Found",
    "The ledger has no account of this asset, or the account has another asset."};
inline constexpr ErrorKind forbidden{403, "0043", "Insufficient Privileges",
                                     "The credential lacks the scope for this."};
inline constexpr ErrorKind unexpected{500, "0046", "Internal Server Error",
                                      "An unexpected error occurred; nothing was done."};
inline constexpr ErrorKind unavailable{
    503, "0046", "Service Unavailable",
    "The service cannot take this request now; nothing was done."};
inline constexpr ErrorKind outcome_unknown{
    503, "0046", "Service Unavailable",
    "The outcome is not known yet; ask again with the same X-Idempotency, or read what there is."};
inline constexpr ErrorKind bad_request{400, "0047", "Bad Request", "The request is not valid."};
inline constexpr ErrorKind long_metadata{400, "0051", "Metadata Value Length Exceeded",
                                         "The metadata is too large."};
inline constexpr ErrorKind unknown_field{400, "0053", "Unexpected Fields in the Request",
                                         "The request has a field that is not known."};
inline constexpr ErrorKind invalid_path{400, "0065", "Invalid Path Parameter",
                                        "A part of the path is not an id."};
inline constexpr ErrorKind invalid_account_type{400, "0066", "Invalid Account Type",
                                                "The type \"external\" is the ledger's own."};
inline constexpr ErrorKind nested_metadata{400, "0067", "Invalid Metadata Nesting",
                                           "Values of metadata are not nested."};
inline constexpr ErrorKind transaction_not_found{404, "0070", "Transaction ID Not Found",
                                                 "There is no such transaction in the ledger."};
inline constexpr ErrorKind invalid_entry{
    400, "0072", "Invalid Transaction Type",
    "Each entry has exactly one of amount, share and remaining."};
inline constexpr ErrorKind value_mismatch{
    400, "0073", "Transaction Value Mismatch",
    "Sources, destinations or both do not add up to the value of the transaction."};
inline constexpr ErrorKind limit_exceeded{400, "0080", "Pagination Limit Exceeded",
                                          "The limit is above what one page may have."};
inline constexpr ErrorKind invalid_query{400, "0082", "Invalid Query Parameter",
                                         "A query parameter is not known or not valid."};
inline constexpr ErrorKind already_reverted{400, "0087", "Transaction Revert already exist",
                                            "The transaction has been reverted already."};
inline constexpr ErrorKind is_a_reversal{400, "0088", "Transaction is already a reversal",
                                         "A reversal cannot be reverted."};
inline constexpr ErrorKind not_revertible{400, "0089", "Transaction can't be reverted",
                                          "Only an approved transaction can be reverted."};
inline constexpr ErrorKind ambiguous_account{
    400, "0090", "Transaction ambiguous account",
    "An account stands more than once in the transaction's sources and destinations."};
inline constexpr ErrorKind invalid_body{400, "0094", "Invalid Request Body",
                                        "The body is not a JSON object."};
inline constexpr ErrorKind invalid_alias{
    400, "0096", "Invalid Account Alias",
    "An alias is 1 to 100 of A-Z a-z 0-9 @ : _ - and does not begin with @external."};
/// Midaz answers 500; what the client sent is at fault, so belay says 422.
inline constexpr ErrorKind overflow{422, "0097", "Overflow Error",
                                    "An amount or a balance is beyond what the ledger holds."};
inline constexpr ErrorKind external_hold{
    422, "0098", "Invalid Pending Transaction",
    "An external account cannot be the source of a pending transaction."};
inline constexpr ErrorKind wrong_status{422, "0099", "Invalid Transaction Status",
                                        "The transaction status does not allow the requested "
                                        "action. Please check the transaction status."};
inline constexpr ErrorKind future_date{400, "0121", "Invalid Future Date Error",
                                       "The transactionDate lies in the future."};
inline constexpr ErrorKind pending_date{400, "0122", "Invalid Field for Pending Transaction Error",
                                        "A pending transaction has no transactionDate."};
inline constexpr ErrorKind invalid_value{422, "0125", "Invalid Transaction Value",
                                         "A transaction's value is above zero."};

}  // namespace errors

/// The kind for a status that the HTTP layer itself answers with.
ErrorKind kind_of_status(int status) noexcept;

/// Appends the body of an error. An empty `message` is the kind's own, an empty `field` none.
void render_error(const ErrorKind& kind, std::string_view message, std::string_view field,
                  std::string& to);

/// Appends the body; returns the status.
int render_refusal(const Refusal& refusal, std::string& to);

}  // namespace belay::ledger_api
