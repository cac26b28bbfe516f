#include "http/server/tls_socket.hpp"

#include <cerrno>
#include <cstdint>

#include <sys/socket.h>

namespace belay::http {
namespace {

int socket_of(BIO* bio) noexcept {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

int receive(BIO* bio, char* into, std::size_t size, std::size_t* got) {
    BIO_clear_retry_flags(bio);
    const ssize_t count = ::recv(socket_of(bio), into, size, 0);
    *got = count > 0 ? static_cast<std::size_t>(count) : 0;
    if (count == 0) {
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    } else if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        BIO_set_retry_read(bio);
    }
    return count > 0 ? 1 : 0;
}

int send_some(BIO* bio, const char* from, std::size_t size, std::size_t* sent) {
    BIO_clear_retry_flags(bio);
    const ssize_t count = ::send(socket_of(bio), from, size, MSG_NOSIGNAL);
    *sent = count > 0 ? static_cast<std::size_t>(count) : 0;
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
        BIO_set_retry_write(bio);
    }
    return count > 0 ? 1 : 0;
}

long control(BIO* bio, int command, long, void*) {
    switch (command) {
        case BIO_CTRL_FLUSH:
            return 1;
        case BIO_CTRL_EOF:
            return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
        default:
            return 0;
    }
}

const BIO_METHOD* method() {
    // Lives as long as the program.
    static const BIO_METHOD* const made = [] {
        BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
        BIO_meth_set_read_ex(fresh, receive);
        BIO_meth_set_write_ex(fresh, send_some);
        BIO_meth_set_ctrl(fresh, control);
        return fresh;
    }();
    return made;
}

}  // namespace

BIO* make_socket_bio(int socket) {
    BIO* bio = BIO_new(method());
    if (bio != nullptr) {
        BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
        BIO_set_init(bio, 1);
    }
    return bio;
}

}  // namespace belay::http
