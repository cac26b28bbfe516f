// Certificates made in the test: an authority, and servers that it vouches for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace belay::test {

/// In PEM form.
struct Identity {
    std::string certificate;
    std::string key;
};

struct ServerFacts {
    /// As OpenSSL writes them: "DNS:a.example,IP:127.0.0.1". Empty: none.
    std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
    std::string common_name = "server";
    /// From now.
    long begins_seconds = -3600;
    long ends_seconds = 3600;
};

class Authority {
  public:
    Authority();

    const std::string& certificate() const noexcept { return identity_.certificate; }
    Identity issue(const ServerFacts& facts = {}) const;

  private:
    struct Free {
        void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
        void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    };

    std::unique_ptr<EVP_PKEY, Free> key_;
    std::unique_ptr<X509, Free> certificate_;
    Identity identity_;
};

}  // namespace belay::test
