#include "http/program/settings_toml.hpp"

#include <algorithm>
#include <optional>
#include <sstream>

#include <toml++/toml.h>

#include "http/program/nearest.hpp"

namespace belay::program {
namespace {

std::string place(const SettingsFile& file, const toml::source_region& source) {
    return file.name + ":" + std::to_string(source.begin.line) + ": ";
}

/// The section's names, each once, in their order.
std::vector<std::string> section_names() {
    std::vector<std::string> names;
    for (const Setting& setting : all_settings()) {
        if (names.empty() || names.back() != setting.section) {
            names.emplace_back(setting.section);
        }
    }
    return names;
}

/// A value as a person wrote it, on one line and not endless.
std::string shown_value(const toml::node& node) {
    std::string shown;
    if (const auto* text = node.as_string()) {
        shown = '"' + text->get() + '"';
    } else {
        std::ostringstream out;
        node.visit([&out](const auto& value) { out << value; });
        shown = std::move(out).str();
    }
    std::ranges::replace(shown, '\n', ' ');
    constexpr std::size_t most = 80;
    return shown.size() > most ? shown.substr(0, most) + "…" : shown;
}

/// The text form of a node of the kind that the setting asks for: numbers and truth values bare,
/// everything else a string. A list is joined by commas, which its items therefore cannot hold.
std::optional<std::string> text_of(SettingKind kind, const toml::node& node) {
    switch (kind) {
        case SettingKind::integer:
            if (const auto* number = node.as_integer()) {
                return std::to_string(number->get());
            }
            return std::nullopt;
        case SettingKind::boolean:
            if (const auto* truth = node.as_boolean()) {
                return truth->get() ? "true" : "false";
            }
            return std::nullopt;
        case SettingKind::list: {
            const auto* array = node.as_array();
            if (array == nullptr) {
                return std::nullopt;
            }
            std::string joined;
            for (const toml::node& item : *array) {
                const auto* text = item.as_string();
                if (text == nullptr || text->get().find(',') != std::string::npos) {
                    return std::nullopt;
                }
                joined += (joined.empty() ? "" : ",") + text->get();
            }
            return joined;
        }
        default:
            if (const auto* text = node.as_string()) {
                return text->get();
            }
            return std::nullopt;
    }
}

void read_key(const SettingsFile& file, const std::string& name, const toml::source_region& source,
              const toml::node& node, Settings& settings, Problems& problems) {
    const Setting* setting = find_setting(name);
    if (setting == nullptr) {
        problems.push_back(place(file, source) + "unknown key " + name + "; did you mean " +
                           nearest_setting(name) + "?");
        return;
    }
    const std::string shown = place(file, source) + name + " = " + shown_value(node);
    const std::optional<std::string> text = text_of(setting->form.kind, node);
    if (!text) {
        const bool bare = setting->form.kind == SettingKind::integer ||
                          setting->form.kind == SettingKind::boolean ||
                          setting->form.kind == SettingKind::list;
        problems.push_back(shown + ": expected " + expected_values(setting->form) +
                           (bare ? "" : ", in quotes"));
        return;
    }
    assign_text(*setting, shown, *text, settings, problems);
}

}  // namespace

void read_settings_file(const SettingsFile& file, Settings& settings, Problems& problems) {
    toml::table root;
    try {
        root = toml::parse(file.text, file.name);
    } catch (const toml::parse_error& error) {
        problems.push_back(place(file, error.source()) + std::string(error.description()));
        return;
    }
    const std::vector<std::string> sections = section_names();
    for (const auto& [section, node] : root) {
        const toml::table* keys = node.as_table();
        if (keys == nullptr) {
            read_key(file, std::string(section.str()), section.source(), node, settings, problems);
            continue;
        }
        if (std::ranges::find(sections, section.str()) == sections.end()) {
            problems.push_back(place(file, section.source()) + "unknown section [" +
                               std::string(section.str()) + "]; did you mean [" +
                               std::string(nearest(section.str(), sections)) + "]?");
            continue;
        }
        for (const auto& [key, value] : *keys) {
            read_key(file, std::string(section.str()) + "." + std::string(key.str()), key.source(),
                     value, settings, problems);
        }
    }
}

}  // namespace belay::program
