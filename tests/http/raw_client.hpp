// A client that sends the bytes it is given and reads answers, blocking, over a real socket. Every
// wait has a limit that is far above what a working server takes and ends the test if it passes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace belay::test {

struct Answer {
    int status = 0;
    std::string head;  ///< status line and fields, with the empty line
    std::string body;  ///< chunks joined

    /// The value of a field, or "" without one; `name` in the case that the server writes.
    std::string field(std::string_view name) const;
};

class RawClient {
  public:
    /// Connects to 127.0.0.1. `receive_bytes`: of the socket's buffer, 0 as the system has it.
    explicit RawClient(std::uint16_t port, int receive_bytes = 0);
    ~RawClient();
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    void send(std::string_view bytes);
    /// As many bytes as go out without blocking.
    std::size_t send_some(std::string_view bytes);
    void finish_sending();
    /// Closes with a reset.
    void reset();

    /// The next answer with a status of 200 or more, or of 1xx with `interim`. With `head_only`
    /// nothing follows the head, whatever its fields say. Status 0: the connection ended before.
    Answer read(bool head_only = false, bool interim = false);

    /// Reads until the server closes; true for an end in order, false for a reset.
    bool read_to_end();
    /// What read_to_end() or read() found behind the last answer.
    const std::string& rest() const noexcept { return received_; }

  private:
    bool receive();

    int socket_;
    std::string received_;
    bool reset_by_peer_ = false;
};

}  // namespace belay::test
