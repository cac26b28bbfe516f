#include <algorithm>

#include "core/run/event.hpp"
#include "tests/drive/batches/plant.hpp"

namespace belay::batch_drive::test {
namespace {

std::string response_of(int status) {
    return status < 300 ? R"({"object":"thing"})"
                        : R"({"error":{"message":"no","type":"invalid_request_error"}})";
}

RowAnswer again(RowTries& tries, Milliseconds wait, bool may_be_done, bool holds_all) {
    tries.may_be_done |= may_be_done;
    RowAnswer answer;
    answer.kind = RowAnswer::Kind::again;
    answer.status = 429;
    answer.response = response_of(answer.status);
    answer.wait = wait;
    answer.holds_all = holds_all;
    return answer;
}

}  // namespace

class Works::Wait final : public run::Deadline {
  public:
    explicit Wait(run::Shard& shard) noexcept : over(shard) {}

    run::Event over;

  private:
    void expired() override { over.set(); }
};

run::task<> Works::pass(Milliseconds time) {
    if (time.count() == 0 || is_ended_) {
        co_return;
    }
    Wait wait(*shard_);
    shard_->arm(wait, shard_->deadlines().of_length(time));
    waits_.insert(&wait);
    co_await wait.over.wait();
    waits_.erase(&wait);
}

void Works::end_calls() {
    is_ended_ = true;
    for (Wait* wait : waits_) {
        wait->disarm();
        wait->over.set();
    }
}

run::task<RowAnswer> Works::send(const RowsOf& rows, const batches::Row&, std::string_view key,
                                 RowTries& tries) {
    if (on_send) {
        on_send(rows.job, key);
    }
    ++sends;
    ++under_way;
    most_under_way = std::max(most_under_way, under_way);
    Done& done = keys[std::string(key)];
    ++done.sends;
    const RowScript script_now = script ? script(key, done.sends) : RowScript{};
    const bool acts =
        script_now.kind == RowScript::Kind::answer || script_now.kind == RowScript::Kind::lose;
    if (acts && done.times == 0 && !done.is_claimed) {
        ++done.times;
        done.status = script_now.status;
    }
    co_await pass(script_now.takes);
    --under_way;
    if (is_ended_ || script_now.kind == RowScript::Kind::lose) {
        co_return again(tries, script_now.wait, true, false);
    }
    if (!acts) {
        const bool holds_all = script_now.kind == RowScript::Kind::throttle;
        co_return again(tries, script_now.wait, false, holds_all);
    }
    RowAnswer answer;
    answer.status = done.is_claimed ? 409 : done.status;
    answer.response = response_of(answer.status);
    co_return answer;
}

run::task<std::optional<RowAnswer>> Works::settle(const RowsOf&, const batches::Row&,
                                                  std::string_view key) {
    if (settles_unknown) {
        co_return outcome_unknown();
    }
    Done& done = keys[std::string(key)];
    if (done.times == 0) {
        done.is_claimed = true;
        co_return std::nullopt;
    }
    RowAnswer answer;
    answer.status = done.status;
    answer.response = response_of(answer.status);
    co_return answer;
}

}  // namespace belay::batch_drive::test
