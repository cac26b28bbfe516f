// What a server looks like that is written on plain Boost.Beast, as its examples have it: a
// coroutine a connection, a thread a core on one io_context, one constant answer.
//
// usage: beast PORT THREADS BODY_BYTES
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

/// Completes a coroutine that nobody waits for. What it did not expect ends the program, which
/// would otherwise be measured with a part of it missing.
void end_on_exception(std::exception_ptr error) {
    if (error) {
        std::rethrow_exception(error);
    }
}

asio::awaitable<void> serve(tcp::socket socket, const std::string& body) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    try {
        for (;;) {
            beast::http::request<beast::http::string_body> request;
            co_await beast::http::async_read(stream, buffer, request, asio::use_awaitable);
            beast::http::response<beast::http::string_body> answer(beast::http::status::ok,
                                                                   request.version());
            answer.set(beast::http::field::content_type, "application/json");
            answer.keep_alive(request.keep_alive());
            answer.body() = body;
            answer.prepare_payload();
            co_await beast::http::async_write(stream, answer, asio::use_awaitable);
            if (!request.keep_alive()) {
                co_return;
            }
        }
    } catch (const boost::system::system_error&) {
        // The client has gone.
    }
}

asio::awaitable<void> accept(tcp::acceptor acceptor, const std::string& body) {
    for (;;) {
        tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
        socket.set_option(tcp::no_delay(true));
        const auto executor = socket.get_executor();
        asio::co_spawn(executor, serve(std::move(socket), body), end_on_exception);
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fputs("usage: beast PORT THREADS BODY_BYTES\n", stderr);
        return 2;
    }
    const auto port = static_cast<std::uint16_t>(std::atoi(arguments[1]));
    const int threads = std::atoi(arguments[2]);
    const std::string body(static_cast<std::size_t>(std::atoi(arguments[3])), 'x');
    asio::io_context context(threads);
    tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), port});
    asio::co_spawn(context, accept(std::move(acceptor), body), end_on_exception);
    std::vector<std::thread> loops;
    for (int index = 1; index < threads; ++index) {
        loops.emplace_back([&context] { context.run(); });
    }
    context.run();
    for (std::thread& loop : loops) {
        loop.join();
    }
}
