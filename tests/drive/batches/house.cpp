#include "house.hpp"

#include <boost/test/unit_test.hpp>

#include "core/json/json.hpp"
#include "http/server/problem.hpp"

namespace belay::test {
namespace {

using batch_drive::RowAnswer;

store::Schema schema() {
    store::Schema all;
    export_jobs::add_to_schema(all);
    ledger_api::add_to_schema(all);
    transfer_api::add_to_schema(all);
    return all;
}

store::Settings store_settings() {
    store::Settings made;
    made.ring_bytes = 4 << 20;
    made.segment_bytes = 1 << 20;
    made.snapshot_interval = Milliseconds(0);
    return made;
}

export_jobs::Settings export_settings() {
    export_jobs::Settings made;
    made.has_workers = false;
    return made;
}

transfer_api::Settings transfer_settings() {
    transfer_api::Settings made;
    made.rules.duplicate_window = Milliseconds(0);
    return made;
}

/// `work` and `target` live until `done` is called.
run::task<> run_then(const std::function<run::task<>(batch_drive::InProcessTarget&)>& work,
                     batch_drive::InProcessTarget& target, std::function<void()> done) {
    co_await work(target);
    done();
}

run::task<> ask_it(http::Loopback& loopback, const http::Loopback::Request& request,
                   http::Loopback::Answer& to) {
    to = co_await loopback.send(request);
}

run::task<> send_it(batch_drive::InProcessTarget& target, SentRow& sent, RowAnswer& to) {
    to = co_await target.send(sent.rows, sent.row, sent.key, sent.tries);
}

run::task<> settle_it(batch_drive::InProcessTarget& target, const SentRow& sent,
                      std::optional<RowAnswer>& to) {
    to = co_await target.settle(sent.rows, sent.row, sent.key);
}

}  // namespace

struct House::Process {
    Process(world::SimDisk& disk, const world::Clock& clock, world::Entropy& its_entropy,
            world::Entropy& store_entropy, store::FailureListener& listener)
        : entropy(its_entropy),
          store(store::Store::open(disk, clock, store_entropy, schema(), store_settings(), listener)
                    .value()),
          signer(auth::UrlKeyRing::make(clock.wall(), entropy)),
          rail({.accept_delay = std::chrono::hours(1)}, clock, inbox),
          exports(export_settings(), {disk, signer, ready, agenda, events, background, background}),
          ledger({}, {agenda}),
          transfers(transfer_settings(), {agenda, inbox, rail}),
          families{exports.routes(), ledger.routes(), transfers.routes()},
          router(families),
          shards(1, clock),
          lane(std::make_unique<http::ShardLane>(shards[0], *store)),
          context{lane->lane(), entropy, events, {}},
          loopback({.shard = shards[0],
                    .settings = settings,
                    .router = router,
                    .entropy = entropy,
                    .shard_context = &context}),
          target(loopback) {
        shards.start();
    }

    ~Process() {
        shards.on_each_until_done(
            [this](run::Shard&, std::function<void()> done) { gate.close(std::move(done)); });
        shards.stop();
        lane.reset();
    }

    world::Entropy& entropy;
    std::unique_ptr<store::Store> store;
    work::Agenda agenda{std::chrono::minutes(60)};
    work::ReadyQueue ready;
    http::EventFeed events;
    http::Background background{1};
    auth::UrlSigner signer;
    http::TransferInbox inbox;
    http::SimulatedRail rail;
    export_jobs::Family exports;
    ledger_api::Family ledger;
    transfer_api::Family transfers;
    std::vector<http::RouteFamily> families;
    http::Router router;
    http::ServerSettings settings;
    run::Shards shards;
    std::unique_ptr<http::ShardLane> lane;
    http::ShardContext context;
    http::Loopback loopback;
    batch_drive::InProcessTarget target;
    run::Gate gate;
};

House::House() {
    std::array<std::uint8_t, 10> random{7};
    creator.tenant = job::make_uuid_v7(clock_.wall(), random);
    creator.subject = "somebody";
    creator.scopes = auth::Scopes::listed({"admin", "transfers:read", "transfers:write",
                                           "exports:read", "exports:write", "batches:write"});
    process_ = std::make_unique<Process>(disk_, clock_, entropy_, store_entropy_, listener_);
    found();
}

House::~House() = default;

void House::restart(bool loses_power) {
    // What waits for an answer has it: the process ends between two requests.
    process_.reset();
    disk_.kill();
    if (loses_power) {
        disk_.power_loss(entropy_.number());
    }
    disk_.restart();
    process_ = std::make_unique<Process>(disk_, clock_, entropy_, store_entropy_, listener_);
}

void House::found() {
    const std::string ledgers =
        "/v1/organizations/" + job::format_uuid(creator.tenant) + "/ledgers";
    const auto list = parse_json(ask("GET", ledgers).content);
    const auto& first = list->as_object().at("items").as_array().at(0).as_object();
    const std::string ledger = ledgers + "/" + std::string(first.at("id").as_string());
    const auto made = ask("POST", ledger + "/accounts",
                          R"({"name":"An account","alias":"@somebody","assetCode":"BRL",)"
                          R"("type":"deposit"})");
    BOOST_TEST_REQUIRE(made.status == 201, made.content);
    account_ = member(made, "id");
    const auto paid =
        ask("POST", ledger + "/transactions/inflow",
            R"({"send":{"asset":"BRL","value":"1000000.00","distribute":{"to":[)"
            R"({"accountAlias":"@somebody","amount":{"asset":"BRL","value":"1000000.00"}}]}}})");
    BOOST_TEST_REQUIRE(paid.status == 201, paid.content);
    const auto context = ask("POST", "/v1/contexts", R"({"name":"a context"})");
    BOOST_TEST_REQUIRE(context.status == 201, context.content);
    context_ = member(context, "id");
}

void House::run(const std::function<run::task<>(batch_drive::InProcessTarget&)>& work) {
    process_->shards.on_each_until_done([&](run::Shard& shard, std::function<void()> done) {
        shard.spawn(process_->gate, run_then(work, process_->target, std::move(done)));
    });
}

http::Loopback::Answer House::ask(std::string_view method, const std::string& path,
                                  const std::string& body, std::string_view key) {
    const std::string organization = job::format_uuid(creator.tenant);
    const std::string usual_key = "k-" + std::to_string(entropy_.number());
    const std::string_view used_key = key.empty() ? std::string_view(usual_key) : key;
    const bool is_export = path.starts_with("/v1/context") || path.starts_with("/v1/export");
    const std::array fields{
        http::ResponseField{"X-Organization-Id", organization},
        http::ResponseField{is_export ? "X-Idempotency-Key" : "X-Idempotency", used_key}};
    const http::Loopback::Request request{
        .principal = creator, .method = method, .path = path, .fields = fields, .body = body};
    http::Loopback::Answer answer;
    run([&](batch_drive::InProcessTarget&) { return ask_it(process_->loopback, request, answer); });
    return answer;
}

std::string House::member(const http::Loopback::Answer& answer, std::string_view name) const {
    const auto body = parse_json(answer.content);
    BOOST_TEST_REQUIRE(body.has_value(), answer.content);
    const boost::json::value* found = body->as_object().if_contains(name);
    BOOST_TEST_REQUIRE(found != nullptr, answer.content);
    return std::string(found->as_string());
}

std::string House::order() const {
    return R"({"senderAccountId":")" + account_ +
           R"(","amount":100.10,"purpose":"10","recipient":{"ispb":"60701190","branch":"0001",)"
           R"("account":"1234567890","accountType":"CACC","holderName":"Bruno",)"
           R"("holderDocument":"12345678909"}})";
}

std::string House::initiated() {
    const auto answer = ask("POST", "/v1/transfers/initiate", order());
    BOOST_TEST_REQUIRE(answer.status == 200, answer.content);
    return member(answer, "initiationId");
}

std::string House::held_transfer() {
    const auto answer =
        ask("POST", "/v1/transfers/process", R"({"initiationId":")" + initiated() + "\"}");
    BOOST_TEST_REQUIRE(answer.status == 200, answer.content);
    return member(answer, "transferId");
}

std::string House::transfer_status(const std::string& transfer) {
    return member(ask("GET", "/v1/transfers/" + transfer), "status");
}

std::string House::queued_export() {
    const auto answer = ask("POST", "/v1/contexts/" + context_ + "/export-jobs",
                            R"({"reportType":"MATCHED","format":"CSV"})");
    BOOST_TEST_REQUIRE(answer.status == 202, answer.content);
    return member(answer, "jobId");
}

std::string House::export_status(const std::string& job) {
    return member(ask("GET", "/v1/export-jobs/" + job), "status");
}

SentRow House::row(std::string_view path, std::string_view line, std::string_view id) const {
    const auto parsed = batches::PathTemplate::parse(path);
    BOOST_TEST_REQUIRE(parsed.has_value());
    auto read = batches::read_row(line, *parsed);
    BOOST_TEST_REQUIRE(read.has_value(), line);
    SentRow made{{{}, batches::Method::post, *parsed, creator, false}, std::move(*read), {}};
    made.key = "batchv2_AbCdEfGhIjKlMnOpQrStUvWxYz:" + std::string(id);
    return made;
}

RowAnswer House::send(SentRow& sent) {
    RowAnswer answer;
    run([&](batch_drive::InProcessTarget& target) { return send_it(target, sent, answer); });
    return answer;
}

std::optional<RowAnswer> House::settle(const SentRow& sent) {
    std::optional<RowAnswer> answer;
    run([&](batch_drive::InProcessTarget& target) { return settle_it(target, sent, answer); });
    return answer;
}

Milliseconds House::keys_kept(const SentRow& sent) const {
    return process_->target.keys_kept(sent.rows);
}

std::pair<RowAnswer, std::optional<RowAnswer>> House::send_and_settle(SentRow& sent,
                                                                      bool settles_first) {
    RowAnswer answer;
    std::optional<RowAnswer> settled;
    run::Gate both;
    process_->shards.on_each_until_done([&](run::Shard& shard, std::function<void()> done) {
        for (const bool is_settle : {settles_first, !settles_first}) {
            shard.spawn(both, is_settle ? settle_it(process_->target, sent, settled)
                                        : send_it(process_->target, sent, answer));
        }
        both.close(std::move(done));
    });
    return {std::move(answer), std::move(settled)};
}

}  // namespace belay::test
