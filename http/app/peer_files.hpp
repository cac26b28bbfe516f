// What files say about a server that the process calls: whom to believe that it is the one, and the
// token that calls to it carry.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"
#include "http/client/trust.hpp"
#include "http/program/log.hpp"

namespace belay::app {

/// The system's authorities, and those of the file that `setting` names, "webhooks.ca_file", unless
/// its path is empty.
explained<std::unique_ptr<client::Trust>> load_trust(std::string_view setting,
                                                     const std::string& path);

/// A bearer token that an operator may replace while the process serves. Used by one thread at a
/// time.
class BearerFile {
  public:
    /// `setting` names the file, "ledger.midaz_token_file"; it outlives this. An empty path: there
    /// is no file, and the token stays empty.
    BearerFile(std::string_view setting, std::string path)
        : setting_(setting), path_(std::move(path)) {}

    /// Reads the file: visible ASCII, and what an editor leaves at its end.
    explained<void> read();

    /// Reads it again. True: token() is another one now. What is wrong with the file is told to the
    /// log, each fault once, and the token stays what it was.
    bool poll(const program::Log& log);

    const std::string& token() const noexcept { return token_; }

  private:
    const std::string_view setting_;
    const std::string path_;
    std::string token_;
    std::string fault_;
};

}  // namespace belay::app
