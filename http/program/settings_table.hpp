// One line a setting: the only place that knows a key, its default, its bounds and its sentence.
// Files, environment, flags, `belay serve --help` and the test of the example configuration are
// all read off this table, so that a new key is one line here and one field in settings.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "http/program/settings.hpp"

namespace belay::program {

enum class SettingKind : std::uint8_t {
    duration,  ///< "250ms"
    size,      ///< "64MiB"
    integer,
    boolean,
    text,
    url,      ///< "http://…" or "https://…" without a slash at its end; empty: unset
    address,  ///< "HOST:PORT"
    choice,   ///< one of the words of `SettingForm::words`
    path,
    list,  ///< of texts: an array in a file, divided by commas elsewhere
};

struct TextRule;  // http/program/typed_text.hpp

/// What values a setting takes.
struct SettingForm {
    SettingKind kind;
    std::uint64_t least = 0;      ///< milliseconds, bytes, or the number itself
    std::uint64_t most = 0;       ///< likewise
    std::string_view words = {};  ///< of a choice, divided by '|'
    bool may_be_empty = true;     ///< text, path and list
    bool power_of_two = false;    ///< size
    /// Of a text, or of each item of a list; null: any.
    const TextRule* rule = nullptr;
};

/// A value read: duration; size, integer or the index of a choice; boolean; text, URL or path;
/// address; list.
using SettingValue = std::variant<Milliseconds, std::uint64_t, bool, std::string, ListenAddress,
                                  std::vector<std::string>>;

struct Setting {
    std::string_view section;
    std::string_view key;
    SettingForm form;
    std::string_view default_text;  ///< as read_setting takes it
    std::string_view help;          ///< one sentence
    /// Stores a value that read_setting gave for this setting.
    void (*assign)(Settings& settings, SettingValue value);
};

/// Every setting, those of a section together, in the order they are shown.
std::span<const Setting> all_settings();

/// "http.listen".
std::string setting_name(const Setting& setting);

/// "BELAY_HTTP__LISTEN".
std::string environment_name(const Setting& setting);

/// The setting of this "section.key", or null.
const Setting* find_setting(std::string_view name);

/// Reads the text form of a value. An error says what is expected, not of which setting: the
/// caller knows where the text came from.
explained<SettingValue> read_setting(const SettingForm& form, std::string_view text);

/// What values are taken, for a person: `a duration from "1ms" to "10m"`.
std::string expected_values(const SettingForm& form);

/// As it is written in a file: `"10s"`, `100`, `[]`.
std::string toml_text(const SettingForm& form, std::string_view text);

/// Every key with its default and its sentence, for `belay serve --help`.
std::string settings_help();

/// What every setting is when nobody sets it.
Settings default_settings();

}  // namespace belay::program
