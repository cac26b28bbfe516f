#include "bench/load/script.hpp"

#include <algorithm>

namespace belay::bench {

Script::Script(const Template& from) : has_body_(!from.body.empty() || from.method != "GET") {
    std::string_view left = from.redis;
    while (!left.empty()) {
        const std::size_t end = std::min(left.find(' '), left.size());
        if (end > 0) {
            words_.push_back(cut(left.substr(0, end)));
        }
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    std::string head = from.method + " " + from.target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    for (const std::string& header : from.headers) {
        head += header + "\r\n";
    }
    if (!from.body.empty()) {
        head += "Content-Type: application/json\r\n";
    }
    head_ = cut(head);
    body_ = cut(from.body);
}

Script::Framed Script::cut(std::string_view text) {
    Framed framed;
    while (!text.empty()) {
        const std::size_t id = text.find("{id}");
        const std::size_t key = text.find("{key}");
        const std::size_t more = text.find("{more}");
        const std::size_t at = std::min({id, key, more, text.size()});
        Part part{std::string(text.substr(0, at)), Place::none};
        text.remove_prefix(at);
        framed.fixed_bytes += at;
        if (at == id) {
            part.place = Place::id;
            ++framed.ids;
            takes_ids_ = true;
            text.remove_prefix(4);
        } else if (at == key) {
            part.place = Place::key;
            ++framed.keys;
            text.remove_prefix(5);
        } else if (at == more) {
            part.place = Place::more;
            ++framed.mores;
            takes_ids_ = true;
            text.remove_prefix(6);
        }
        framed.parts.push_back(std::move(part));
    }
    return framed;
}

void Script::append(const Framed& framed, const Places& places, std::string& to) {
    for (const Part& part : framed.parts) {
        to += part.text;
        if (part.place == Place::id) {
            to += places.id;
        } else if (part.place == Place::key) {
            to += places.key;
        } else if (part.place == Place::more) {
            to += places.more;
        }
    }
}

void Script::append(const Places& places, std::string& to) const {
    if (!words_.empty()) {
        to += '*';
        to += std::to_string(words_.size());
        to += "\r\n";
        for (const Framed& word : words_) {
            to += '$';
            to += std::to_string(word.bytes(places));
            to += "\r\n";
            append(word, places, to);
            to += "\r\n";
        }
        return;
    }
    append(head_, places, to);
    if (has_body_) {
        to += "Content-Length: ";
        to += std::to_string(body_.bytes(places));
        to += "\r\n";
    }
    to += "\r\n";
    append(body_, places, to);
}

}  // namespace belay::bench
