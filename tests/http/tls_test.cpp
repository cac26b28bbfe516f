#include "http/server/tls.hpp"

#include <string>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "tests/http/raw_client.hpp"
#include "tests/http/test_server.hpp"

namespace belay::test {
namespace {

/// A blocking TLS client.
class TlsClient {
  public:
    explicit TlsClient(std::uint16_t port, int version_max = TLS1_3_VERSION,
                       std::string_view protocols = {})
        : context_(SSL_CTX_new(TLS_client_method())),
          socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context_, version_max);
        SSL_CTX_set_cipher_list(context_, "ALL:@SECLEVEL=0");
        SSL_CTX_set_alpn_protos(context_, reinterpret_cast<const unsigned char*>(protocols.data()),
                                static_cast<unsigned>(protocols.size()));
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_port = htons(port);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        check(::connect(socket_, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0,
              "the test server accepts");
        session_ = SSL_new(context_);
        SSL_set_fd(session_, socket_);
        connected_ = SSL_connect(session_) == 1;
    }
    ~TlsClient() {
        SSL_free(session_);
        SSL_CTX_free(context_);
        ::close(socket_);
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    bool connected() const { return connected_; }
    SSL* session() { return session_; }

    std::string ask(const std::string& request, std::string_view until) {
        SSL_write(session_, request.data(), static_cast<int>(request.size()));
        std::string got;
        char bytes[4096];
        int count = 0;
        while (got.find(until) == std::string::npos &&
               (count = SSL_read(session_, bytes, sizeof bytes)) > 0) {
            got.append(bytes, static_cast<std::size_t>(count));
        }
        last_error_ = count > 0 ? SSL_ERROR_NONE : SSL_get_error(session_, count);
        return got;
    }
    int last_error() const { return last_error_; }

    std::string certificate_digest() {
        X509* certificate = SSL_get1_peer_certificate(session_);
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        X509_digest(certificate, EVP_sha256(), digest, &size);
        X509_free(certificate);
        return {reinterpret_cast<const char*>(digest), size};
    }

  private:
    SSL_CTX* context_;
    int socket_;
    SSL* session_ = nullptr;
    bool connected_ = false;
    int last_error_ = SSL_ERROR_NONE;
};

constexpr const char* get_ok = "GET /ok HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view ok = "\r\n\r\nok";

struct Fixture {
    Fixture() { BOOST_REQUIRE(load(context, made).has_value()); }

    TestCertificate made = make_certificate();
    http::TlsContext context;
    TestServerOptions options{.tls = &context};
};

BOOST_FIXTURE_TEST_SUITE(tls, Fixture)

BOOST_AUTO_TEST_CASE(serves_both_versions_and_closes_with_notice) {
    TestServer server(options);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client(server.port(), version);
        BOOST_REQUIRE(client.connected());
        BOOST_TEST(SSL_version(client.session()) == version);
        BOOST_TEST(client.ask(get_ok, ok).find("200 OK") != std::string::npos);
        client.ask("GET /ok HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "never");
        BOOST_TEST(client.last_error() == SSL_ERROR_ZERO_RETURN);
    }
}

BOOST_AUTO_TEST_CASE(refuses_old_versions_and_other_protocols) {
    TestServer server(options);
    BOOST_TEST(!TlsClient(server.port(), TLS1_1_VERSION).connected());
    BOOST_TEST(!TlsClient(server.port(), TLS1_3_VERSION, "\x02h2").connected());
    BOOST_TEST(TlsClient(server.port(), TLS1_3_VERSION, "\x02h2\x08http/1.1").connected());
    BOOST_TEST(TlsClient(server.port()).connected());
}

BOOST_AUTO_TEST_CASE(a_large_answer_comes_whole) {
    TestServer server(options);
    TlsClient client(server.port());
    const std::string got = client.ask(
        "GET /flow-length/1000000 HTTP/1.1\r\nHost: h\r\n"
        "Connection: close\r\n\r\n",
        "never");
    BOOST_TEST(got.size() - got.find("\r\n\r\n") - 4 == 1'000'000u);
}

BOOST_AUTO_TEST_CASE(a_new_certificate_is_for_new_connections) {
    TestServer server(options);
    TlsClient before(server.port());
    const TestCertificate renewed = make_certificate();
    BOOST_REQUIRE(load(context, renewed).has_value());
    TlsClient after(server.port());
    BOOST_TEST((before.certificate_digest() != after.certificate_digest()));
    BOOST_TEST(before.ask(get_ok, ok).find("200 OK") != std::string::npos);
    BOOST_TEST(after.ask(get_ok, ok).find("200 OK") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_used_changes_nothing) {
    TestServer server(options);
    const TestCertificate other = make_certificate();
    const auto other_key = context.load({made.certificate, "cert.pem"}, {other.key, "key.pem"});
    BOOST_TEST(other_key.error().what.starts_with("key.pem holds no key"));
    const auto nonsense = context.load({"nonsense", "cert.pem"}, {made.key, "key.pem"});
    BOOST_TEST(nonsense.error().what.starts_with("cert.pem holds no certificate"));
    BOOST_TEST(TlsClient(server.port()).connected());
}

BOOST_AUTO_TEST_CASE(plain_http_on_the_tls_port_is_closed) {
    TestServer server(options);
    RawClient client(server.port());
    client.send(get_ok);
    BOOST_TEST(client.read_to_end());
    client.finish_sending();
    server.wait_until_closed();
    BOOST_TEST(server.metrics().handshakes_failed.value() == 1u);
}

BOOST_AUTO_TEST_CASE(a_handshake_that_stalls_is_cut) {
    world::ManualClock clock{WallTime()};
    options.clock = &clock;
    TestServer server(options);
    RawClient client(server.port());
    while (server.metrics().handshakes_failed.value() == 0) {
        clock.advance(std::chrono::seconds(5));
        server.wake();
        std::this_thread::yield();
    }
    BOOST_TEST(client.read_to_end());
}

BOOST_AUTO_TEST_CASE(a_stop_does_not_wait_for_a_handshake) {
    TestServer server(options);
    RawClient client(server.port());
    while (server.metrics().connections_open.value() == 0) {
        std::this_thread::yield();
    }
    server.drain();
    BOOST_TEST(client.read_to_end());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::test
