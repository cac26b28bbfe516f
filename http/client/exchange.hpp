// One call of a client, from the name to the last byte of the answer.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "core/run/deadlines.hpp"
#include "core/run/event.hpp"
#include "http/client/answer_reader.hpp"
#include "http/client/client.hpp"
#include "http/client/connection.hpp"
#include "http/client/url.hpp"

namespace belay::client {

class Exchange {
  public:
    /// Of a name's addresses, so many are tried. All are judged.
    static constexpr std::size_t addresses_tried_max = 4;

    /// Both outlive it.
    Exchange(Client& client, const Request& request);
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    /// Once.
    run::task<Outcome> run();

    /// Makes run() end soon, for this reason unless there was one before.
    void interrupt(Trouble reason) noexcept;

  private:
    using Addresses = std::vector<boost::asio::ip::address>;

    class Alarm final : public run::Deadline {
      public:
        using Action = void (Exchange::*)() noexcept;
        Alarm(Exchange& exchange, Action action) noexcept : exchange_(exchange), action_(action) {}

      private:
        void expired() override { (exchange_.*action_)(); }
        Exchange& exchange_;
        Action action_;
    };

    /// What the resolver's thread leaves for an exchange, which may be gone by then.
    struct Lookup {
        explicit Lookup(run::Shard& shard) noexcept : done(shard) {}
        run::Event done;
        Resolver::Addresses addresses = Error::stopped;
    };

    // Each is false once failure_ says why.
    bool begin();
    run::task<bool> open();
    run::task<bool> find_addresses(Addresses& found);
    run::task<bool> connect(const Addresses& addresses);
    run::task<bool> secure();
    run::task<bool> receive(AnswerReader& reader);
    bool fail(Trouble trouble, std::string what);

    run::task<> transmit();
    std::string request_head() const;
    Answer answer_of(AnswerReader& reader) const;
    void time_over() noexcept { interrupt(Trouble::timed_out); }
    void connect_time_over() noexcept { connection_->close(); }

    Client& client_;
    const Request& request_;
    const std::list<Exchange*>::iterator place_;
    Alarm call_alarm_{*this, &Exchange::time_over};
    Alarm connect_alarm_{*this, &Exchange::connect_time_over};
    Url url_;
    std::shared_ptr<Lookup> lookup_;  ///< while it is waited for
    std::unique_ptr<Connection> connection_;
    std::optional<Trouble> interrupted_;
    std::optional<NoAnswer> failure_;
    bool may_have_arrived_ = false;
    bool is_cut_ = false;
};

}  // namespace belay::client
