#include "http/drive/ledger_ids.hpp"

#include <algorithm>
#include <array>

#include "auth/digest.hpp"
#include "core/base/check.hpp"

namespace belay::http {
namespace {

// DO NOT CHANGE THESE: the ids that follow from them stand on disk. All have one length, so that no
// two lists of parts give the same bytes.
constexpr std::string_view ledger_mark = "belay:ledger:default:";
constexpr std::string_view account_mark = "belay:ledger:account:";
constexpr std::string_view alias_mark = "belay:ledger:aliases:";
static_assert(ledger_mark.size() == account_mark.size() &&
              account_mark.size() == alias_mark.size());

constexpr std::size_t message_bytes_max =
    ledger_mark.size() + sizeof(job::Uuid) + ledger::account_text_bytes_max;

/// Without memory from the heap: a transfer's hot path comes here.
ledger::NameFingerprint fingerprint(std::string_view mark, const job::Uuid& owner,
                                    std::string_view name) {
    check(name.size() <= ledger::account_text_bytes_max, "a name in a ledger is bounded");
    std::array<std::byte, message_bytes_max> message;
    std::size_t size = 0;
    for (const ByteSpan part : {as_byte_span(mark), owner.bytes(), as_byte_span(name)}) {
        std::copy(part.begin(), part.end(), message.data() + size);
        size += part.size();
    }
    return auth::sha256(ByteSpan(message).first(size));
}

}  // namespace

job::Uuid default_ledger_id(const job::TenantId& organization) {
    return ledger::derived_id(fingerprint(ledger_mark, organization, {}));
}

job::Uuid external_account_id(const job::Uuid& ledger, std::string_view alias) {
    check(ledger::is_external(alias), "an account of the world outside");
    return ledger::derived_id(fingerprint(account_mark, ledger, alias));
}

job::RecordId alias_record_id(const job::Uuid& ledger, std::string_view alias) {
    return ledger::alias_id(fingerprint(alias_mark, ledger, alias));
}

}  // namespace belay::http
