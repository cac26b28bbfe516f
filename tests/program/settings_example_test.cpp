// examples/belay.toml is documentation: this keeps it true.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "http/program/settings_load.hpp"
#include "http/program/settings_table.hpp"

namespace belay::program {
namespace {

std::string example_text() {
    const std::ifstream file(BELAY_EXAMPLE_SETTINGS);
    std::ostringstream text;
    text << file.rdbuf();
    BOOST_TEST_REQUIRE(file.good());
    return std::move(text).str();
}

/// The file is the table: for each section its name, for each key its sentence, its default and
/// its value, in the table's order. `value_of` is the example's own value of a key.
BOOST_AUTO_TEST_SUITE(settings_example)

BOOST_AUTO_TEST_CASE(names_every_key_with_its_sentence_and_its_default) {
    const std::string text = example_text();
    std::string_view section;
    std::size_t place = 0;
    for (const Setting& setting : all_settings()) {
        std::string expected;
        if (setting.section != section) {
            section = setting.section;
            expected = "\n[" + std::string(section) + "]\n";
        }
        expected += "# " + std::string(setting.help) +
                    " Default: " + toml_text(setting.form, setting.default_text) + "\n" +
                    std::string(setting.key) + " = ";
        place = text.find(expected, place);
        BOOST_TEST_REQUIRE(place != std::string::npos, "expected here:\n" << expected);
        place += expected.size();
    }
}

BOOST_AUTO_TEST_CASE(has_no_other_key_and_loads) {
    const explained<Settings> settings =
        load_settings({.file = SettingsFile{"examples/belay.toml", example_text()},
                       .environment = {},
                       .flags = {}});
    BOOST_TEST(settings.has_value(), (settings ? std::string() : settings.error().what));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::program
