#include "http/client/trust.hpp"

#include <string>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "core/base/check.hpp"

namespace belay::client {
namespace {

struct FreeBio {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};

struct FreeCertificate {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

/// Never asks a terminal for a pass phrase.
int no_pass_phrase(char*, int, int, void*) {
    return 0;
}

/// How many certificates of the text were added.
int add_authorities(X509_STORE& store, std::string_view text) {
    const std::unique_ptr<BIO, FreeBio> pem(
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    int added = 0;
    while (const std::unique_ptr<X509, FreeCertificate> authority{
        PEM_read_bio_X509(pem.get(), nullptr, no_pass_phrase, nullptr)}) {
        added += X509_STORE_add_cert(&store, authority.get()) == 1 ? 1 : 0;
    }
    return added;
}

}  // namespace

Trust::Trust() : context_(boost::asio::ssl::context::tls_client) {
    SSL_CTX& made = *context_.native_handle();
    SSL_CTX_set_min_proto_version(&made, TLS1_2_VERSION);
    SSL_CTX_set_options(&made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(&made, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(&made, SSL_VERIFY_PEER, nullptr);
    constexpr unsigned char http_1_1[] = "\x08http/1.1";
    check(SSL_CTX_set_cipher_list(&made, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
              SSL_CTX_set_alpn_protos(&made, http_1_1, sizeof http_1_1 - 1) == 0,
          "OpenSSL has the suites that belay names");
    // A machine without a store trusts nobody but whom the configuration names.
    SSL_CTX_set_default_verify_paths(&made);
    ERR_clear_error();
}

explained<std::unique_ptr<Trust>> Trust::load(std::string_view more, std::string_view name) {
    std::unique_ptr<Trust> made(new Trust);
    if (!more.empty()) {
        X509_STORE* store = SSL_CTX_get_cert_store(made->context_.native_handle());
        const int added = add_authorities(*store, more);
        ERR_clear_error();  // the end of the text is reported as an error
        if (added == 0) {
            return failure(Error::malformed, std::string(name) + " holds no certificate");
        }
    }
    return made;
}

}  // namespace belay::client
