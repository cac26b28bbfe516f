#include "tests/sim/server.hpp"

#include "core/exports/context.hpp"
#include "core/exports/files.hpp"
#include "http/families/export_jobs/family.hpp"

namespace belay::sim {
namespace {

constexpr WallTime birth(Milliseconds(1'795'000'000'000));

store::Schema schema() {
    store::Schema made;
    export_jobs::add_to_schema(made);
    return made;
}

store::Settings store_settings() {
    store::Settings made;
    made.ring_bytes = 4 << 20;
    made.segment_bytes = 1 << 20;
    made.snapshot_interval = Milliseconds(0);  // so that the log has the whole history
    made.single_threaded = true;
    return made;
}

}  // namespace

Server::Machine::Machine(std::uint64_t seed, Bystander& bystander)
    : sim_disk(seed),
      manual_clock(birth),
      entropy(seed),
      disk(sim_disk, bystander),
      clock(manual_clock, bystander),
      settings(store_settings()) {}

Server::Server(Machine& machine)
    : machine_(machine), chores_(machine.disk, ready, agenda, events, machine.life, true) {}

explained<std::unique_ptr<store::Store>> Server::open_store(world::Disk& disk,
                                                            const world::Clock& clock,
                                                            world::Entropy& entropy,
                                                            const store::Settings& settings,
                                                            store::FailureListener& listener) {
    return store::Store::open(disk, clock, entropy, schema(), settings, listener);
}

explained<std::unique_ptr<Server>> Server::start(Machine& machine) {
    std::unique_ptr<Server> server(new Server(machine));
    auto opened = open_store(machine.disk, machine.clock, machine.entropy, machine.settings,
                             server->listener_);
    if (opened.has_error()) {
        return opened.error();
    }
    server->store_ = std::move(*opened);
    if (auto made = exports::make_directories(machine.disk); made.has_error()) {
        return failure(made.error(), "directories");
    }
    for (auto& worker : server->workers_) {
        worker.emplace(*server->store_);
    }
    for (auto& client : server->clients_) {
        client.emplace(server->store_->open_lane(server->waker_));
    }
    server->house_.emplace(*server->store_);
    server->reader_.emplace(server->store_->open_lane(server->waker_));
    if (auto removed = http::remove_orphans(machine.disk, *server->reader_); removed.has_error()) {
        return failure(removed.error(), "orphans");
    }
    server->survey();
    return server;
}

void Server::end() {
    for (auto& client : clients_) {
        while (client->pending() != 0) {
            store_->pump();
            client->poll();
        }
    }
}

bool Server::has_ended() const {
    return machine_.sim_disk.is_crashed() || listener_.has_failed;
}

bool Server::close() {
    return store_->close().has_value();
}

void Server::survey() {
    const WallTime now = reader_->now();
    reader_->walk([&](const job::RecordId& id, const store::RecordView& record) {
        if (chores_.is_about(id.kind)) {
            chores_.survey(id, record, now);
        }
    });
    chores_.end_survey();
}

http::ExportParts Server::parts_of_worker(std::size_t number) {
    return {*workers_[number], machine_.disk, machine_.clock, agenda, machine_.life, events};
}

}  // namespace belay::sim
