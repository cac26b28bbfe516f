// Every error that the transfer family answers with, in one table, and its shape (transfers.md 2.7,
// the seed's ErrorResponse).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace belay::transfer_api {

/// One kind of error. The message may be made more exact by whoever answers.
struct ErrorKind {
    int status;
    std::string_view code;
    std::string_view title;
    std::string_view message;
};

namespace errors {

inline constexpr ErrorKind invalid_input{
    400, "BTF-0001", "Invalid Input",
    "The request contains invalid fields. Check the field details below."};
inline constexpr ErrorKind invalid_filter{
    400, "BTF-0002", "Invalid Filter",
    "The filter parameters are invalid. Check the field details below."};
inline constexpr ErrorKind missing_organization{400, "BTF-0400", "Missing Organization Header",
                                                "X-Organization-Id header is required"};
inline constexpr ErrorKind unauthorized{
    401, "BTF-0401", "Unauthorized",
    "Authentication failed. The token is missing, invalid, or expired."};
inline constexpr ErrorKind tenant_mismatch{
    403, "BTF-0402", "Tenant Mismatch",
    "X-Organization-Id header does not match JWT tenantId claim. Access denied."};
inline constexpr ErrorKind unlicensed{
    403, "BTF-0403", "License Invalid",
    "Organization is not licensed. Contact support to activate your license."};
inline constexpr ErrorKind forbidden{403, "BTF-0405", "Forbidden",
                                     "Insufficient permissions to perform this action."};
inline constexpr ErrorKind transfer_not_found{404, "BTF-0200", "Transfer Not Found",
                                              "Transfer not found"};
inline constexpr ErrorKind initiation_not_found{
    404, "BTF-0201", "Initiation Not Found",
    "Initiation not found or belongs to different organization"};
inline constexpr ErrorKind account_not_found{404, "BTF-0500", "Account Not Found",
                                             "Sender account does not exist in CRM"};
inline constexpr ErrorKind duplicate{409, "BTF-0012", "Duplicate Transfer",
                                     "Duplicate transfer detected"};
inline constexpr ErrorKind already_processed{409, "BTF-0203", "Already Processed",
                                             "This initiation has already been processed"};
inline constexpr ErrorKind busy{409, "BTF-0001", "In Progress",
                                "The transfer is being worked on. Retry after the interval "
                                "indicated by the `Retry-After` header."};
inline constexpr ErrorKind initiation_expired{
    410, "BTF-0202", "Initiation Expired",
    "Initiation expired after 24 hours. Create a new initiation."};
inline constexpr ErrorKind closed{422, "BTF-0010", "Operating Hours Violation",
                                  "Transfers can only be initiated within the operating hours"};
inline constexpr ErrorKind over_limit{422, "BTF-0011", "Limit Exceeded",
                                      "Transfer amount exceeds daily limit"};
inline constexpr ErrorKind insufficient_funds{
    422, "BTF-0013", "Insufficient Funds",
    "The sender account does not have the amount and its fee available."};
inline constexpr ErrorKind refused_by_ledger{422, "BTF-0001", "Refused By Ledger",
                                             "The ledger does not allow this transfer."};
inline constexpr ErrorKind cannot_cancel{
    422, "BTF-0204", "Cannot Cancel",
    "Transfer cannot be cancelled in its current status. Only CREATED or PENDING transfers can be "
    "cancelled."};
inline constexpr ErrorKind key_reused{
    422, "BTF-0001", "Invalid Input",
    "The X-Idempotency key was already used for another request."};
inline constexpr ErrorKind too_many_requests{
    429, "BTF-0001", "Invalid input",
    "Too many requests. Retry after the interval indicated by the `Retry-After` header."};
inline constexpr ErrorKind unexpected{500, "BTF-0001", "Internal Error",
                                      "An unexpected error occurred."};
inline constexpr ErrorKind upstream{503, "BTF-2000", "Upstream Unavailable",
                                    "The ledger has not answered yet. Retry with the same "
                                    "X-Idempotency key to find out."};
inline constexpr ErrorKind unavailable{
    503, "BTF-2001", "Service Unavailable",
    "The service cannot take this request now; nothing was done."};
inline constexpr ErrorKind outcome_unknown{
    503, "BTF-2001", "Service Unavailable",
    "The outcome is not known yet. Retry with the same X-Idempotency key to find out."};

}  // namespace errors

/// Where in a request something is wrong; the name of the error's member that tells of it.
enum class Place : std::uint8_t { fields, headers, paths, query_params };

/// What is wrong, and where: several at once.
class Details {
  public:
    void add(Place place, std::string_view name, std::string_view text);
    /// `json` is one JSON text.
    void add_json(Place place, std::string_view name, std::string json);

    bool empty() const noexcept { return all_.empty(); }

  private:
    friend void render_error(const ErrorKind& kind, std::string_view message,
                             const Details& details, std::string& to);

    struct Detail {
        Place place;
        std::string name;
        std::string json;
    };

    std::vector<Detail> all_;
};

/// Why a request is refused. An empty message is the kind's own.
struct Refusal {
    const ErrorKind* kind = nullptr;
    std::string message{};
    Details details{};
};

/// The kind for a status that the HTTP layer itself answers with; 404 and others for which the
/// contract has no code get BTF-0001 and the status.
ErrorKind kind_of_status(int status) noexcept;

/// Appends the body of an error.
void render_error(const ErrorKind& kind, std::string_view message, const Details& details,
                  std::string& to);

}  // namespace belay::transfer_api
