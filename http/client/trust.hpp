// Whose certificates belay believes when it calls a server, and how TLS is spoken to it: versions
// 1.2 and 1.3, AEAD suites with ECDHE.
#pragma once

#include <memory>
#include <string_view>

#include <boost/asio/ssl/context.hpp>

#include "core/base/result.hpp"

namespace belay::client {

/// Thread-safe after construction; shared by all clients of the process.
class Trust {
  public:
    /// The system's store of authorities, and those of `more`, a text in PEM form (may be empty);
    /// `name` is how the error calls it. Error::malformed.
    static explained<std::unique_ptr<Trust>> load(std::string_view more, std::string_view name);

    boost::asio::ssl::context& context() const noexcept { return context_; }

  private:
    Trust();

    /// OpenSSL counts the users of a context by itself, from any thread.
    mutable boost::asio::ssl::context context_;
};

}  // namespace belay::client
