// OpenSSL keeps a queue of errors for each thread, and TLS judges its own calls by it. Included by
// sources of auth/ only.
#pragma once

#include <openssl/err.h>

namespace belay::auth {

/// Removes, when it goes, every error queued since it came, and none from before.
class OpensslErrors {
  public:
    OpensslErrors() noexcept { ERR_set_mark(); }
    ~OpensslErrors() { ERR_pop_to_mark(); }

    OpensslErrors(const OpensslErrors&) = delete;
    OpensslErrors& operator=(const OpensslErrors&) = delete;
};

}  // namespace belay::auth
