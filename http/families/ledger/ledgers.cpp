// Ledgers: made, listed, read. The organization's own is there from the beginning.
#include "http/drive/ledger_ids.hpp"
#include "http/families/ledger/family.hpp"
#include "http/families/ledger/ledger_write.hpp"
#include "http/families/ledger/page_walk.hpp"
#include "http/families/ledger/render.hpp"

namespace belay::ledger_api {
namespace {

class CreateLedger final : public LedgerWrite {
  public:
    CreateLedger(http::Exchange& exchange, const job::Uuid& id, std::string name)
        : LedgerWrite(exchange),
          id_(id),
          name_(std::move(name)),
          organization_(exchange.principal()->tenant) {
        const job::RecordId subject{ledger::ledger_kind, id};
        set_subjects({&subject, 1});
        set_importance(store::Importance::create);
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        const ledger::Ledger made{organization_, name_, view.now};
        std::string value;
        ledger::encode(made, value);
        draft.put(0, as_byte_span(value));
        wire::JsonWriter json(body);
        render_ledger(id_, made, json);
        return 201;
    }

    const job::Uuid id_;
    const std::string name_;
    const job::TenantId organization_;
};

}  // namespace

void Family::create_ledger(http::Exchange& exchange) {
    if (!read_organization(exchange)) {
        return;
    }
    std::string name;
    if (const std::optional<Refusal> refusal = parse_ledger(exchange.body(), name)) {
        refuse(exchange, *refusal);
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    auto& write = exchange.emplace_state<CreateLedger>(exchange, shard.new_id(), std::move(name));
    shard.lane.submit(write);
}

void Family::list_ledgers(http::Exchange& exchange) {
    const std::optional<job::TenantId> organization = read_organization(exchange);
    if (!organization) {
        return;
    }
    const std::optional<Page> page = read_page(exchange, plain_page);
    if (!page) {
        return;
    }
    ListBody items(exchange.scratch());
    PageWalk walk(*page);
    const job::Uuid own = http::default_ledger_id(*organization);
    auto& lane = exchange.shard_context<http::ShardContext>().lane;
    lane.at_one_cut([&](store::Cut& cut) {
        // As long as it has no record it is the first of the first page.
        const bool made = cut.read({ledger::ledger_kind, own}, [](const store::RecordView&) {});
        if (!made && walk.is_first()) {
            render_ledger(own, given_ledger(*organization), items.item());
            walk.count_one();
        }
        walk.run(cut, {ledger::ledgers_of_organization, *organization},
                 [&](const job::Uuid& id, const store::RecordView& record) {
                     render_ledger(id, ledger_in(record), items.item());
                 });
    });
    items.end(walk.limit(), walk.next());
    exchange.respond(200, "application/json", exchange.scratch());
}

void Family::get_ledger(http::Exchange& exchange) {
    const std::optional<Place> place = read_place(exchange);
    if (!place) {
        return;
    }
    wire::JsonWriter json(exchange.scratch());
    const auto show = [&](const store::RecordView& record) {
        render_ledger(place->ledger, ledger_in(record), json);
    };
    auto& lane = exchange.shard_context<http::ShardContext>().lane;
    if (!lane.read({ledger::ledger_kind, place->ledger}, show)) {
        render_ledger(place->ledger, given_ledger(place->organization), json);
    }
    exchange.respond(200, "application/json", exchange.scratch());
}

}  // namespace belay::ledger_api
