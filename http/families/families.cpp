#include "http/families/families.hpp"

#include <optional>

#include "core/base/check.hpp"
#include "http/drive/batches/chores.hpp"
#include "http/drive/batches/event_chores.hpp"
#include "http/drive/export_chores.hpp"
#include "http/drive/transfer_chores.hpp"
#include "http/drive/webhooks/chores.hpp"
#include "http/families/batch_jobs/family.hpp"
#include "http/families/core_events/family.hpp"
#include "http/families/export_jobs/family.hpp"
#include "http/families/ledger/family.hpp"
#include "http/families/transfers/family.hpp"
#include "http/families/transfers/rail_feed.hpp"
#include "http/families/webhooks/family.hpp"

namespace belay::families {

struct Families::Members {
    Members(const Settings& settings, const Parts& parts)
        : export_jobs(settings.export_jobs, parts.export_jobs),
          export_chores(parts.export_jobs.disk, parts.export_jobs.ready, parts.export_jobs.agenda,
                        parts.export_jobs.events, settings.export_jobs.life,
                        settings.export_jobs.has_workers),
          batch_jobs(settings.batch_jobs, parts.batch_jobs),
          batch_chores({parts.batch_jobs.disk, parts.batch_jobs.agenda, parts.batch_jobs.inbox,
                        parts.batch_jobs.events, parts.batch_jobs.uploads_under_way},
                       settings.batch_jobs.life),
          core_events(settings.core_events),
          event_chores(parts.batch_jobs.agenda),
          transfers(settings.transfers, parts.transfers),
          transfer_chores(parts.transfers.inbox, parts.transfers.agenda),
          webhooks(settings.webhooks),
          webhook_chores(parts.webhooks.agenda, parts.webhooks.events) {
        if (settings.ledger) {
            ledger.emplace(*settings.ledger, parts.ledger);
        }
        if (parts.simulated_rail != nullptr) {
            rail_feed.emplace(*parts.simulated_rail);
        }
    }

    export_jobs::Family export_jobs;
    http::ExportChores export_chores;
    batch_jobs::Family batch_jobs;
    batch_drive::Chores batch_chores;
    core_events::Family core_events;
    batch_drive::EventChores event_chores;
    std::optional<ledger_api::Family> ledger;
    transfer_api::Family transfers;
    http::TransferChores transfer_chores;
    std::optional<transfer_api::RailFeed> rail_feed;
    webhook_api::Family webhooks;
    webhooks::Chores webhook_chores;
};

Families::Families(const Settings& settings, const Parts& parts)
    : members_(std::make_unique<Members>(settings, parts)) {}

Families::~Families() = default;

std::vector<http::RouteFamily> Families::routes() {
    std::vector<http::RouteFamily> all{
        members_->export_jobs.routes(), members_->batch_jobs.routes(),
        members_->core_events.routes(), members_->transfers.routes(), members_->webhooks.routes()};
    if (members_->ledger) {
        all.push_back(members_->ledger->routes());
    }
    if (members_->rail_feed) {
        all.push_back(members_->rail_feed->routes());
    }
    return all;
}

std::vector<http::Chores*> Families::chores() {
    return {&members_->export_chores, &members_->batch_chores, &members_->event_chores,
            &members_->transfer_chores, &members_->webhook_chores};
}

store::Schema schema() {
    store::Schema all;
    export_jobs::add_to_schema(all);
    batch_jobs::add_to_schema(all);
    core_events::add_to_schema(all);
    ledger_api::add_to_schema(all);
    transfer_api::add_to_schema(all);
    webhook_api::add_to_schema(all);
    for (std::size_t at = 0; at < all.kinds.size(); ++at) {
        check(all.find(all.kinds[at].kind) == &all.kinds[at], "a number names one kind of record");
    }
    for (std::size_t at = 0; at < all.lists.size(); ++at) {
        check(all.find_list(all.lists[at].list) == &all.lists[at], "a number names one list");
    }
    return all;
}

}  // namespace belay::families
