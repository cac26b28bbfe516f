// Accounts: made, listed, read.
#include <array>

#include "http/drive/ledger_ids.hpp"
#include "http/families/ledger/family.hpp"
#include "http/families/ledger/ledger_write.hpp"
#include "http/families/ledger/page_walk.hpp"
#include "http/families/ledger/render.hpp"

namespace belay::ledger_api {
namespace {

constexpr std::size_t ledger_subject = 0;
constexpr std::size_t account_subject = 1;
constexpr std::size_t alias_subject = 2;
constexpr std::size_t outside_subject = 3;
constexpr std::size_t fees_subject = 4;

/// An account, its alias and, where they are not there yet, the ledger and its accounts for the
/// world outside: in one frame, so that no account is without them.
class CreateAccount final : public LedgerWrite {
  public:
    CreateAccount(http::Exchange& exchange, const Place& place, bool is_given, const job::Uuid& id,
                  AccountRequest request)
        : LedgerWrite(exchange),
          place_(place),
          is_given_(is_given),
          id_(id),
          request_(std::move(request)),
          outside_alias_(ledger::external_alias(request_.asset)),
          fee_alias_(ledger::fee_alias(request_.asset)) {
        if (request_.alias.empty()) {
            request_.alias = job::format_uuid(id);
        }
        const std::array<job::RecordId, 5> subjects{
            job::RecordId{ledger::ledger_kind, place.ledger},
            job::RecordId{ledger::account_kind, id},
            http::alias_record_id(place.ledger, request_.alias),
            job::RecordId{ledger::account_kind,
                          http::external_account_id(place.ledger, outside_alias_)},
            job::RecordId{ledger::account_kind,
                          http::external_account_id(place.ledger, fee_alias_)}};
        set_subjects(subjects);
        set_importance(store::Importance::create);
    }

  private:
    int perform(const store::View& view, store::Draft& draft, std::string& body) override {
        if (!has_ledger(view)) {
            return refuse(errors::not_found, body);
        }
        if (view.subjects[alias_subject]) {
            return render_refusal({&errors::alias_taken, {}, "alias"}, body);
        }
        if (!view.subjects[ledger_subject]) {
            ledger::Ledger made = given_ledger(place_.organization);
            made.created = view.now;
            put(draft, ledger_subject, made);
        }
        ledger::Account account{place_.organization, place_.ledger, request_.alias, request_.name,
                                request_.asset,      request_.type, view.now};
        put(draft, account_subject, account);
        put(draft, alias_subject, ledger::AliasOwner{place_.ledger, id_, request_.alias});
        wire::JsonWriter json(body);
        render_account(id_, account, json);
        put_own(view, draft, outside_subject, outside_alias_, account);
        put_own(view, draft, fees_subject, fee_alias_, account);
        return 201;
    }

    /// Somebody else may have made it since it was looked for.
    bool has_ledger(const store::View& view) const {
        const std::optional<store::RecordView>& record = view.subjects[ledger_subject];
        return record ? ledger_in(*record).organization == place_.organization : is_given_;
    }

    /// One of the ledger's own accounts of the asset, if it is not there yet.
    void put_own(const store::View& view, store::Draft& draft, std::size_t subject,
                 std::string_view alias, ledger::Account account) {
        if (!view.subjects[subject]) {
            account.alias = alias;
            account.name = alias;
            account.type = "external";
            put(draft, subject, account);
        }
    }

    template <class Value>
    void put(store::Draft& draft, std::size_t subject, const Value& value) {
        value_.clear();
        encode(value, value_);
        draft.put(subject, as_byte_span(value_));
    }

    const Place place_;
    const bool is_given_;
    const job::Uuid id_;
    AccountRequest request_;
    const std::string outside_alias_;
    const std::string fee_alias_;
    std::string value_;
};

void answer_account(http::Exchange& exchange, const FoundAccount& found) {
    wire::JsonWriter json(exchange.scratch());
    render_account(found.id(), found.account(), json);
    exchange.respond(200, "application/json", exchange.scratch());
}

}  // namespace

void Family::create_account(http::Exchange& exchange) {
    const std::optional<Place> place = read_place(exchange);
    if (!place) {
        return;
    }
    AccountRequest request;
    if (const std::optional<Refusal> refusal = parse_account(exchange.body(), request)) {
        refuse(exchange, *refusal);
        return;
    }
    auto& shard = exchange.shard_context<http::ShardContext>();
    auto& write = exchange.emplace_state<CreateAccount>(
        exchange, *place, is_given(settings_, *place), shard.new_id(), std::move(request));
    shard.lane.submit(write);
}

void Family::list_accounts(http::Exchange& exchange) {
    const std::optional<Place> place = read_place(exchange);
    if (!place) {
        return;
    }
    const std::optional<Page> page = read_page(exchange, plain_page);
    if (!page) {
        return;
    }
    ListBody items(exchange.scratch());
    PageWalk walk(*page);
    walk.run(exchange.shard_context<http::ShardContext>().lane,
             {ledger::accounts_of_ledger, place->ledger},
             [&](const job::Uuid& id, const store::RecordView& record) {
                 render_account(id, account_in(record), items.item());
             });
    items.end(walk.limit(), walk.next());
    exchange.respond(200, "application/json", exchange.scratch());
}

void Family::get_account(http::Exchange& exchange) {
    if (const std::optional<Place> place = read_place(exchange)) {
        if (const std::optional<FoundAccount> found = read_account(exchange, *place)) {
            answer_account(exchange, *found);
        }
    }
}

void Family::get_account_by_alias(http::Exchange& exchange) {
    if (const std::optional<Place> place = read_place(exchange)) {
        if (const std::optional<FoundAccount> found = read_alias(exchange, *place)) {
            answer_account(exchange, *found);
        }
    }
}

}  // namespace belay::ledger_api
