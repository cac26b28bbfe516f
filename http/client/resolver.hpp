// Names to addresses. Behind an interface because the operating system's way blocks for as long as
// it likes, and because tests want names that do not exist, change or answer never.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "core/base/result.hpp"

namespace belay::client {

class Resolver {
  public:
    /// All addresses of a name, at least one; or Error::not_found, or exhausted: too many names are
    /// being looked up.
    using Addresses = result<std::vector<boost::asio::ip::address>>;
    using Done = std::function<void(const Addresses&)>;

    virtual ~Resolver() = default;

    /// Calls `done` at most once: from any thread, perhaps before this returns, perhaps long after
    /// nobody waits any more; never again once the resolver is destroyed. `done` must not call the
    /// resolver. Does not block. Thread-safe.
    virtual void resolve(const std::string& host, Done done) = 0;
};

}  // namespace belay::client
