// The operating system's resolver, on threads of its own: getaddrinfo(3) cannot be interrupted and
// may take half a minute.
#pragma once

#include <memory>

#include "http/client/resolver.hpp"

namespace belay::client {

/// Askers for the same name share one lookup, so that a name whose servers do not answer holds one
/// thread, however many deliveries wait for it.
class SystemResolver final : public Resolver {
  public:
    static constexpr unsigned threads_max = 16;
    static constexpr std::size_t names_max = 1024;  ///< being looked up or waiting for a thread

    SystemResolver();
    /// Waits for nobody: a lookup under way ends by itself, unheard.
    ~SystemResolver() override;

    SystemResolver(const SystemResolver&) = delete;
    SystemResolver& operator=(const SystemResolver&) = delete;

    void resolve(const std::string& host, Done done) override;

  private:
    class State;

    /// Shared with the threads, which may outlive this object.
    std::shared_ptr<State> state_;
};

}  // namespace belay::client
