// Any bytes as what one client sends, through the session of a connection with its buffer: heads,
// then bodies that are collected, dropped or streamed, as the request's target chooses. What the
// session gives out is the same whole, byte by byte, and in pieces that the input chooses: no
// outcome depends on how a network cuts the stream.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "core/base/check.hpp"
#include "http/server/session.hpp"

namespace {

using namespace belay;
using http::Session;

constexpr std::size_t bytes_max = 4096;
constexpr std::uint64_t body_bytes_max = 100;  // small, so that inputs reach it

/// A client that sends `bytes` in pieces, and the connection that reads them.
class Delivery {
  public:
    Delivery(std::string_view bytes, std::size_t piece) : left_(bytes), piece_(piece) {}

    /// Everything that the session says, as text.
    std::string run() {
        while (true) {
            switch (session_.resume(in_, head_)) {
                case Session::Step::need_bytes:
                    in_.drop_taken();
                    if (!receive()) {
                        return said_ + "end of input, waits for " +
                               std::to_string(static_cast<int>(session_.waits_for()));
                    }
                    break;
                case Session::Step::head:
                    decide();
                    break;
                case Session::Step::request:
                    say(session_.framing().kind == wire::BodyKind::none ? "" : session_.body());
                    break;
                case Session::Step::refused:
                    return said_ + "refused " +
                           std::to_string(http::status_of(session_.trouble())) +
                           std::string(session_.sentence());
                case Session::Step::ended:
                    return said_ + "ended";
            }
        }
    }

  private:
    void say(std::string_view text) { said_.append(text).append("|"); }

    bool receive() {
        const std::string_view bytes = left_.substr(0, piece_);
        left_.remove_prefix(bytes.size());
        for (std::string_view rest = bytes; !rest.empty();) {
            const std::span<char> room = in_.room();
            const std::size_t count = std::min(rest.size(), room.size());
            std::memcpy(room.data(), rest.data(), count);
            in_.fill(count);
            rest.remove_prefix(count);
        }
        return !bytes.empty();
    }

    void decide() {
        say(head_.method_text());
        say(head_.target());
        say(session_.keeps_alive() ? "keeps" : "closes");
        const std::string_view path = head_.path();
        const char choice = path.empty() ? '/' : path.back();
        if (choice == 'd') {
            session_.discard(body_bytes_max);
        } else if (choice == 's') {
            session_.stream(body_bytes_max);
            stream();
        } else {
            session_.collect(body_bytes_max);
        }
    }

    /// As StreamExchange does it, with one small buffer; then, for every other body, drops the
    /// rest in the middle.
    void stream() {
        in_.take(head_.size());
        const bool gives_up = head_.query() == "x";
        std::string payload;
        char buffer[16];
        while (session_.is_streaming()) {
            if (gives_up && !payload.empty()) {
                session_.discard_rest(body_bytes_max);
                break;
            }
            if (in_.empty() && !receive()) {
                break;
            }
            const std::span<char> unread = in_.unread();
            // One byte at a time where the rest is dropped, so that all deliveries give up at the
            // same byte.
            const std::size_t most = gives_up ? 1 : sizeof buffer;
            const std::size_t count = std::min(unread.size(), most);
            std::memcpy(buffer, unread.data(), count);
            const Session::Piece taken = session_.take_piece({buffer, count});
            check(taken.consumed <= count && taken.payload <= taken.consumed,
                  "no more is taken than was given");
            in_.take(taken.consumed);
            payload.append(buffer, taken.payload);
        }
        say(session_.is_refused() ? "" : payload);
        if (session_.is_streaming()) {
            said_ += "unfinished ";
            session_.end();
        }
        in_.drop_taken();
    }

    http::BufferPool pool_;
    http::ReadBuffer in_{pool_};
    wire::RequestHead head_;
    wire::HeadMemory memory_;
    Session session_{wire::RequestHeadLimits{}, memory_};
    std::string_view left_;
    std::size_t piece_;
    std::string said_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2 || size > bytes_max) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::string whole = Delivery(bytes, bytes.size()).run();
    check(Delivery(bytes, 1).run() == whole, "byte by byte the same comes out");
    check(Delivery(bytes, 2 + data[0] % 200).run() == whole, "in pieces the same comes out");
    return 0;
}
