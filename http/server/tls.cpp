#include "http/server/tls.hpp"

#include <array>
#include <string>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "core/base/check.hpp"
#include "http/server/tls_socket.hpp"

namespace belay::http {
namespace {

constexpr std::string_view http_1_1 = "http/1.1";

/// A client that speaks ALPN must offer HTTP/1.1 (RFC 7301 3.2); one that does not is taken to.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
    const std::string_view list(reinterpret_cast<const char*>(offered), offered_size);
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t size = static_cast<unsigned char>(list[at]);
        if (list.substr(at + 1, size) == http_1_1) {
            *chosen = offered + at + 1;
            *chosen_size = static_cast<unsigned char>(size);
            return SSL_TLSEXT_ERR_OK;
        }
        at += 1 + size;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

Failure tls_failure(const Pem& file, std::string_view what) {
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_peek_last_error(), reason.data(), reason.size());
    ERR_clear_error();
    return failure(Error::malformed,
                   std::string(file.name) + " " + std::string(what) + ": " + reason.data());
}

struct FreeBio {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Text = std::unique_ptr<BIO, FreeBio>;

Text text_of(std::string_view pem) {
    return Text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

struct FreeCertificate {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;

/// Never asks a terminal for a pass phrase.
int no_pass_phrase(char*, int, int, void*) {
    return 0;
}

explained<void> use_certificates(SSL_CTX& context, const Pem& chain) {
    const Text text = text_of(chain.text);
    const Certificate own(PEM_read_bio_X509_AUX(text.get(), nullptr, no_pass_phrase, nullptr));
    if (!own || SSL_CTX_use_certificate(&context, own.get()) != 1) {
        return tls_failure(chain, "holds no certificate that can be used");
    }
    while (X509* issuer = PEM_read_bio_X509(text.get(), nullptr, no_pass_phrase, nullptr)) {
        if (SSL_CTX_add0_chain_cert(&context, issuer) != 1) {
            X509_free(issuer);
            return tls_failure(chain, "holds a chain that cannot be used");
        }
    }
    ERR_clear_error();  // the end of the text is reported as an error
    return {};
}

explained<void> use_key(SSL_CTX& context, const Pem& private_key) {
    const Text text = text_of(private_key.text);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(text.get(), nullptr, no_pass_phrase, nullptr);
    const bool used = key != nullptr && SSL_CTX_use_PrivateKey(&context, key) == 1;
    EVP_PKEY_free(key);
    if (!used || SSL_CTX_check_private_key(&context) != 1) {
        return tls_failure(private_key, "holds no key that can be used with the certificate");
    }
    return {};
}

}  // namespace

TlsSession::TlsSession(SSL_CTX& context, int socket) : ssl_(SSL_new(&context)) {
    BIO* bio = ssl_ ? make_socket_bio(socket) : nullptr;
    if (bio == nullptr) {
        throw std::bad_alloc();
    }
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_accept_state(ssl_.get());
}

IoResult TlsSession::judge(int returned) noexcept {
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_NONE:
            return IoResult::done;
        case SSL_ERROR_WANT_READ:
            return IoResult::needs_read;
        case SSL_ERROR_WANT_WRITE:
            return IoResult::needs_write;
        case SSL_ERROR_ZERO_RETURN:
            return IoResult::ended;
        default:
            // An end without close_notify comes here too: what was cut off must not be taken for
            // complete (RFC 9112 9.8).
            may_shut_down_ = false;
            ERR_clear_error();
            return IoResult::failed;
    }
}

IoResult TlsSession::handshake() noexcept {
    ERR_clear_error();
    const IoResult result = judge(SSL_do_handshake(ssl_.get()));
    may_shut_down_ = result == IoResult::done;
    return result;
}

IoOutcome TlsSession::read(std::span<char> into) noexcept {
    ERR_clear_error();
    std::size_t bytes = 0;
    const IoResult result = judge(SSL_read_ex(ssl_.get(), into.data(), into.size(), &bytes));
    return {result, bytes};
}

IoOutcome TlsSession::write(std::string_view bytes) noexcept {
    ERR_clear_error();
    std::size_t written = 0;
    const IoResult result = judge(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written));
    return {result, written};
}

void TlsSession::shut_down() noexcept {
    if (std::exchange(may_shut_down_, false)) {
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
}

TlsContext::Handle TlsContext::make() {
    Handle context(SSL_CTX_new(TLS_server_method()));
    check(context != nullptr, "OpenSSL makes a context");
    SSL_CTX& made = *context;
    SSL_CTX_set_min_proto_version(&made, TLS1_2_VERSION);
    SSL_CTX_set_options(&made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(&made, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(&made, 0);
    // Partial: a write that is cut by a full socket says how far it came. Moving: the rest of an
    // answer may stand at another address when it is tried again.
    SSL_CTX_set_mode(&made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
    check(SSL_CTX_set_cipher_list(&made, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
              SSL_CTX_set1_groups_list(&made, "X25519:P-256") == 1,
          "OpenSSL has the suites and groups that belay names");
    SSL_CTX_set_alpn_select_cb(&made, choose_protocol, nullptr);
    return context;
}

explained<void> TlsContext::load(const Pem& certificate_chain, const Pem& private_key) {
    ERR_clear_error();
    Handle fresh = make();
    if (const explained<void> used = use_certificates(*fresh, certificate_chain); !used) {
        return used.error();
    }
    if (const explained<void> used = use_key(*fresh, private_key); !used) {
        return used.error();
    }
    const std::scoped_lock lock(mutex_);
    current_.swap(fresh);
    return {};
}

TlsSession TlsContext::begin(int socket) const {
    const std::scoped_lock lock(mutex_);
    check(current_ != nullptr, "a certificate was loaded");
    return TlsSession(*current_, socket);
}

}  // namespace belay::http
