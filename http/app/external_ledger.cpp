#include "http/app/external_ledger.hpp"

#include <utility>

namespace belay::app {
namespace {

midaz::ConnectorSettings connector_settings(const program::LedgerSettings& settings) {
    midaz::ConnectorSettings made;
    made.accounts = {settings.midaz_settlement_alias, settings.midaz_fee_alias};
    made.patience.call_timeout = settings.midaz_timeout;
    made.breaker.pause = settings.midaz_breaker_pause;
    return made;
}

client::ClientSettings client_settings(const program::LedgerSettings& settings) {
    client::ClientSettings made;
    // The operator says where Midaz is: inside, most likely.
    made.addresses.allow_private = true;
    made.allow_http = true;
    made.timeout = settings.midaz_timeout;
    made.connect_timeout = settings.midaz_timeout;
    made.idle_per_origin_max = midaz::ConnectorSettings().in_flight_max;
    return made;
}

std::string_view name_of(http::LedgerDeed deed) {
    switch (deed) {
        case http::LedgerDeed::hold:
            return "hold";
        case http::LedgerDeed::release:
            return "release";
        case http::LedgerDeed::commit:
            return "commit";
    }
    return {};
}

}  // namespace

explained<std::unique_ptr<ExternalLedger>> ExternalLedger::open(const program::Settings& settings,
                                                                transfers::Zone zone,
                                                                const Parts& parts) {
    const program::LedgerSettings& ledger = settings.ledger;
    if (!settings.transfers.ledger) {
        return failure(
            Error::malformed,
            "ledger.midaz_url needs transfers.ledger, the ledger that transfers draw on");
    }
    auto trust = load_trust("ledger.midaz_ca_file", ledger.midaz_ca_file);
    if (trust.has_error()) {
        return trust.error();
    }
    std::unique_ptr<ExternalLedger> made(
        new ExternalLedger(settings, zone, parts, std::move(*trust)));
    if (const auto read = made->token_.read(); read.has_error()) {
        return read.error();
    }
    made->caller_.set_token(made->token_.token());
    return made;
}

ExternalLedger::ExternalLedger(const program::Settings& settings, transfers::Zone zone,
                               const Parts& parts, std::unique_ptr<client::Trust> trust)
    : token_("ledger.midaz_token_file", settings.ledger.midaz_token_file),
      log_(parts.log),
      shards_(1, parts.clock),
      trust_(std::move(trust)),
      client_(shards_[0], resolver_, *trust_, client_settings(settings.ledger)),
      caller_(client_, settings.ledger.midaz_url),
      connector_(shards_[0], caller_, entropy_, connector_settings(settings.ledger)),
      desk_(settings.http.commit_timeout),
      driver_({.shard = shards_[0],
               .lane = lane_.emplace(shards_[0], parts.store).lane(),
               .port = connector_,
               .desk = desk_,
               .events = parts.events,
               .inbox = parts.inbox,
               .rail = parts.rail,
               .entropy = entropy_,
               .reporter = *this},
              {.zone = zone}) {
    desk_.set_keeper(driver_, connector_);
}

void ExternalLedger::start() {
    shards_.start();
    std::size_t open = 0;
    shards_.on_each([&](run::Shard&) {
        driver_.survey();
        open = driver_.busy();
    });
    if (open != 0) {
        log_.info("transfers wait for the ledger since before the start",
                  {{"transfers", std::uint64_t{open}}});
    }
}

void ExternalLedger::poll() {
    if (token_.poll(log_)) {
        caller_.set_token(token_.token());
    }
}

void ExternalLedger::stop() {
    shards_.on_each_until_done([this](run::Shard&, std::function<void()> done) {
        connector_.stop();
        client_.stop();
        driver_.stop(std::move(done));
    });
    shards_.stop();
}

void ExternalLedger::refused(const job::Uuid& transfer, http::LedgerDeed deed,
                             std::string_view code) {
    log_.error("the ledger refuses what has to be done; it is asked again until it does it",
               {{"transfer", job::format_uuid(transfer)},
                {"deed", name_of(deed)},
                {"code", std::string(code)}});
}

void ExternalLedger::diverged(const job::Uuid& transfer, http::LedgerDeed deed) {
    log_.error("the ledger did otherwise than it was asked, or did not say; reconcile the transfer",
               {{"transfer", job::format_uuid(transfer)}, {"deed", name_of(deed)}});
}

}  // namespace belay::app
