#include "tests/auth/wycheproof.hpp"

#include <fstream>
#include <iostream>
#include <sstream>

#include <boost/json.hpp>

#include "core/base/base64.hpp"

namespace belay::auth_test {

namespace json = boost::json;

std::size_t for_each_vector(
    std::string_view file,
    const std::function<void(const json::object& group, const json::object& test)>& run) {
    const std::string path = std::string(BELAY_VECTORS) + "/" + std::string(file);
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        std::cout << "SKIPPED: no vectors at " << path << "\n";
        return 0;
    }
    std::ostringstream content;
    content << stream.rdbuf();
    const json::value document = json::parse(content.str());
    std::size_t count = 0;
    for (const json::value& group : document.at("testGroups").as_array()) {
        for (const json::value& test : group.at("tests").as_array()) {
            run(group.as_object(), test.as_object());
            ++count;
        }
    }
    std::cout << file << ": " << count << " vectors\n";
    return count;
}

std::string text_of(const json::object& object, std::string_view name) {
    return std::string(object.at(name).as_string());
}

std::string octets_of(const json::object& object, std::string_view name) {
    return hex_decode(text_of(object, name)).value();
}

std::string describe(const json::object& test) {
    return "tcId " + std::to_string(test.at("tcId").to_number<int>()) + " " +
           text_of(test, "comment");
}

}  // namespace belay::auth_test
