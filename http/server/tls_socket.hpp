// How OpenSSL reaches a socket of ours. Its own socket BIO writes with write(2), which raises
// SIGPIPE when the peer is gone; this one does not.
#pragma once

#include <openssl/bio.h>

namespace belay::http {

/// A BIO over a non-blocking socket that it does not own. Null when memory is short.
BIO* make_socket_bio(int socket);

}  // namespace belay::http
