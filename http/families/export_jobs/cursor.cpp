#include "http/families/export_jobs/cursor.hpp"

#include <boost/json/value.hpp>

#include "core/base/base64.hpp"
#include "core/json/json.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::export_jobs {

std::string make_cursor(const job::Uuid& last) {
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object();
    json.member("t", format_rfc3339_milliseconds(job::time_of(last)));
    json.member("i", job::format_uuid(last));
    json.end_object();
    return base64_encode(as_byte_span(text));
}

result<job::Uuid> read_cursor(std::string_view cursor) {
    constexpr std::size_t cursor_bytes_max = 256;
    if (cursor.size() > cursor_bytes_max) {
        return Error::malformed;
    }
    const result<std::string> text = base64_decode(cursor);
    if (!text) {
        return text.error();
    }
    const auto parsed = parse_json(*text);
    if (!parsed || !parsed->is_object() || parsed->get_object().size() != 2) {
        return Error::malformed;
    }
    const boost::json::value* time = parsed->get_object().if_contains("t");
    const boost::json::value* id = parsed->get_object().if_contains("i");
    if (time == nullptr || id == nullptr || !time->is_string() || !id->is_string()) {
        return Error::malformed;
    }
    const result<WallTime> at = parse_rfc3339(time->get_string());
    const result<job::Uuid> last = job::parse_uuid(id->get_string());
    if (!at || !last || job::time_of(*last) != *at) {
        return Error::malformed;
    }
    return last;
}

}  // namespace belay::export_jobs
