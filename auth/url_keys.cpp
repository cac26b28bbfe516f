#include "auth/url_keys.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "core/base/base64.hpp"
#include "core/json/json.hpp"

namespace belay::auth {
namespace {

namespace json = boost::json;

constexpr JsonLimits json_limits{.depth_max = 8};
constexpr std::size_t id_bytes_max = 32;
constexpr std::int64_t format_version = 1;

bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= id_bytes_max &&
           std::all_of(id.begin(), id.end(), [](char character) {
               return (character >= '0' && character <= '9') ||
                      (character >= 'a' && character <= 'z') ||
                      (character >= 'A' && character <= 'Z');
           });
}

std::string_view text_of(const json::object& object, std::string_view name) {
    const json::value* member = object.if_contains(name);
    return member != nullptr && member->is_string() ? std::string_view(member->get_string())
                                                    : std::string_view();
}

result<UrlKey> read_key(const json::value& entry) {
    const json::object* object = entry.if_object();
    if (object == nullptr) {
        return Error::malformed;
    }
    const std::string_view id = text_of(*object, "id");
    const result<std::string> secret = base64url_decode(text_of(*object, "secret"));
    const result<WallTime> created = parse_rfc3339(text_of(*object, "created"));
    UrlKey key;
    if (!is_id(id) || !secret || secret->size() != key.secret.size() || !created) {
        return Error::malformed;
    }
    key.id = id;
    std::copy_n(as_byte_span(*secret).begin(), key.secret.size(), key.secret.begin());
    key.created = *created;
    return key;
}

Failure about_file(boost::system::error_code code, const std::string& what) {
    return failure(code, std::string(url_key_file_name) + ": " + what);
}

}  // namespace

UrlKeyRing UrlKeyRing::make(WallTime now, world::Entropy& entropy) {
    UrlKeyRing ring;
    ring.rotate(now, entropy);
    return ring;
}

explained<UrlKeyRing> UrlKeyRing::parse(std::string_view json_text) {
    const auto document = parse_json(json_text, json_limits);
    const json::object* file = document ? document->if_object() : nullptr;
    const json::value* version = file == nullptr ? nullptr : file->if_contains("version");
    const json::value* listed = file == nullptr ? nullptr : file->if_contains("keys");
    if (version == nullptr || listed == nullptr || !version->is_int64() || !listed->is_array()) {
        return failure(Error::malformed, "this is no file of URL keys");
    }
    if (version->get_int64() != format_version) {
        return failure(Error::newer_format, "this file of URL keys has a format of another belay");
    }
    UrlKeyRing ring;
    for (const json::value& entry : listed->get_array()) {
        result<UrlKey> key = read_key(entry);
        if (!key || ring.find(key->id) != nullptr) {
            return failure(Error::malformed, "URL key " + std::to_string(ring.keys_.size() + 1) +
                                                 " is damaged or repeats an id");
        }
        ring.keys_.push_back(std::move(*key));
    }
    if (ring.keys_.empty()) {
        return failure(Error::malformed, "this file has no URL key");
    }
    return ring;
}

std::string UrlKeyRing::format() const {
    std::string text = "{\"version\": " + std::to_string(format_version) + ", \"keys\": [";
    const char* before = "\n";
    for (const UrlKey& key : keys_) {
        json::object object;
        object["id"] = key.id;
        object["secret"] = base64url_encode(key.secret);
        object["created"] = format_rfc3339_milliseconds(key.created);
        text += before + json::serialize(object);
        before = ",\n";
    }
    return text + "\n]}\n";
}

void UrlKeyRing::rotate(WallTime now, world::Entropy& entropy) {
    UrlKey key;
    do {
        std::array<std::byte, 6> random;
        entropy.fill(random);
        key.id = hex_encode(random);
    } while (find(key.id) != nullptr);
    entropy.fill(key.secret);
    key.created = now;
    keys_.push_back(std::move(key));
}

bool UrlKeyRing::remove(std::string_view id) {
    return keys_.size() > 1 &&
           std::erase_if(keys_, [&](const UrlKey& key) { return key.id == id; }) == 1;
}

const UrlKey* UrlKeyRing::find(std::string_view id) const noexcept {
    const auto found =
        std::find_if(keys_.begin(), keys_.end(), [&](const UrlKey& key) { return key.id == id; });
    return found == keys_.end() ? nullptr : &*found;
}

explained<UrlKeyRing> load_or_make_url_keys(world::Disk& disk, WallTime now,
                                            world::Entropy& entropy) {
    const result<std::string> content =
        world::read_whole(disk, url_key_file_name, UrlKeyRing::json_bytes_max);
    if (content) {
        explained<UrlKeyRing> ring = UrlKeyRing::parse(*content);
        if (!ring) {
            return about_file(ring.error().code, ring.error().what);
        }
        return ring;
    }
    if (content.error() != boost::system::errc::no_such_file_or_directory) {
        return about_file(content.error(), content.error().message());
    }
    UrlKeyRing ring = UrlKeyRing::make(now, entropy);
    const result<void> written =
        world::write_whole(disk, url_key_file_name, as_byte_span(ring.format()));
    if (!written) {
        return about_file(written.error(), written.error().message());
    }
    return ring;
}

}  // namespace belay::auth
