// Texts of settings that mean something: an amount, opening hours, a rate. Each type says how it is
// read and, for a person, how it is written; a setting whose field has such a type takes no other
// text, so that nothing downstream reads it again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "http/program/settings.hpp"

namespace belay::program {

/// What a text has to be. `expected` ends the sentence "expected …".
struct TextRule {
    bool (*fits)(std::string_view text);
    std::string_view expected;
};

/// Reads all of `text`; false, and the value stays as it was, if it is not one of the type.
bool read_typed(std::string_view text, ledger::Money& to);
bool read_typed(std::string_view text, transfers::Zone& to);
bool read_typed(std::string_view text, Day& to);
bool read_typed(std::string_view text, Milliseconds& to);
bool read_typed(std::string_view text, Rate& to);
bool read_typed(std::string_view text, AmountOutcome& to);
bool read_typed(std::string_view text, BankCode& to);
bool read_typed(std::string_view text, job::Uuid& to);
/// Nothing is nothing, not an error.
bool read_typed(std::string_view text, std::optional<transfers::OperatingHours>& to);
bool read_typed(std::string_view text, std::optional<job::Uuid>& to);

template <class Type>
bool fits(std::string_view text) {
    Type read{};
    return read_typed(text, read);
}

template <class Type>
struct ExpectedText;
template <>
struct ExpectedText<ledger::Money> {
    static constexpr std::string_view text =
        "an amount with at most two decimals, as \"1002.00\", up to 10 trillion";
};
template <>
struct ExpectedText<transfers::Zone> {
    static constexpr std::string_view text =
        "\"America/Sao_Paulo\", \"UTC\" or an offset, as \"-03:00\"";
};
template <>
struct ExpectedText<Day> {
    static constexpr std::string_view text = "a day, as \"2026-12-25\"";
};
template <>
struct ExpectedText<Milliseconds> {
    static constexpr std::string_view text =
        "a duration up to \"7d\": a whole number and ms, s, m, h or d";
};
template <>
struct ExpectedText<Rate> {
    static constexpr std::string_view text =
        "a rate, as \"100 per 60s\": 1 to 1000000 in 1s to 24h; or nothing";
};
template <>
struct ExpectedText<AmountOutcome> {
    static constexpr std::string_view text =
        "AMOUNT=OUTCOME, as \"13.13=rejected\": completed, rejected, failed or slow";
};
template <>
struct ExpectedText<BankCode> {
    static constexpr std::string_view text = "eight digits, or nothing";
};
template <>
struct ExpectedText<job::Uuid> {
    static constexpr std::string_view text = "a UUID";
};
template <>
struct ExpectedText<std::optional<transfers::OperatingHours>> {
    static constexpr std::string_view text =
        "hours of a day, as \"06:30-17:00\", the first before the second, or nothing";
};
template <>
struct ExpectedText<std::optional<job::Uuid>> {
    static constexpr std::string_view text = "a UUID, or nothing";
};

template <class Type>
inline constexpr TextRule text_rule{fits<Type>, ExpectedText<Type>::text};

/// Whether a field of this type is read from a text by read_typed().
template <class Type>
inline constexpr bool is_typed_text = requires(Type& to) {
    ExpectedText<Type>::text;
    read_typed(std::string_view(), to);
};

}  // namespace belay::program
