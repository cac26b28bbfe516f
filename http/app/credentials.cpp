#include "http/app/credentials.hpp"

#include <filesystem>

namespace belay::app {
namespace {

constexpr std::string_view default_secret = "jwt.secret";

}  // namespace

explained<auth::FilePlace> open_place(std::string_view setting, const std::string& path,
                                      std::vector<std::unique_ptr<world::Disk>>& disks) {
    const std::filesystem::path whole(path);
    const std::string directory = whole.has_parent_path() ? whole.parent_path().string() : ".";
    std::string shown = std::string(setting) + " " + path;
    auto disk = world::open_posix_disk(directory);
    if (disk.has_error()) {
        return failure(disk.error(), shown + ": " + disk.error().message());
    }
    disks.push_back(std::move(*disk));
    return auth::FilePlace{disks.back().get(), whole.filename().string(), std::move(shown)};
}

const auth::Principal* ShardGatekeeper::authenticate(std::string_view authorization) {
    const auth::Principal* principal = authenticator_.authenticate(authorization);
    if (principal == nullptr && log_.enabled(program::LogLevel::debug)) {
        log_.debug("a credential was refused", {{"reason", authenticator_.last_error().message()}});
    }
    return principal;
}

explained<std::unique_ptr<Credentials>> Credentials::open(const program::Settings& settings,
                                                          world::Disk& data,
                                                          const world::Clock& clock,
                                                          world::Entropy& entropy) {
    std::unique_ptr<Credentials> made(new Credentials(clock));
    made->settings_.claims = {settings.auth.issuer, settings.auth.audience, settings.auth.leeway};
    std::optional<auth::FilePlace> secret;
    if (settings.auth.jwt_secret_file.empty()) {
        secret = auth::FilePlace{&data, std::string(default_secret)};
        made->secret_file_ = settings.store.data + "/" + std::string(default_secret);
        if (auto file = auth::make_secret_file(*secret, entropy); file.has_error()) {
            return file.error();
        }
    } else {
        made->secret_file_ = settings.auth.jwt_secret_file;
        auto place =
            open_place("auth.jwt_secret_file", settings.auth.jwt_secret_file, made->disks_);
        if (place.has_error()) {
            return place.error();
        }
        secret = std::move(*place);
    }
    std::optional<auth::FilePlace> jwks;
    if (!settings.auth.jwks_file.empty()) {
        auto place = open_place("auth.jwks_file", settings.auth.jwks_file, made->disks_);
        if (place.has_error()) {
            return place.error();
        }
        jwks = std::move(*place);
    }
    auto keys = auth::KeySource::open(secret, std::move(jwks), clock.monotonic());
    if (keys.has_error()) {
        return keys.error();
    }
    made->keys_ = std::move(*keys);
    auto api_keys = auth::ApiKeySource::open(data, clock.monotonic());
    if (api_keys.has_error()) {
        return api_keys.error();
    }
    made->api_keys_ = std::move(*api_keys);
    return made;
}

void Credentials::poll(const program::Log& log) {
    const world::MonotonicTime now = clock_.monotonic();
    const auto tell = [&](std::string_view file, const explained<bool>& polled) {
        if (polled.has_error()) {
            log.warning("a file of keys is not good; the keys before it stay in force",
                        {{"file", file}, {"reason", polled.error().what}});
        } else if (*polled) {
            log.info("other keys are in force", {{"file", file}});
        }
    };
    tell("jwks", keys_->poll(now));
    tell("api_keys", api_keys_->poll(now));
}

std::unique_ptr<ShardGatekeeper> Credentials::make_gatekeeper(world::Entropy& entropy,
                                                              const program::Log& log) const {
    return std::make_unique<ShardGatekeeper>(*keys_, *api_keys_, clock_, entropy, settings_, log);
}

explained<std::string> read_place(std::string_view setting, const std::string& path) {
    constexpr std::uint64_t bytes_max = 1024 * 1024;
    std::vector<std::unique_ptr<world::Disk>> disks;
    const auto place = open_place(setting, path, disks);
    if (place.has_error()) {
        return place.error();
    }
    auto text = world::read_whole(*place->disk, place->path, bytes_max);
    if (text.has_error()) {
        return failure(text.error(), place->shown() + ": " + text.error().message());
    }
    return *std::move(text);
}

}  // namespace belay::app
