// The connector's calls over HTTP(S).
#pragma once

#include <mutex>
#include <string>

#include "http/client/client.hpp"
#include "http/drive/midaz/caller.hpp"

namespace belay::midaz {

class ClientCaller final : public Caller {
  public:
    /// `url` has no slash at its end. The client outlives it.
    ClientCaller(client::Client& client, std::string url);

    run::task<Reply> make(const Call& call) override;

    /// From the next call on: "Bearer …", or no Authorization field if it is empty. Thread-safe.
    void set_token(std::string_view token);

  private:
    std::string authorization();

    client::Client& client_;
    const std::string url_;
    std::mutex mutex_;
    std::string authorization_;  ///< under mutex_
};

}  // namespace belay::midaz
