// What clients, workers and time do in an ordeal.
#include <algorithm>
#include <utility>

#include "tests/sim/ordeal.hpp"

namespace belay::sim {
namespace {

using exports::Ask;
using exports::Phase;

constexpr std::uint64_t contents = 4;  ///< of sets of transactions
constexpr std::uint64_t keys_remembered = 24;

}  // namespace

void Ordeal::step() {
    const std::uint64_t choice = random_.below(40);
    if (choice < 5) {
        send_create();
    } else if (choice < 8) {
        send_again(choice < 7);
    } else if (choice < 12) {
        send_cancel();
    } else if (choice < 14) {
        ask_astray();
    } else if (choice < 18) {
        upload();
    } else if (choice < 30) {
        work();
    } else if (choice < 31) {
        lose_worker();
    } else if (choice < 32) {
        release_one();
    } else if (choice < 34) {
        do_chores();
    } else if (choice < 35) {
        sweep_keys();
    } else if (choice < 36) {
        look_at_list();
    } else if (choice < 37) {
        if (!jobs_.empty()) {
            meet(Met::get, "get");
            observe(random_.pick(jobs_));
        }
    } else if (choice < 38) {
        write_snapshot();
    } else {
        pass_time();
    }
    if (random_.one_in(2)) {
        server_->store().pump();
    }
    hear_answers();
}

job::Uuid Ordeal::make_id() {
    std::array<std::uint8_t, 10> bits{};
    const std::uint64_t number = random_.number();
    std::memcpy(bits.data() + 2, &number, sizeof number);
    ++names_;
    bits[0] = static_cast<std::uint8_t>(names_ >> 8);
    bits[1] = static_cast<std::uint8_t>(names_);
    return job::make_uuid_v7(machine_.manual_clock.wall(), bits);
}

Ordeal::Known* Ordeal::find(const job::Uuid& id) {
    const auto found = std::find_if(jobs_.rbegin(), jobs_.rend(),
                                    [&](const Known& each) { return each.witness.id() == id; });
    return found == jobs_.rend() ? nullptr : &*found;
}

/// By a client that is not in the midst of something.
bool Ordeal::submit(store::Operation& operation) {
    if (is_busy_) {
        return false;
    }
    const Busy busy(is_busy_);
    server_->client(random_.below(Server::client_count)).submit(operation);
    return true;
}

void Ordeal::send(WriteRequest request) {
    const job::Uuid id = request.is_cancel ? request.subject : make_id();
    if (!request.is_cancel) {
        jobs_.emplace_back(id).tenant = request.tenant;
    }
    ++tally_.requests;
    auto write = std::make_unique<ClientWrite>(std::move(request), id, machine_.life);
    const WallTime at = machine_.manual_clock.wall();
    sent_.push_back({std::move(write), at});
    submit(*sent_.back().write);
}

void Ordeal::send_create() {
    meet(Met::create, "create");
    WriteRequest request;
    request.tenant = random_.pick(tenants_);
    request.subject = context_;
    request.report = static_cast<exports::ReportType>(1 + random_.below(3));
    request.format = static_cast<exports::Format>(1 + random_.below(3));
    if (!random_.one_in(4)) {
        request.key = "create " + std::to_string(++names_);
        request.fingerprint[0] = static_cast<std::byte>(names_);
        keyed_.push_back(request);
    }
    send(std::move(request));
}

/// A request that was sent before, or another one under its key.
void Ordeal::send_again(bool is_same) {
    if (keyed_.empty()) {
        return;
    }
    const std::size_t recent = std::min<std::size_t>(keyed_.size(), keys_remembered);
    WriteRequest request = keyed_[keyed_.size() - 1 - random_.below(recent)];
    meet(is_same ? Met::same_again : Met::same_key, is_same ? "the same again" : "the same key");
    if (!is_same) {
        request.fingerprint[1] = std::byte{1};
    }
    send(std::move(request));
}

void Ordeal::send_cancel() {
    if (jobs_.empty()) {
        return;
    }
    const std::size_t recent = std::min<std::size_t>(jobs_.size(), 8);
    const Known& known =
        random_.one_in(4) ? random_.pick(jobs_) : jobs_[jobs_.size() - 1 - random_.below(recent)];
    if (!known.witness.is_known()) {
        return;
    }
    WriteRequest request;
    request.is_cancel = true;
    request.tenant = known.tenant;
    request.subject = known.witness.id();
    if (random_.one_in(6)) {
        request.tenant = known.tenant == tenants_[0] ? tenants_[1] : tenants_[0];
        meet(Met::foreign_cancel, "cancel by another tenant");
    } else {
        meet(Met::cancel, "cancel of " + job::format_uuid(request.subject));
    }
    if (random_.one_in(2)) {
        request.key = "cancel " + std::to_string(++names_);
        request.fingerprint[0] = static_cast<std::byte>(names_);
        keyed_.push_back(request);
    }
    send(std::move(request));
}

/// An ask that comes too late, too early, or under a lease that is lost.
void Ordeal::ask_astray() {
    if (jobs_.empty() || is_busy_) {
        return;
    }
    meet(Met::stray_ask, "stray ask");
    const Witness& witness = random_.pick(jobs_).witness;
    exports::Request request;
    constexpr std::array asks{Ask::progress, Ask::succeed, Ask::fail, Ask::release};
    request.ask = random_.pick(asks);
    request.token = 1;  // no claim's
    request.error = "a worker that lost its lease";
    const auto& tokens = witness.tokens();
    const bool is_lost =
        tokens.size() > 1 || (!tokens.empty() && witness.phase() != Phase::running);
    if (is_lost) {
        request.token = tokens[random_.below(tokens.size() > 1 ? tokens.size() - 1 : 1)];
    }
    stray_asks_.push_back(std::make_unique<JobAsk>(witness.id(), request, machine_.life));
    submit(*stray_asks_.back());
}

void Ordeal::work() {
    Worker& worker = random_.pick(workers_);
    if (!worker.attempt) {
        const std::optional<job::Uuid> id = server_->ready.try_pop();
        if (!id) {
            return;
        }
        const auto number = static_cast<std::size_t>(&worker - workers_.data());
        worker.attempt.emplace(server_->parts_of_worker(number), *id);
        worker.job = *id;
    }
    meet(Met::work, "work");
    bool is_at_work = true;
    for (std::uint64_t steps = 1 + random_.below(4); steps > 0 && is_at_work; --steps) {
        is_at_work = worker.attempt->is_writing() && random_.one_in(8)
                         ? worker.attempt->idle()
                         : worker.attempt->step(1 + random_.below(16));
    }
    if (!is_at_work) {
        if (worker.attempt->wants_requeue()) {
            server_->ready.push(worker.job);
        }
        worker.attempt.reset();
    }
}

/// It never says a word again: its lease has to end.
void Ordeal::lose_worker() {
    Worker& worker = random_.pick(workers_);
    if (worker.attempt) {
        meet(Met::worker_death, "a worker dies");
        worker.attempt.reset();
    }
}

void Ordeal::release_one() {
    Worker& worker = random_.pick(workers_);
    if (worker.attempt) {
        meet(Met::release, "release");
        worker.attempt->release();
        server_->ready.push(worker.job);
        worker.attempt.reset();
    }
}

void Ordeal::do_chores() {
    meet(Met::chores, "chores");
    if (random_.one_in(4)) {
        server_->survey();
    }
    while (const auto id = server_->agenda.take_due(server_->house().lane().now())) {
        server_->chores().due(server_->house(), *id);
    }
}

void Ordeal::sweep_keys() {
    meet(Met::key_sweep, "keys are swept");
    std::vector<std::string> names;
    const WallTime now = server_->house().lane().now();
    server_->house().lane().walk_keys([&](std::string_view name, WallTime expires) {
        if (expires <= now) {
            names.emplace_back(name);
        }
    });
    for (const std::string& name : names) {
        ForgetAsk forget(name);
        server_->house().run(forget);
    }
}

void Ordeal::pass_time() {
    if (random_.one_in(8)) {
        const std::array<int, 3> days{1, 8, 31};
        meet(Met::long_wait, "days pass");
        machine_.manual_clock.advance(std::chrono::hours(24 * random_.pick(days)));
        server_->survey();
        do_chores();
        return;
    }
    meet(Met::wait, "time passes");
    machine_.manual_clock.advance(random_.one_in(3) ? machine_.life.lease : Milliseconds(11'000));
}

void Ordeal::upload() {
    meet(Met::upload, "upload");
    const auto make_upload_id = [&] {
        job::Uuid id = make_id();
        const std::uint64_t content = random_.below(contents);
        std::memcpy(id.octets.data() + id.octets.size() - sizeof content, &content, sizeof content);
        return id;
    };
    uploader_.step(context_, make_upload_id,
                   [&](store::Operation& operation) { return submit(operation); });
}

void Ordeal::write_snapshot() {
    meet(Met::snapshot, "snapshot");
    const bool is_written = server_->store().write_snapshot().has_value();
    require(is_written || is_flawed_ || has_ended(), "a snapshot can be written to a sound disk");
}

void Ordeal::hear_answers() {
    const Busy busy(is_busy_);
    for (std::size_t at = 0; at < Server::client_count; ++at) {
        server_->client(at).poll();
    }
    // Who had to wait may be answered with what a later request came to: replays are heard last.
    for (const bool is_replay : {false, true}) {
        std::erase_if(sent_, [&](const Sent& sent) {
            if (!sent.write->is_answered() || sent.write->is_replay() != is_replay) {
                return false;
            }
            hear(sent);
            return true;
        });
    }
    std::erase_if(stray_asks_, [&](const std::unique_ptr<JobAsk>& ask) {
        if (!ask->is_done()) {
            return false;
        }
        require(ask->found() == Phase::absent || !job::moves(ask->verdict()),
                "a worker without the lease moves nothing");
        return true;
    });
}

void Ordeal::hear(const Sent& sent) {
    const ClientWrite& write = *sent.write;
    Known& known = *find(write.id());
    if (!write.request().key.empty()) {
        const std::string_view law = promises_.heard(write, sent.at, server_->reader().now());
        require(law.empty(), law, &known);
    }
    if (write.is_exhausted()) {
        meet(Met::create_refused, "refused for lack of room");
    }
    const bool is_unknown = write.status() == 503 && !write.is_exhausted();
    if (!write.request().is_cancel) {
        const bool is_made = write.status() == 202 && !write.is_replay();
        if (is_made) {
            known.witness.created({store::Status::committed, 0});
            server_->ready.push(write.id());
        } else if (!is_unknown) {
            known.is_refused = true;
        }
        return;
    }
    if (write.is_replay() || write.status() == ClientWrite::status_reused) {
        return;
    }
    if (write.request().tenant != known.tenant) {
        require(write.status() == 404 || write.status() == 503,
                "another tenant's job does not exist", &known);
        return;
    }
    if (is_over(known)) {
        known.witness.may_be_removed();
    }
    const std::string_view law = known.witness.told(write.status(), write.found());
    require(law.empty(), law, &known);
}

}  // namespace belay::sim
