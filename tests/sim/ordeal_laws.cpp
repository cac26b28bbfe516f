// What must hold after each start of an ordeal.
#include <algorithm>
#include <set>

#include "core/exports/files.hpp"
#include "tests/sim/ordeal.hpp"

namespace belay::sim {
namespace {

using exports::Phase;

constexpr std::size_t snapshots_max = 2;

}  // namespace

void Ordeal::judge_start() {
    store::Store& store = server_->store();
    const job::Lsn end = store.durable();
    const std::uint64_t hash = store.state_hash();
    if (store.recovery().cut_bytes != 0) {
        meet(Met::cut_tail, "a tail was cut");
    }
    if (story_.was_lied_to()) {
        const std::string_view law = story_.judge_damaged(end, hash);
        require(law.empty(), law);
        meet(Met::damage_harmless, "accepted");
        return;
    }
    require(!copied_ || *copied_ == std::pair(end, hash), "recovery is a function");
    copied_.reset();
    story_.settle(end, hash);
    require(story_.broken().empty(), story_.broken());
    if (!broken_.empty()) {
        return;
    }
    const WallTime now = server_->reader().now();
    require(now >= story_.time_max(), "time goes on where it was");
    const std::string_view law = promises_.judge(story_, now);
    require(law.empty(), law);
    for (Known& known : jobs_) {
        observe(known);
        known.witness.survived_a_restart();
    }
    look_at_list();
    judge_directories();
    judge_files();
}

bool Ordeal::is_over(const Known& known) const {
    return chronicle_.is_removed(known.witness.id());
}

void Ordeal::observe(Known& known) {
    std::string_view law;
    if (is_over(known)) {
        known.witness.may_be_removed();
    }
    const bool is_found = server_->reader().read(
        {exports::export_job_kind, known.witness.id()}, [&](const store::RecordView& record) {
            const exports::Job job = exports::decode_job(record.value).value();
            law = known.witness.seen(&job, &record);
        });
    if (!is_found) {
        law = known.witness.seen(nullptr, nullptr);
    }
    require(law.empty(), law, &known);
    require(!is_found || !known.is_refused, "a request that was refused has left a job", &known);
}

/// A tenant's list: all that is there, once, the newest first, and nothing of the other's.
void Ordeal::look_at_list() {
    tally_.add(Met::list);
    const job::TenantId tenant = random_.pick(tenants_);
    std::vector<job::Uuid> expected;
    for (Known& known : jobs_) {
        if (known.tenant == tenant) {
            observe(known);
            if (known.witness.phase() != Phase::absent) {
                expected.push_back(known.witness.id());
            }
        }
    }
    std::sort(expected.rbegin(), expected.rend());
    std::vector<job::Uuid> listed;
    server_->reader().list({exports::jobs_of_tenant, tenant}, std::nullopt,
                           [&](const job::Uuid& id, const store::RecordView&) {
                               listed.push_back(id);
                               return true;
                           });
    require(listed == expected, "a list is what there is, once, the newest first");
}

/// Nothing is left of steps that were interrupted, and of snapshots what is needed.
void Ordeal::judge_directories() {
    for (const std::string_view directory : {"log", "snapshot"}) {
        const auto names = machine_.sim_disk.list(directory);
        if (names.has_error()) {
            continue;  // no snapshot was ever written
        }
        std::size_t snapshots = 0;
        for (const std::string& name : *names) {
            require(!name.ends_with(".new") && !name.ends_with(".bad"), "left behind: " + name);
            snapshots += name.ends_with(".snapshot") ? 1 : 0;
        }
        require(snapshots <= snapshots_max, "two snapshots are kept");
        if (snapshots == snapshots_max) {
            tally_.add(Met::second_generation);
        }
        // Numbers begin at 1 and only go up.
        if (directory == "log" && !names->front().starts_with("00000000000000000001.")) {
            tally_.add(Met::segment_recycled);
        }
    }
}

/// The files of what has succeeded lie there, whole, and no other.
void Ordeal::judge_files() {
    std::set<std::string> files;
    for (const Known& known : jobs_) {
        const Witness& witness = known.witness;
        if (witness.phase() != Phase::succeeded) {
            continue;
        }
        files.insert(witness.file());
        if (random_.one_in(3)) {
            const auto file = outcome_of_file(machine_.sim_disk, witness.file());
            require(file.has_value() && file->sha256 == witness.sha256() &&
                        file->bytes == witness.bytes(),
                    "a succeeded job has its claim's file, whole", &known);
        }
    }
    for (const std::string& name : machine_.sim_disk.list("files/exports").value()) {
        files.insert("files/exports/" + name);
    }
    const auto succeeded = [&](const std::string& path) {
        return std::any_of(jobs_.begin(), jobs_.end(), [&](const Known& known) {
            return known.witness.phase() == Phase::succeeded && known.witness.file() == path;
        });
    };
    for (const std::string& path : files) {
        require(succeeded(path), "no other file remains: " + path);
    }
    std::string set(exports::empty_set_path);
    server_->reader().read({exports::context_kind, context_}, [&](const store::RecordView& record) {
        if (const auto named = exports::decode_context(record.value).value().set) {
            set = exports::set_path(context_, named->upload);
        }
    });
    require(machine_.sim_disk.open(set, {world::Open::read, false}).has_value(),
            "the context's set is there");
}

}  // namespace belay::sim
