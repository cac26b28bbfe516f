#include "auth/key_source.hpp"

#include <utility>

#include "core/base/base64.hpp"

namespace belay::auth {
namespace {

constexpr std::uint64_t secret_bytes_max = 4096;

Failure about(const std::string& file, boost::system::error_code code, const std::string& what) {
    return failure(code, file + ": " + what);
}

std::shared_ptr<const KeySet> with_secret(const std::optional<Key>& secret,
                                          std::vector<VerificationKey> keys) {
    if (secret) {
        keys.push_back({std::nullopt, *secret, secret->algorithms()});
    }
    return std::make_shared<const KeySet>(std::move(keys));
}

}  // namespace

explained<Key> read_secret_file(const FilePlace& place) {
    result<std::string> octets = world::read_whole(*place.disk, place.path, secret_bytes_max);
    if (!octets) {
        return about(place.shown(), octets.error(), octets.error().message());
    }
    if (octets->ends_with('\n')) {
        octets->pop_back();
        if (octets->ends_with('\r')) {
            octets->pop_back();
        }
    }
    explained<Key> key = Key::secret(std::move(*octets));
    if (!key) {
        return about(place.shown(), key.error().code, key.error().what);
    }
    return key;
}

explained<bool> make_secret_file(const FilePlace& place, world::Entropy& entropy) {
    const auto existing = place.disk->open(place.path, {.mode = world::Open::read});
    if (existing) {
        return false;
    }
    if (existing.error() != boost::system::errc::no_such_file_or_directory) {
        return about(place.shown(), existing.error(), existing.error().message());
    }
    std::array<std::byte, 48> random;
    entropy.fill(random);
    const std::string text = base64url_encode(random) + "\n";
    const result<void> written = world::write_whole(*place.disk, place.path, as_byte_span(text));
    if (!written) {
        return about(place.shown(), written.error(), written.error().message());
    }
    return true;
}

KeySource::KeySource(std::optional<Key> secret, std::optional<FilePlace> jwks)
    : secret_(std::move(secret)), published_(with_secret(secret_, {})) {
    if (jwks) {
        jwks_.emplace(std::move(*jwks), KeySet::json_bytes_max);
    }
}

explained<std::unique_ptr<KeySource>> KeySource::open(const std::optional<FilePlace>& secret,
                                                      std::optional<FilePlace> jwks,
                                                      world::MonotonicTime now) {
    std::optional<Key> key;
    if (secret) {
        explained<Key> read = read_secret_file(*secret);
        if (!read) {
            return read.error();
        }
        key = std::move(*read);
    }
    std::unique_ptr<KeySource> source(new KeySource(std::move(key), std::move(jwks)));
    const explained<bool> loaded = source->poll(now);
    if (!loaded) {
        return loaded.error();
    }
    return source;
}

explained<bool> KeySource::poll(world::MonotonicTime now) {
    if (!jwks_) {
        return false;
    }
    const result<std::optional<std::string>> content = jwks_->changed(now);
    if (!content) {
        return about(jwks_->shown(), content.error(), content.error().message());
    }
    if (!*content) {
        return false;
    }
    const explained<KeySet> set = KeySet::parse(**content);
    if (!set) {
        return about(jwks_->shown(), set.error().code, set.error().what);
    }
    published_.publish(with_secret(secret_, set->keys()));
    return true;
}

}  // namespace belay::auth
