// How a line of the table of settings is written: the forms of values, and from a field to the
// function that assigns it. For http/program/settings_table.cpp alone.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "http/program/settings_table.hpp"
#include "http/program/typed_text.hpp"

namespace belay::program {

inline constexpr std::uint64_t second = 1000;  // milliseconds, as every duration here
inline constexpr std::uint64_t minute = 60 * second;
inline constexpr std::uint64_t hour = 60 * minute;
inline constexpr std::uint64_t day = 24 * hour;
inline constexpr std::uint64_t kib = 1024;
inline constexpr std::uint64_t mib = 1024 * kib;
inline constexpr std::uint64_t gib = 1024 * mib;
inline constexpr std::uint64_t tib = 1024 * gib;

constexpr SettingForm duration(std::uint64_t least, std::uint64_t most) {
    return {.kind = SettingKind::duration, .least = least, .most = most};
}
constexpr SettingForm size(std::uint64_t least, std::uint64_t most) {
    return {.kind = SettingKind::size, .least = least, .most = most};
}
constexpr SettingForm power_of_two(std::uint64_t least, std::uint64_t most) {
    return {.kind = SettingKind::size, .least = least, .most = most, .power_of_two = true};
}
constexpr SettingForm integer(std::uint64_t least, std::uint64_t most) {
    return {.kind = SettingKind::integer, .least = least, .most = most};
}
constexpr SettingForm choice(std::string_view words) {
    return {.kind = SettingKind::choice, .words = words};
}
inline constexpr SettingForm text{.kind = SettingKind::text};
inline constexpr SettingForm url{.kind = SettingKind::url};
inline constexpr SettingForm address{.kind = SettingKind::address};
inline constexpr SettingForm path{.kind = SettingKind::path};
inline constexpr SettingForm needed_text{.kind = SettingKind::text, .may_be_empty = false};
inline constexpr SettingForm truth{.kind = SettingKind::boolean};
inline constexpr SettingForm needed_path{.kind = SettingKind::path, .may_be_empty = false};

inline constexpr SettingForm list_of_texts{.kind = SettingKind::list};

/// A text that is read as a value of this type.
template <class Type>
inline constexpr SettingForm typed{.kind = SettingKind::text, .rule = &text_rule<Type>};
template <class Type>
inline constexpr SettingForm list_of{.kind = SettingKind::list, .rule = &text_rule<Type>};
template <class Type>
inline constexpr SettingForm needed_list_of{
    .kind = SettingKind::list, .may_be_empty = false, .rule = &text_rule<Type>};

template <class Type>
inline constexpr bool is_typed_list = false;
template <class Item>
inline constexpr bool is_typed_list<std::vector<Item>> = is_typed_text<Item>;

template <class Type>
Type typed_value(std::string_view written) {
    Type value{};
    check(read_typed(written, value), "the rule of a setting's form lets only such texts through");
    return value;
}

template <auto Section, auto Field>
void assign(Settings& settings, SettingValue value) {
    auto& field = settings.*Section.*Field;
    using Type = std::remove_cvref_t<decltype(field)>;
    if constexpr (std::is_enum_v<Type> ||
                  (std::is_integral_v<Type> && !std::is_same_v<Type, bool>)) {
        field = static_cast<Type>(std::get<std::uint64_t>(value));
    } else if constexpr (is_typed_list<Type>) {
        field.clear();
        for (const std::string& item : std::get<std::vector<std::string>>(value)) {
            field.push_back(typed_value<typename Type::value_type>(item));
        }
    } else if constexpr (is_typed_text<Type> && !std::is_same_v<Type, Milliseconds>) {
        field = typed_value<Type>(std::get<std::string>(value));
    } else {
        field = std::get<Type>(std::move(value));
    }
}

template <class Owner, class Type>
Type field_type(Type Owner::*);

template <auto Section, auto Field>
consteval Setting entry(std::string_view section, std::string_view key, SettingForm form,
                        std::string_view default_text, std::string_view help) {
    using Type = decltype(field_type(Field));
    if constexpr (std::is_integral_v<Type>) {
        if (form.most > std::numeric_limits<Type>::max()) {
            throw "the largest value does not fit the field";  // does not compile
        }
    }
    return {section, key, form, default_text, help, assign<Section, Field>};
}

}  // namespace belay::program
