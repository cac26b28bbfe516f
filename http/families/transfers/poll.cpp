// POST /v1/transfers/ted-in/poll: asks the rail for what has come in (transfers.md 2.5). The answer
// is kept under the key when the poll is done; of two polls under one key at once both ask the
// rail, which makes no transfer twice, and the second is answered what the first was.
#include "http/drive/inbound_poll.hpp"
#include "http/families/transfers/accounts.hpp"
#include "http/families/transfers/family.hpp"
#include "http/families/transfers/parse.hpp"
#include "http/families/transfers/transfer_write.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::transfer_api {
namespace {

class Poll final : public TransferWrite, private http::InboundPoll::Listener {
  public:
    Poll(const Settings& settings, const Parts& parts, http::Exchange& exchange)
        : TransferWrite(settings, parts, exchange),
          tenant_(exchange.principal()->tenant),
          poll_({shard().lane, shard().entropy, parts.rail, parts.inbox, shard().events},
                {ledger_of(settings.rules, tenant_), settings.rules.fee,
                 settings.rules.calendar.zone()},
                *this) {}

  private:
    int run(const store::View&, store::Draft&, std::string& body) override {
        // Another ledger is not asked to credit anything: what came in waits at the rail.
        const bool is_elsewhere = parts().desk != nullptr;
        if (!made_ && !is_elsewhere) {
            return later();
        }
        const std::size_t made = made_.value_or(0);
        wire::JsonWriter json(body);
        json.begin_object().member("tenantId", job::format_uuid(tenant_));
        json.member("outcome", is_elsewhere ? "error" : made == 0 ? "empty" : "success");
        json.member("processed", std::uint64_t{made}).end_object();
        return 200;
    }

    void proceed() override { poll_.begin(tenant_); }

    void polled(std::size_t made, store::Status status) noexcept override {
        if (status != store::Status::committed) {
            give_up(status == store::Status::exhausted ? errors::unavailable
                                                       : errors::outcome_unknown);
            return;
        }
        made_ = made;
        shard().lane.submit(*this);
    }

    const job::TenantId tenant_;
    http::InboundPoll poll_;
    std::optional<std::size_t> made_;
};

}  // namespace

void Family::poll(http::Exchange& exchange) {
    const job::TenantId& tenant = exchange.principal()->tenant;
    if (const auto refusal = check_organization(exchange.head(), tenant, true)) {
        refuse(exchange, *refusal);
        return;
    }
    if (!settings_.rules.is_licensed(tenant)) {
        refuse(exchange, {&errors::unlicensed});
        return;
    }
    const RequestKey key = read_key(exchange.head());
    if (key.refusal) {
        refuse(exchange, *key.refusal);
        return;
    }
    auto& write = exchange.emplace_state<Poll>(settings_, parts_, exchange);
    write.set_request_key(key.key);
    exchange.shard_context<http::ShardContext>().lane.submit(write);
}

}  // namespace belay::transfer_api
