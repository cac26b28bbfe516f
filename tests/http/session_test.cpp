#include "http/server/session.hpp"

#include <cstring>
#include <string>

#include <boost/test/unit_test.hpp>

namespace belay::http {
namespace {

/// Drives a session by hand and writes down what it says, one word a step.
class Driver {
  public:
    enum class Body { collect, discard, stream };

    explicit Driver(Body body, std::uint64_t limit = 1000) : body_(body), limit_(limit) {}

    void receive(std::string_view bytes) {
        while (!bytes.empty()) {
            const std::span<char> room = in_.room();
            const std::size_t count = std::min(room.size(), bytes.size());
            std::memcpy(room.data(), bytes.data(), count);
            in_.fill(count);
            bytes.remove_prefix(count);
        }
        step();
    }

    const std::string& said() const { return said_; }
    Session& session() { return session_; }

  private:
    void decide() {
        switch (body_) {
            case Body::collect:
                session_.collect(limit_);
                break;
            case Body::discard:
                session_.discard(limit_);
                break;
            case Body::stream:
                session_.stream(limit_);
                in_.take(head_.size());
                break;
        }
    }

    void take_pieces() {
        while (session_.is_streaming() && !in_.empty()) {
            const Session::Piece piece = session_.take_piece(in_.unread());
            said_ += "<" + std::string(in_.unread_text().substr(0, piece.payload)) + ">";
            in_.take(piece.consumed);
        }
    }

    void step() {
        while (true) {
            if (session_.is_streaming()) {
                take_pieces();
                if (session_.is_streaming()) {
                    return;
                }
            }
            switch (session_.resume(in_, head_)) {
                case Session::Step::need_bytes:
                    in_.drop_taken();
                    return;
                case Session::Step::head:
                    said_ += std::string(head_.path());
                    decide();
                    break;
                case Session::Step::request:
                    said_ += "[" + std::string(session_.body()) + "]" + std::string(head_.path());
                    break;
                case Session::Step::refused:
                    said_ += "!" + std::to_string(status_of(session_.trouble()));
                    return;
                case Session::Step::ended:
                    said_ += ".";
                    return;
            }
        }
    }

    Body body_;
    std::uint64_t limit_;
    BufferPool pool_;
    ReadBuffer in_{pool_};
    wire::RequestHead head_;
    wire::HeadMemory memory_;
    Session session_{wire::RequestHeadLimits{}, memory_};
    std::string said_;
};

constexpr std::string_view three =
    "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
    "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
    "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nT: t\r\n\r\n"
    "GET /d HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    "GET /never HTTP/1.1\r\nHost: h\r\n\r\n";

std::string in_pieces(Driver::Body body, std::string_view bytes, std::size_t size) {
    Driver driver(body);
    for (std::size_t at = 0; at < bytes.size(); at += size) {
        driver.receive(bytes.substr(at, size));
    }
    return driver.said();
}

BOOST_AUTO_TEST_SUITE(session)

BOOST_AUTO_TEST_CASE(the_outcome_does_not_depend_on_how_the_bytes_are_cut) {
    const std::string collected = "/a[]/a/b[hello]/b/c[abcdefg]/c/d[]/d.";
    const std::string dropped = "/a/b/c/d.";
    for (std::size_t size = 1; size <= three.size(); ++size) {
        const std::string now = in_pieces(Driver::Body::collect, three, size);
        BOOST_TEST(now.substr(0, collected.size()) == collected, "cut at " << size);
        BOOST_TEST(now.find_first_not_of('.', collected.size()) == std::string::npos);
        BOOST_TEST(in_pieces(Driver::Body::discard, three, size).substr(0, dropped.size()) ==
                   dropped);
    }
}

BOOST_AUTO_TEST_CASE(a_streamed_body_comes_in_pieces_and_ends_where_it_ends) {
    Driver driver(Driver::Body::stream);
    driver.receive("POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
    BOOST_TEST(driver.session().length_left() == 2u);
    driver.receive("cdGET /t HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(driver.said() == "/s<ab><cd>/t");
}

BOOST_AUTO_TEST_CASE(a_length_above_the_limit_is_refused_before_its_bytes) {
    Driver driver(Driver::Body::collect, 10);
    driver.receive("POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
    BOOST_TEST(driver.said() == "/s!413");
}

BOOST_AUTO_TEST_CASE(chunks_above_the_limit_are_refused) {
    Driver driver(Driver::Body::collect, 10);
    driver.receive(
        "POST /s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n");
    BOOST_TEST(driver.said() == "/s");
    driver.receive("5\r\nabcde\r\n");
    BOOST_TEST(driver.said() == "/s!413");
}

BOOST_AUTO_TEST_CASE(dropping_has_a_bound) {
    Driver by_length(Driver::Body::discard, 10);
    by_length.receive("POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
    BOOST_TEST(by_length.said() == "/s.");
    Driver by_chunks(Driver::Body::discard, 20);
    by_chunks.receive("POST /s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int chunk = 0; chunk < 4; ++chunk) {
        by_chunks.receive("1\r\na\r\n");
    }
    BOOST_TEST(by_chunks.said() == "/s.");
}

BOOST_AUTO_TEST_CASE(dropping_ends_at_the_same_byte_however_it_was_cut) {
    const std::string head = "POST /s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string next = "GET /n HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string body = "1;abcdefgh\r\na\r\n0\r\n\r\n";  // 20 bytes
    for (const std::uint64_t limit : {19U, 20U, 21U}) {
        Driver whole(Driver::Body::discard, limit);
        whole.receive(head + body + next);
        Driver pieces(Driver::Body::discard, limit);
        for (const char byte : head + body + next) {
            pieces.receive({&byte, 1});
        }
        const bool goes_on = limit >= body.size();
        BOOST_TEST((whole.said().find("/n") != std::string::npos) == goes_on, limit);
        BOOST_TEST((pieces.said().find("/n") != std::string::npos) == goes_on, limit);
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_after_a_refusal) {
    Driver driver(Driver::Body::collect);
    driver.receive(
        "GET /a HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n");
    driver.receive("GET /c HTTP/1.1\r\nHost: h\r\n\r\n");
    BOOST_TEST(driver.said() == "!400!400");
}

BOOST_AUTO_TEST_CASE(a_client_is_told_to_go_on_only_while_it_waits) {
    BufferPool pool;
    ReadBuffer in(pool);
    wire::RequestHead head;
    wire::HeadMemory memory;
    Session session{wire::RequestHeadLimits{}, memory};
    in.append("POST /s HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
    BOOST_TEST((session.resume(in, head) == Session::Step::head));
    session.collect(100);
    BOOST_TEST((session.resume(in, head) == Session::Step::need_bytes));
    BOOST_TEST(session.take_continue(in));
    BOOST_TEST(!session.take_continue(in));
    in.append("abcd");
    BOOST_TEST((session.resume(in, head) == Session::Step::request));

    in.append("POST /s HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nab");
    BOOST_TEST((session.resume(in, head) == Session::Step::head));
    session.collect(100);
    BOOST_TEST((session.resume(in, head) == Session::Step::need_bytes));
    BOOST_TEST(!session.take_continue(in));
}

BOOST_AUTO_TEST_CASE(says_what_it_waits_for) {
    Driver driver(Driver::Body::collect);
    BOOST_TEST((driver.session().waits_for() == Session::WaitsFor::request));
    driver.receive("\r\n");
    BOOST_TEST((driver.session().waits_for() == Session::WaitsFor::request));
    driver.receive("G");
    BOOST_TEST((driver.session().waits_for() == Session::WaitsFor::head));
    driver.receive("ET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n");
    BOOST_TEST((driver.session().waits_for() == Session::WaitsFor::body));
    driver.receive("x");
    BOOST_TEST((driver.session().waits_for() == Session::WaitsFor::request));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::http
