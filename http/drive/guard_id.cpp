#include "http/drive/guard_id.hpp"

#include <cstring>

#include "auth/digest.hpp"

namespace belay::http {

job::RecordId guard_id(const transfers::Initiation& initiation, std::string& scratch) {
    scratch.clear();
    transfers::append_guard_text(initiation, scratch);
    const auth::Digest256 digest = auth::sha256(as_byte_span(scratch));
    job::Uuid id;
    std::memcpy(id.octets.data(), digest.data(), id.octets.size());
    return {transfers::guard_kind, id};
}

job::RecordId guard_id(const transfers::Transfer& transfer, std::string& scratch) {
    transfers::Initiation initiation;
    initiation.tenant = transfer.tenant;
    initiation.sender_account = transfer.sender_account;
    initiation.amount = transfer.amount;
    initiation.counterparty = transfer.counterparty;
    return guard_id(initiation, scratch);
}

}  // namespace belay::http
