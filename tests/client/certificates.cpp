#include "certificates.hpp"

#include <atomic>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/base/check.hpp"

namespace belay::test {
namespace {

std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

Identity identity_of(X509* certificate, EVP_PKEY* key) {
    Identity identity;
    BIO* text = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(text, certificate);
    identity.certificate = text_of(text);
    text = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(text, key, nullptr, nullptr, 0, nullptr, nullptr);
    identity.key = text_of(text);
    return identity;
}

void extend(X509* certificate, int what, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
    check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1,
          "a test certificate is extended");
    X509_EXTENSION_free(extension);
}

X509* begin_certificate(EVP_PKEY* key, const std::string& common_name, long serial) {
    X509* made = X509_new();
    X509_set_version(made, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial);
    X509_set_pubkey(made, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                               0);
    return made;
}

}  // namespace

Authority::Authority() : key_(EVP_EC_gen("P-256")) {
    // A name of its own: by it OpenSSL looks for the issuer.
    static std::atomic<int> made{0};
    const std::string name = "test authority " + std::to_string(++made);
    certificate_.reset(begin_certificate(key_.get(), name, 1));
    X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -7200);
    X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 7200);
    X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
    extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    check(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0, "an authority is signed");
    identity_ = identity_of(certificate_.get(), key_.get());
}

Identity Authority::issue(const ServerFacts& facts) const {
    const std::unique_ptr<EVP_PKEY, Free> key(EVP_EC_gen("P-256"));
    const std::unique_ptr<X509, Free> made(begin_certificate(key.get(), facts.common_name, 2));
    X509_gmtime_adj(X509_getm_notBefore(made.get()), facts.begins_seconds);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), facts.ends_seconds);
    X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get()));
    if (!facts.names.empty()) {
        extend(made.get(), NID_subject_alt_name, facts.names);
    }
    check(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0, "a test certificate is signed");
    return identity_of(made.get(), key.get());
}

}  // namespace belay::test
