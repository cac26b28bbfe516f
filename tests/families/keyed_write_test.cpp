// Requests that are not to be done any more, only their keys claimed, on a store.
#include "http/families/common/keyed_write.hpp"

#include <functional>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "core/world/clock.hpp"
#include "core/world/disk_sim.hpp"
#include "core/world/entropy.hpp"
#include "store/store.hpp"

namespace belay::http {
namespace {

constexpr job::Kind kind{1};
constexpr job::RecordId record{kind, {}};
constexpr int begun = 0;
constexpr int busy = 409;
constexpr int used_up = 422;

/// A request whose doing the test writes down.
class Request final : public KeyedWrite {
  public:
    using Perform = std::function<int(store::Draft& draft, std::string& body)>;

    Request(bool claims_only, Perform perform, std::byte fingerprint = std::byte{1})
        : KeyedWrite(body_), perform_(std::move(perform)) {
        set_subjects({&record, 1});
        if (claims_only) {
            claim_key_only();
        }
        job::Fingerprint of_request{};
        of_request[0] = fingerprint;
        use_key(SpareText("a key"), of_request, std::chrono::hours(24));
    }

    /// "200 X-Idempotency-Replayed: true; what is in the body"
    const std::string& answered() const noexcept { return answered_; }
    int performed() const noexcept { return performed_; }
    int told() const noexcept { return told_; }

  private:
    int perform(const store::View&, store::Draft& draft, std::string& body) override {
        ++performed_;
        status_ = perform_(draft, body);
        return status_;
    }
    bool is_kept(int status) const noexcept override { return status != begun && status < 400; }
    bool claims_key() const noexcept override { return status_ == begun; }
    void committed(const store::Receipt&) noexcept override { ++told_; }
    void not_committed(const store::Receipt&) noexcept override { ++told_; }
    int render_key_reused(std::string& body) const override {
        body += "used up";
        return used_up;
    }
    int render_unexpected(std::string&) const override { return 500; }
    int render_unavailable(store::Status, std::string&) const override { return 503; }
    void answer(int status, ResponseFields fields) noexcept override {
        answered_ = std::to_string(status);
        for (const ResponseField& field : fields) {
            answered_.append(" ").append(field.name).append(": ").append(field.value);
        }
        answered_ += "; " + body_;
    }

    std::string body_;
    const Perform perform_;
    std::string answered_;
    int status_ = 0;
    int performed_ = 0;
    int told_ = 0;
};

int put(store::Draft& draft, int status, std::string_view value) {
    draft.put(0, as_byte_span(value));
    return status;
}

class Keys {
  public:
    Keys() : lane_(store_->open_lane(waker_)) {}

    std::string run(Request& request) {
        lane_.submit(request);
        while (lane_.pending() != 0) {
            store_->pump();
            lane_.poll();
        }
        return request.answered();
    }

    std::string perform(Request::Perform work) {
        Request request(false, std::move(work));
        return run(request);
    }

    std::string claim(Request::Perform work = [](auto&, auto&) -> int {
        BOOST_ERROR("it is done");
        return 200;
    }) {
        Request request(true, std::move(work));
        const std::string answered = run(request);
        BOOST_TEST(request.told() == 0);
        return answered;
    }

    /// The record's value; "none".
    std::string value() {
        std::string found = "none";
        lane_.read(record, [&](const store::RecordView& view) { found = as_text(view.value); });
        return found;
    }

  private:
    class Listener final : public store::FailureListener {
      public:
        void log_failed(boost::system::error_code) noexcept override {}
    };
    class NoWaker final : public store::Waker {
      public:
        void wake() noexcept override {}
    };

    static store::Schema schema() {
        store::Schema made;
        made.kinds.push_back({.kind = kind,
                              .name = "thing",
                              .memberships = [](ByteSpan, store::Memberships&) {},
                              .print = [](ByteSpan, std::string&) {}});
        return made;
    }
    static store::Settings settings() {
        store::Settings made;
        made.ring_bytes = 4 << 20;
        made.segment_bytes = 1 << 20;
        made.snapshot_interval = Milliseconds(0);
        made.single_threaded = true;
        return made;
    }

    world::SimDisk disk_{1};
    world::ManualClock clock_{WallTime(std::chrono::seconds(1'000'000'000))};
    world::SeededEntropy entropy_{1};
    Listener listener_;
    NoWaker waker_;
    std::unique_ptr<store::Store> store_ =
        store::Store::open(disk_, clock_, entropy_, schema(), settings(), listener_).value();
    store::Lane lane_;
};

/// Nothing is sent to anybody yet.
constexpr std::string_view unanswered = "0 X-Idempotency-Replayed: false; ";
constexpr std::string_view claimed = "422 X-Idempotency-Claimed: true; used up";

int do_it(store::Draft& draft, std::string& body) {
    body += "done";
    return put(draft, 200, "done");
}

int begin_it(store::Draft& draft, std::string&) {
    return put(draft, begun, "begun");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(key_claims, Keys)

BOOST_AUTO_TEST_CASE(a_fresh_key_is_claimed_and_the_request_never_done) {
    BOOST_TEST(claim() == claimed);
    BOOST_TEST(perform(do_it) == "422 X-Idempotency-Replayed: true; used up");
    // After a crash it is claimed again, by one that does not know.
    BOOST_TEST(claim() == claimed);
    BOOST_TEST(value() == "none");
}

BOOST_AUTO_TEST_CASE(what_was_done_is_answered) {
    BOOST_TEST(perform(do_it) == "200 X-Idempotency-Replayed: false; done");
    BOOST_TEST(claim() == "200 X-Idempotency-Replayed: true; done");
}

BOOST_AUTO_TEST_CASE(another_request_has_the_key) {
    BOOST_TEST(perform(do_it) == "200 X-Idempotency-Replayed: false; done");
    Request other(true, do_it, std::byte{2});
    BOOST_TEST(run(other) == "422; used up");
    BOOST_TEST(claim() == "200 X-Idempotency-Replayed: true; done");
}

BOOST_AUTO_TEST_CASE(what_was_begun_and_has_come_to_its_end_is_answered) {
    BOOST_TEST(perform(begin_it) == unanswered);
    const auto look = [](store::Draft&, std::string& body) {
        body += "ended";
        return 200;
    };
    BOOST_TEST(claim(look) == "200 X-Idempotency-Replayed: true; ended");
    // It is kept from now on.
    BOOST_TEST(claim() == "200 X-Idempotency-Replayed: true; ended");
    BOOST_TEST(value() == "begun");
}

BOOST_AUTO_TEST_CASE(what_was_begun_and_is_still_at_work_is_to_be_asked_again) {
    BOOST_TEST(perform(begin_it) == unanswered);
    const auto look = [](store::Draft&, std::string& body) {
        body += "busy";
        return busy;
    };
    BOOST_TEST(claim(look) == "409; busy");
    BOOST_TEST(claim(look) == "409; busy");
    BOOST_TEST(value() == "begun");
}

/// It was begun, and came to nothing: doing it now would be doing it after the cancel.
BOOST_AUTO_TEST_CASE(what_would_begin_once_more_does_not) {
    for (const auto& once_more : {Request::Perform(begin_it), Request::Perform(do_it)}) {
        Keys keys;
        BOOST_TEST(keys.perform(begin_it) == unanswered);
        BOOST_TEST(keys.claim(once_more) == claimed);
        BOOST_TEST(keys.perform(do_it) == "422 X-Idempotency-Replayed: true; used up");
        BOOST_TEST(keys.claim(once_more) == claimed);
        BOOST_TEST(keys.value() == "begun");
    }
}

BOOST_AUTO_TEST_CASE(a_look_that_fails_leaves_the_key) {
    BOOST_TEST(perform(begin_it) == unanswered);
    const auto fail = [](store::Draft& draft, std::string& body) -> int {
        body += "half";
        put(draft, 200, "half");
        throw std::runtime_error("no memory");
    };
    BOOST_TEST(claim(fail) == "500; ");
    BOOST_TEST(value() == "begun");
    BOOST_TEST(perform(do_it) == "200 X-Idempotency-Replayed: false; done");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belay::http
