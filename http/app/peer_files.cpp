#include "http/app/peer_files.hpp"

#include <algorithm>

#include "http/app/credentials.hpp"

namespace belay::app {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

/// What may stand in a field of a request, and in one word of it.
bool is_token(std::string_view text) {
    return std::ranges::all_of(text, [](char each) { return each > ' ' && each < '\x7f'; });
}

}  // namespace

explained<std::unique_ptr<client::Trust>> load_trust(std::string_view setting,
                                                     const std::string& path) {
    std::string authorities;
    if (!path.empty()) {
        auto text = read_place(setting, path);
        if (text.has_error()) {
            return text.error();
        }
        authorities = std::move(*text);
    }
    return client::Trust::load(authorities, std::string(setting));
}

explained<void> BearerFile::read() {
    if (path_.empty()) {
        return {};
    }
    const auto text = read_place(setting_, path_);
    if (text.has_error()) {
        return text.error();
    }
    const std::string_view token = trimmed(*text);
    if (!is_token(token)) {
        return failure(Error::malformed, std::string(setting_) + " " + path_ +
                                             ": not a token: one line of visible ASCII");
    }
    token_ = token;
    return {};
}

bool BearerFile::poll(const program::Log& log) {
    const std::string before = token_;
    const auto read_again = read();
    if (read_again.has_error()) {
        if (fault_ != read_again.error().what) {
            fault_ = read_again.error().what;
            log.warning("a token cannot be read; the one before it stays in use",
                        {{"reason", fault_}});
        }
        return false;
    }
    fault_.clear();
    if (token_ == before) {
        return false;
    }
    log.info("another token is in use", {{"setting", setting_}});
    return true;
}

}  // namespace belay::app
