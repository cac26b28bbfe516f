// What clients ask in a race, and what they are told.
#include <algorithm>
#include <utility>

#include "tests/sim/race.hpp"

namespace belay::sim {
namespace {

using exports::Ask;

}  // namespace

/// By a client that is not in the midst of something.
bool Race::submit(store::Operation& operation) {
    for (std::size_t at = 0; at < is_client_busy_.size(); ++at) {
        if (!is_client_busy_[at]) {
            const Busy busy(is_client_busy_[at]);
            server_->client(at).submit(operation);
            return true;
        }
    }
    return false;
}

bool Race::cancel(Witness& witness, Place place) {
    if (!witness.is_known()) {
        return false;
    }
    // The place is that of an attempt at this very job, if we are in one of its steps.
    const Worker* worker = worker_on(witness);
    const bool is_inside = worker != nullptr && !stack_.empty() && stack_.back() == worker;
    note("cancel of " + job::format_uuid(witness.id()) + ", seen as " +
         std::string(name_of(witness.phase())));
    cancels_.push_back({std::make_unique<JobAsk>(witness.id(), exports::Request{.ask = Ask::cancel},
                                                 machine_.life),
                        &witness,
                        worker == nullptr ? std::nullopt : std::optional(worker->attempt->stage()),
                        is_inside ? place : Place::between_steps});
    if (!submit(*cancels_.back().ask)) {
        cancels_.pop_back();
        return false;
    }
    return true;
}

/// An ask that comes too late, too early, or under a lease that is lost.
bool Race::ask_astray() {
    auto ask = static_cast<Ask>(random_.below(exports::Rules::asks));
    if (ask == Ask::cancel) {
        ask = Ask::lapse;  // a client's cancel has an answer to be heard
    }
    const Witness& witness = random_.one_in(2) ? witness_of_round() : any_witness();
    exports::Request request;
    request.ask = ask;
    request.token = 1;  // no claim's
    request.error = "a worker that lost its lease";
    if (const auto& tokens = witness.tokens(); tokens.size() > 1) {
        request.token = tokens[random_.below(tokens.size() - 1)];
    }
    const job::Uuid nobody = job::make_uuid_v7(machine_.manual_clock.wall(), {});
    stray_asks_.push_back(std::make_unique<JobAsk>(random_.one_in(8) ? nobody : witness.id(),
                                                   request, machine_.life));
    note("stray ask");
    if (!submit(*stray_asks_.back())) {
        stray_asks_.pop_back();
        return false;
    }
    return true;
}

Witness& Race::witness_of_round() {
    return witnesses_[round_begin_ + random_.below(witnesses_.size() - round_begin_)];
}

Witness& Race::any_witness() {
    return random_.pick(witnesses_);
}

const Race::Worker* Race::worker_on(const Witness& witness) const {
    const auto is_on = [&](const Worker& worker) {
        return worker.attempt && worker.job == witness.id();
    };
    for (auto worker = stack_.rbegin(); worker != stack_.rend(); ++worker) {
        if (is_on(**worker)) {
            return *worker;
        }
    }
    const auto found = std::find_if(workers_.begin(), workers_.end(), is_on);
    return found == workers_.end() ? nullptr : &*found;
}

void Race::hear_answers() {
    for (std::size_t at = 0; at < is_client_busy_.size(); ++at) {
        const Busy busy(is_client_busy_[at]);
        server_->client(at).poll();
    }
    std::erase_if(creates_, [&](const std::unique_ptr<CreateAsk>& create) {
        if (!create->receipt()) {
            return false;
        }
        const auto made =
            std::find_if(witnesses_.begin(), witnesses_.end(),
                         [&](const Witness& each) { return each.id() == create->id(); });
        made->created(*create->receipt());
        if (create->receipt()->status == store::Status::committed) {
            server_->ready.push(create->id());
        }
        return true;
    });
    std::erase_if(cancels_, [&](const Cancel& cancel) {
        if (!cancel.ask->is_done()) {
            return false;
        }
        const std::string_view law = cancel.witness->told(*cancel.ask);
        require(law.empty(), law, cancel.witness);
        note("a client is told " + std::to_string(cancel.ask->http_status()) + " of " +
             std::string(name_of(cancel.ask->found())));
        if (cancel.ask->http_status() != 503) {
            coverage_.asked(cancel.ask->found(), Ask::cancel);
            coverage_.canceled(cancel.stage, cancel.place, cancel.ask->found());
        }
        return true;
    });
    std::erase_if(stray_asks_, [&](const std::unique_ptr<JobAsk>& ask) {
        if (!ask->is_done()) {
            return false;
        }
        const bool needs_lease = ask->ask() != Ask::claim && ask->ask() != Ask::lapse &&
                                 ask->ask() != Ask::expire && ask->ask() != Ask::remove;
        require(
            !needs_lease || ask->found() == exports::Phase::absent || !job::moves(ask->verdict()),
            "a worker without the lease moves nothing");
        coverage_.asked(ask->found(), ask->ask());
        return true;
    });
}

}  // namespace belay::sim
