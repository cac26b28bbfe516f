// The text of requests that are all alike but for an id and a key: over HTTP, or over Redis'
// protocol (RESP) for the peer that speaks it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace belay::bench {

/// In the target, the headers, the body and the Redis command `{id}`, `{key}` and `{more}` are
/// replaced.
struct Template {
    std::string method = "GET";
    std::string target;
    std::vector<std::string> headers;
    std::string body;
    /// Words divided by spaces; not empty: a Redis command instead of an HTTP request.
    std::string redis;
    /// The status of a right answer (of Redis: 200, or 500 for an error).
    int expect = 200;
    /// A text in the body of a right answer.
    std::string contains;
};

/// What stands in the places of one request.
struct Places {
    std::string_view id;
    std::string_view key;
    std::string_view more = {};  ///< what belongs to the id: its owner's token, for one
};

/// A template, cut at its places once. Thread-safe: it does not change.
class Script {
  public:
    explicit Script(const Template& from);

    bool takes_ids() const noexcept { return takes_ids_; }

    void append(const Places& places, std::string& to) const;

  private:
    enum class Place { none, id, key, more };
    struct Part {
        std::string text;
        Place place = Place::none;
    };
    /// A text with places, whose length is said before it: a body, or a word of a command.
    struct Framed {
        std::vector<Part> parts;
        std::size_t fixed_bytes = 0;
        std::size_t ids = 0;
        std::size_t keys = 0;
        std::size_t mores = 0;

        std::size_t bytes(const Places& places) const noexcept {
            return fixed_bytes + ids * places.id.size() + keys * places.key.size() +
                   mores * places.more.size();
        }
    };

    Framed cut(std::string_view text);
    static void append(const Framed& framed, const Places& places, std::string& to);

    /// Of HTTP: everything before the value of Content-Length, and the body.
    Framed head_;
    Framed body_;
    bool has_body_ = false;
    std::vector<Framed> words_;
    bool takes_ids_ = false;
};

}  // namespace belay::bench
