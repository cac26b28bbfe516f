#include "tests/sim/race.hpp"

#include <algorithm>

namespace belay::sim {
namespace {

/// Of one round, far more than it needs.
constexpr int turns_max = 3000;

/// So many places a job passes on its way if nothing is in it: where a plan strikes.
constexpr std::uint64_t places_of_a_job = 90;

}  // namespace

Race::Race(std::uint64_t seed, Coverage& coverage)
    : random_(seed), coverage_(coverage), machine_(seed, *this) {
    machine_.life.attempts_max = static_cast<std::uint32_t>(1 + seed % 3);
}

Race::~Race() = default;

std::string Race::live(int rounds) {
    begin_life();
    for (int round = 0; round < rounds && broken_.empty(); ++round) {
        play_round();
        coverage_.add_rounds(1);
    }
    if (broken_.empty()) {
        play_epilogue();
    }
    is_armed_ = false;
    if (server_) {
        machine_.sim_disk.kill();
        for (Worker& worker : workers_) {
            worker.attempt.reset();
        }
        server_->end();
    }
    return broken_;
}

void Race::begin_life() {
    start_server();
    context_ = job::make_uuid_v7(machine_.manual_clock.wall(), {1});
    SetAsk make(context_, std::nullopt);
    server_->house().run(make);
}

void Race::pass(Place place) {
    if (!is_armed_ || machine_.sim_disk.is_crashed()) {
        return;
    }
    const bool is_log = place == Place::before_log_write || place == Place::after_log_write;
    const bool was_in_log_write = is_in_log_write_;
    is_in_log_write_ = was_in_log_write || is_log;
    ++places_;
    observe_round();
    for (std::size_t tried = plan_.size(); tried > 0; --tried) {
        const auto due = std::find_if(plan_.begin(), plan_.end(), [&](const Planned& planned) {
            return planned.at <= places_ && !(is_in_log_write_ && uses_the_log(planned.what));
        });
        if (due == plan_.end() || machine_.sim_disk.is_crashed()) {
            break;
        }
        Planned planned = *due;
        plan_.erase(due);
        if (disturb(planned.what, place)) {
            coverage_.disturbed(planned.what, place);
        } else if (places_ < 4 * places_of_a_job) {
            planned.at = places_ + 1 + random_.below(8);
            plan_.push_back(planned);
        }
    }
    is_in_log_write_ = was_in_log_write;
}

void Race::play_round() {
    trace_.clear();
    places_ = 0;
    round_begin_ = witnesses_.size();
    make_plan();
    is_armed_ = true;
    const std::uint64_t jobs = random_.one_in(4) ? 2 : 1;
    for (std::uint64_t made = 0; made < jobs; ++made) {
        make_job();
    }
    int turns = 0;
    while (broken_.empty() && (take_turn() || !plan_.empty())) {
        require(++turns < turns_max, "a round comes to its end");
    }
    is_armed_ = false;
    if (broken_.empty() && server_->has_ended()) {
        restart(false);
    }
    if (broken_.empty()) {
        judge_round();
    }
}

void Race::make_plan() {
    plan_.clear();
    is_sick_ = random_.one_in(6);
    const auto add = [&](Disturbance what) {
        plan_.push_back({random_.below(places_of_a_job), what});
    };
    const std::uint64_t cancels = random_.one_in(8) ? 0 : 1 + random_.below(2);
    for (std::uint64_t number = 0; number < cancels; ++number) {
        add(Disturbance::cancel);
    }
    for (std::uint64_t number = random_.below(5); number > 0; --number) {
        const auto what = static_cast<Disturbance>(
            1 + random_.below(static_cast<std::uint64_t>(Disturbance::count_) - 1));
        const bool ends = what == Disturbance::end_now || what == Disturbance::end_in_a_call ||
                          what == Disturbance::log_fault;
        if (!ends || random_.one_in(10)) {
            add(what);
        }
        if (what == Disturbance::lease_wait) {
            add(Disturbance::chores);
            add(Disturbance::other_worker);
        }
        const bool takes_more = what == Disturbance::upload || what == Disturbance::stray_ask;
        for (int more = takes_more ? 3 : 0; more > 0; --more) {
            add(what);
        }
    }
}

void Race::make_job() {
    std::array<std::uint8_t, 10> bits{};
    const std::uint64_t number = random_.number();
    std::memcpy(bits.data(), &number, sizeof number);
    Witness& witness =
        witnesses_.emplace_back(job::make_uuid_v7(machine_.manual_clock.wall(), bits));
    const auto report = static_cast<exports::ReportType>(1 + random_.below(3));
    const auto format = static_cast<exports::Format>(1 + random_.below(3));
    auto ask = std::make_unique<CreateAsk>(
        witness.id(), exports::make_job({}, context_, report, format, whole_month(),
                                        machine_.manual_clock.wall()));
    note("create");
    submit(*ask);
    creates_.push_back(std::move(ask));
}

/// One act of workers, clients or housekeeping, as they come; false when nobody has anything to do.
bool Race::take_turn() {
    pass(Place::between_steps);
    if (server_->has_ended()) {
        restart(false);
        is_armed_ = true;
        return true;
    }
    if (random_.one_in(2)) {
        server_->store().pump();  // the log thread comes along
    }
    hear_answers();
    if (is_sick_ && random_.one_in(3)) {
        break_file();
    }
    if (!broken_.empty() || is_round_over()) {
        return false;
    }
    return take_turn_of_worker() || wait_for_what_is_due();
}

bool Race::take_turn_of_worker() {
    const std::size_t first = random_.below(workers_.size());
    for (std::size_t at = 0; at < workers_.size(); ++at) {
        Worker& worker = workers_[(first + at) % workers_.size()];
        if (worker.attempt) {
            step(worker);
            return true;
        }
    }
    return start_attempt(workers_[first]);
}

bool Race::wait_for_what_is_due() {
    const WallTime now = server_->house().lane().now();  // others may act here
    const bool is_naming = uploader_.is_naming();
    server_->store().pump();
    if (!cancels_.empty() || !creates_.empty() || !stray_asks_.empty() || is_naming) {
        hear_answers();
        return true;
    }
    const std::optional<WallTime> due = server_->agenda.next_due();
    if (due && *due <= now) {
        do_chores();
        return true;
    }
    if (due) {
        // The time of day may have been set back: then it takes longer than it seems.
        pass_time(std::max(Milliseconds(1), *due - machine_.manual_clock.wall()));
        return true;
    }
    if (server_->has_ended()) {
        return true;
    }
    note("survey");
    is_armed_ = false;
    server_->survey();
    is_armed_ = true;
    // A cancel whose client no longer waited may have become durable since the last look.
    observe_round();
    require(server_->ready.size() != 0 || server_->agenda.size() != 0 || have_all_ended(),
            "a job that has not ended is remembered by somebody");
    return broken_.empty();
}

bool Race::have_all_ended() const {
    return std::all_of(witnesses_.begin() + static_cast<std::ptrdiff_t>(round_begin_),
                       witnesses_.end(), [](const Witness& each) { return each.has_ended(); });
}

/// Every job of the round has ended, and nobody is at work or waits for an answer.
bool Race::is_round_over() {
    const bool works = std::any_of(workers_.begin(), workers_.end(),
                                   [](const Worker& worker) { return worker.attempt.has_value(); });
    const bool waits = !cancels_.empty() || !creates_.empty() || !stray_asks_.empty();
    if (works || waits) {
        return false;
    }
    observe_round();
    return have_all_ended();
}

void Race::start_server() {
    for (;;) {
        auto started = Server::start(machine_);
        if (started.has_value()) {
            server_ = std::move(*started);
            machine_.sim_disk.crash_at(0);
            machine_.disk.forget();
            return;
        }
        require(machine_.sim_disk.is_crashed(), started.error().what);
        if (!broken_.empty()) {
            return;
        }
        machine_.sim_disk.power_loss(random_.number());
        machine_.sim_disk.restart();
    }
}

/// The process ends, and another begins on what it left.
void Race::restart(bool is_orderly) {
    is_armed_ = false;
    note(is_orderly ? "orderly restart" : "restart");
    if (is_orderly) {
        require(server_->close(), "the store closes");
    }
    machine_.sim_disk.kill();
    for (Worker& worker : workers_) {
        worker.attempt.reset();
    }
    server_->end();
    hear_answers();
    server_.reset();
    uploader_.forget();
    if (random_.one_in(2)) {
        machine_.sim_disk.power_loss(random_.number());
    }
    machine_.sim_disk.restart();
    if (random_.one_in(4)) {
        machine_.sim_disk.crash_at(1 + random_.below(60));
    }
    start_server();
    if (!broken_.empty()) {
        return;
    }
    for (Witness& witness : witnesses_) {
        observe(witness);
        witness.survived_a_restart();
    }
}

void Race::observe(Witness& witness) {
    std::string_view law;
    const bool found = server_->reader().read(
        {exports::export_job_kind, witness.id()}, [&](const store::RecordView& record) {
            const exports::Job job = exports::decode_job(record.value).value();
            law = witness.seen(&job, &record);
        });
    if (!found) {
        law = witness.seen(nullptr, nullptr);
    }
    require(law.empty(), law, &witness);
}

void Race::observe_round() {
    for (std::size_t at = round_begin_; at < witnesses_.size(); ++at) {
        observe(witnesses_[at]);
    }
}

/// Of a round that is over: the files of what succeeded lie there, whole, and no other.
void Race::judge_round() {
    std::set<std::string> files;
    for (std::size_t at = 0; at < witnesses_.size(); ++at) {
        const Witness& witness = witnesses_[at];
        if (witness.phase() != exports::Phase::succeeded) {
            continue;
        }
        files.insert(witness.file());
        if (at >= round_begin_) {
            const auto file = outcome_of_file(machine_.sim_disk, witness.file());
            require(file.has_value() && file->sha256 == witness.sha256() &&
                        file->bytes == witness.bytes(),
                    "a succeeded job has its claim's file, whole", &witness);
        }
    }
    for (const std::string& name : machine_.sim_disk.list("files/exports").value()) {
        const std::string path = "files/exports/" + name;
        if (!machine_.disk.not_removed().contains(path)) {
            require(files.contains(path), "no other file remains: " + path);
        }
    }
}

void Race::require(bool holds, std::string_view law, const Witness* witness) {
    if (holds || !broken_.empty()) {
        return;
    }
    broken_ = "broken: " + std::string(law) + "\n";
    if (witness != nullptr) {
        broken_ += "job " + job::format_uuid(witness->id()) + ", " +
                   std::string(name_of(witness->phase())) + "\n";
    }
    broken_ += "round " + std::to_string(coverage_.rounds()) + " of all:\n";
    for (const std::string& line : trace_) {
        broken_ += "  " + line + "\n";
    }
}

}  // namespace belay::sim
