// What the transfer family reads out of requests: headers, bodies, list parameters (transfers.md
// 2.2, 2.3). A body is told of all its faults at once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/job/ids.hpp"
#include "core/ledger/money.hpp"
#include "core/transfers/transfer.hpp"
#include "http/families/transfers/errors.hpp"
#include "http/wire/request_head.hpp"

namespace belay::transfer_api {

/// The longest list page, and what a page has if nobody says.
inline constexpr std::size_t page_max = 200;
inline constexpr std::size_t page_default = 50;

/// 0.01 to 999,999.99.
inline constexpr ledger::Money amount_min{1};
inline constexpr ledger::Money amount_max{99'999'999};

/// X-Organization-Id: there, a UUID, and the caller's (contracts README 5). With `optional` it may
/// be absent.
std::optional<Refusal> check_organization(const wire::RequestHead& head,
                                          const job::TenantId& tenant, bool optional = false);

struct RequestKey {
    std::string_view key;
    std::optional<Refusal> refusal;
};

/// X-Idempotency, which is required: 1 to 255 visible characters of ASCII.
RequestKey read_key(const wire::RequestHead& head);

/// The texts are the request's own.
struct InitiateRequest {
    job::Uuid sender_account;
    std::string ispb;
    std::string branch;
    std::string account;
    std::string account_type;
    std::string holder_name;
    std::string holder_document;
    ledger::Money amount;
    std::string purpose;
    std::string description;
    /// A JSON object, or empty.
    std::string metadata;
};

std::optional<Refusal> parse_initiate(std::string_view body, InitiateRequest& to);

/// {"initiationId": "…"}. The members of a signed confirmation are taken and not looked at: belay
/// signs nothing.
std::optional<Refusal> parse_process(std::string_view body, job::Uuid& initiation);

/// No body, or {"reason": at most 500 characters}.
std::optional<Refusal> parse_cancel(std::string_view body, std::string& reason);

/// An id in the path.
std::optional<Refusal> parse_path_id(std::string_view text, std::string_view name, job::Uuid& to);

struct ListRequest {
    std::optional<transfers::Type> type;
    std::optional<transfers::Phase> status;
    std::optional<WallTime> from;  ///< of the creation, itself included
    std::optional<WallTime> to;
    std::optional<ledger::Money> amount_from;
    std::optional<ledger::Money> amount_to;
    std::size_t limit = page_default;
    std::size_t offset = 0;
    bool is_ascending = false;

    /// Whether the transfer is one that is asked for.
    bool wants(const transfers::Transfer& transfer, WallTime created) const noexcept;
};

std::optional<Refusal> parse_list(std::string_view query, ListRequest& to);

}  // namespace belay::transfer_api
