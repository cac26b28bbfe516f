#include "auth/api_key_file.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace belay::auth {
namespace {

constexpr std::string_view lock_name = "api_keys.lock";

Failure about_file(boost::system::error_code code, const std::string& what) {
    return failure(code, std::string(api_key_file_name) + ": " + what);
}

bool is_absent(boost::system::error_code code) {
    return code == boost::system::errc::no_such_file_or_directory;
}

}  // namespace

explained<ApiKeySet> ApiKeyFile::read() const {
    const result<std::string> content =
        world::read_whole(disk_, api_key_file_name, ApiKeySet::json_bytes_max);
    if (!content) {
        if (is_absent(content.error())) {
            return ApiKeySet();
        }
        return about_file(content.error(), content.error().message());
    }
    explained<ApiKeySet> keys = ApiKeySet::parse(*content);
    if (!keys) {
        return about_file(keys.error().code, keys.error().what);
    }
    return keys;
}

explained<NewApiKey> ApiKeyFile::create(const ApiKeyRequest& request, WallTime now,
                                        world::Entropy& entropy) {
    const explained<std::unique_ptr<world::Lock>> held = lock();
    if (!held) {
        return held.error();
    }
    const explained<ApiKeySet> before = read();
    if (!before) {
        return before.error();
    }
    NewApiKey made = make_api_key(request, now, entropy);
    std::vector<ApiKey> keys = before->keys();
    keys.push_back(made.key);
    const explained<void> written = write(ApiKeySet(std::move(keys)));
    if (!written) {
        return written.error();
    }
    return made;
}

explained<ApiKey> ApiKeyFile::revoke(const job::Uuid& id, WallTime now) {
    const explained<std::unique_ptr<world::Lock>> held = lock();
    if (!held) {
        return held.error();
    }
    const explained<ApiKeySet> before = read();
    if (!before) {
        return before.error();
    }
    std::vector<ApiKey> keys = before->keys();
    const auto found =
        std::find_if(keys.begin(), keys.end(), [&](const ApiKey& key) { return key.id == id; });
    if (found == keys.end()) {
        return about_file(Error::not_found, "no key has the id " + job::format_uuid(id));
    }
    if (found->revoked) {
        return *found;
    }
    found->revoked = now;
    ApiKey revoked = *found;
    const explained<void> written = write(ApiKeySet(std::move(keys)));
    if (!written) {
        return written.error();
    }
    return revoked;
}

explained<std::unique_ptr<world::Lock>> ApiKeyFile::lock() {
    result<std::unique_ptr<world::Lock>> held = disk_.lock(lock_name);
    if (!held) {
        return failure(held.error(), std::string(lock_name) + ": " + held.error().message());
    }
    return std::move(*held);
}

explained<void> ApiKeyFile::write(const ApiKeySet& keys) {
    const std::string text = keys.format();
    if (text.size() > ApiKeySet::json_bytes_max) {
        return about_file(Error::too_large, "it would have more than 16 MiB");
    }
    const result<void> written = world::write_whole(disk_, api_key_file_name, as_byte_span(text));
    if (!written) {
        return about_file(written.error(), written.error().message());
    }
    return {};
}

ApiKeySource::ApiKeySource(world::Disk& disk)
    : file_({&disk, std::string(api_key_file_name)}, ApiKeySet::json_bytes_max),
      published_(std::make_shared<const ApiKeySet>()) {}

explained<std::unique_ptr<ApiKeySource>> ApiKeySource::open(world::Disk& disk,
                                                            world::MonotonicTime now) {
    std::unique_ptr<ApiKeySource> source(new ApiKeySource(disk));
    const explained<bool> loaded = source->poll(now);
    if (!loaded) {
        return loaded.error();
    }
    return source;
}

explained<bool> ApiKeySource::poll(world::MonotonicTime now) {
    const result<std::optional<std::string>> content = file_.changed(now);
    if (!content) {
        if (!is_absent(content.error())) {
            return about_file(content.error(), content.error().message());
        }
        published_.publish(std::make_shared<const ApiKeySet>());
        return true;
    }
    if (!*content) {
        return false;
    }
    explained<ApiKeySet> keys = ApiKeySet::parse(**content);
    if (!keys) {
        return about_file(keys.error().code, keys.error().what);
    }
    published_.publish(std::make_shared<const ApiKeySet>(std::move(*keys)));
    return true;
}

}  // namespace belay::auth
