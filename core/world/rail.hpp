// The seam to what settles transfers between banks.
//
// A rail works on its own time: it is told something, and has its say later, to a listener. What it
// says comes at least once, in its order for one transfer, and may come late; whoever hears it acts
// on what is durable. What it is told is durable already, or is no harm if it never becomes so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/job/ids.hpp"

namespace belay::world {

/// An account at another bank. Views: valid for the call that they are handed to.
struct RailParty {
    std::string_view ispb{};
    std::string_view branch{};
    std::string_view account{};
    std::string_view account_type{};
    std::string_view holder_name{};
    std::string_view holder_document{};
};

/// An outbound transfer.
struct RailOrder {
    job::Uuid transfer{};
    job::TenantId tenant{};
    std::int64_t amount = 0;  ///< centavos
    RailParty recipient{};
    std::string_view purpose{};
    std::string_view description{};
};

enum class RailWord : std::uint8_t {
    accepted,      ///< the text is its control number
    settled,       ///< the money is there
    rejected,      ///< refused for good; the text says why
    failed,        ///< could not be done; the text says why
    withdrawn,     ///< was withdrawn before it was accepted, and is not executed
    charged_back,  ///< of an inbound transfer: its money is taken back; the text says why
};

struct RailNews {
    job::Uuid transfer{};
    RailWord word = RailWord::accepted;
    std::string text{};
};

class RailListener {
  public:
    /// Called by the rail on a thread of its own, never from inside of a call of Rail, for one
    /// transfer in the order of what happened. Returns at once and does not fail.
    virtual void told(RailNews news) = 0;

  protected:
    ~RailListener() = default;
};

/// Money that another bank has sent.
struct RailInbound {
    job::TenantId tenant;
    /// What the rail calls it: the same message has the same, whenever it is handed out.
    std::string control_number;
    std::int64_t amount = 0;  ///< centavos
    /// The alias of the account that it is meant for.
    std::string recipient_account;
    std::string sender_ispb;
    std::string sender_branch;
    std::string sender_account;
    std::string sender_account_type;
    std::string sender_holder_name;
    std::string sender_holder_document;
    std::string description;

    friend bool operator==(const RailInbound&, const RailInbound&) = default;
};

/// Thread-safe. No call waits for the other side.
class Rail {
  public:
    virtual ~Rail() = default;

    /// Sends the transfer. One that the rail has already is not sent again: the rail tells anew how
    /// far it has come. False: the rail cannot take it now; later, again.
    virtual bool submit(const RailOrder& order) = 0;

    /// The transfer is not to be executed. Final: one that is not accepted yet never will be, also
    /// if it is submitted only later (that is answered `withdrawn`, and nothing is said before).
    /// For one that is accepted it comes too late, and changes nothing.
    virtual void withdraw(const job::Uuid& transfer) noexcept = 0;

    /// What has come in for the tenant and was not confirmed, oldest first, at most so many.
    virtual std::vector<RailInbound> inbound(const job::TenantId& tenant, std::size_t at_most) = 0;

    /// The message is durable here: it need not be handed out again.
    virtual void confirm(const RailInbound& message) = 0;
};

}  // namespace belay::world
