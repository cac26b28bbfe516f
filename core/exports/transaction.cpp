#include "core/exports/transaction.hpp"

#include <algorithm>

#include "core/base/utf8.hpp"
#include "core/exports/decimal.hpp"

namespace belay::exports {
namespace {

enum class Form { text, uuid, amount, currency, date };

struct ColumnRule {
    std::string_view name;
    bool is_required;
    Form form;
    std::size_t bytes_max;
};

/// By Column. The sizes of the forms that have one of their own are those of their longest text.
constexpr std::array<ColumnRule, column_count> column_rules{{
    {"transaction_id", true, Form::text, 128},
    {"match_group_id", false, Form::text, 128},
    {"source_id", true, Form::uuid, 64},
    {"amount", true, Form::amount, 64},
    {"currency", true, Form::currency, 3},
    {"status", false, Form::text, 64},
    {"date", true, Form::date, 40},
    {"exception_id", false, Form::text, 128},
    {"due_at", false, Form::date, 40},
    {"expected_amount", false, Form::amount, 64},
    {"fee_schedule_id", false, Form::text, 128},
    {"fee_schedule_name", false, Form::text, 256},
}};

static_assert(std::ranges::all_of(column_rules, [](const ColumnRule& rule) {
    return rule.bytes_max <= cell_bytes_max;
}));

const ColumnRule& rule_of(Column column) noexcept {
    return column_rules[static_cast<std::size_t>(column)];
}

bool is_currency(std::string_view text) noexcept {
    return text.size() == 3 &&
           std::ranges::all_of(text, [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

result<Day> day_of(std::string_view text) {
    if (const auto day = parse_day(text)) {
        return day;
    }
    const auto time = parse_rfc3339(text);
    if (!time) {
        return time.error();
    }
    return std::chrono::floor<std::chrono::days>(*time);
}

/// What `form` asks of a cell that has a value; empty if it has it.
std::string_view complaint_about(Form form, std::string_view cell) {
    switch (form) {
        case Form::text:
            return {};
        case Form::uuid:
            return job::parse_uuid(cell) ? "" : " must be a UUID";
        case Form::amount: {
            const auto amount = Decimal::parse(cell);
            if (amount) {
                return {};
            }
            return amount.error() == Error::too_large ? " must have at most 38 digits"
                                                      : " must be a decimal number such as -12.50";
        }
        case Form::currency:
            return is_currency(cell) ? "" : " must be three upper-case letters";
        case Form::date:
            return day_of(cell) ? "" : " must be a date, YYYY-MM-DD or RFC 3339";
    }
    return {};
}

row_result<void> check_cell(Column column, std::string_view cell, std::uint64_t line) {
    const ColumnRule& rule = rule_of(column);
    const auto refuse = [&](Error code, std::string_view complaint) {
        return RowError{code, line, std::string(rule.name),
                        std::string(rule.name).append(complaint)};
    };
    if (cell.empty()) {
        if (rule.is_required) {
            return refuse(Error::malformed, " is required");
        }
        return {};
    }
    if (!is_valid_utf8(cell)) {
        return refuse(Error::malformed, " must be valid UTF-8");
    }
    if (cell.find('\0') != std::string_view::npos) {
        return refuse(Error::malformed, " must not contain U+0000");
    }
    if (rule.form == Form::text && cell.size() > rule.bytes_max) {
        return refuse(Error::too_large,
                      " must have at most " + std::to_string(rule.bytes_max) + " bytes");
    }
    // A form's own complaint says more than its length would.
    const std::string_view complaint = complaint_about(rule.form, cell);
    if (!complaint.empty()) {
        return refuse(Error::malformed, complaint);
    }
    if (cell.size() > rule.bytes_max) {
        return refuse(Error::too_large,
                      " must have at most " + std::to_string(rule.bytes_max) + " bytes");
    }
    return {};
}

}  // namespace

std::string_view name_of(Column column) noexcept {
    return rule_of(column).name;
}

std::optional<Column> column_named(std::string_view name) noexcept {
    for (std::size_t at = 0; at < column_count; ++at) {
        if (column_rules[at].name == name) {
            return static_cast<Column>(at);
        }
    }
    return std::nullopt;
}

bool is_required(Column column) noexcept {
    return rule_of(column).is_required;
}

void throw_exception_from_error(const RowError& error, const boost::source_location& where) {
    boost::throw_exception(boost::system::system_error(error.code, error.what), where);
}

row_result<void> check_row(const Row& row, std::uint64_t line, Transaction& into) {
    for (std::size_t at = 0; at < column_count; ++at) {
        const auto checked = check_cell(static_cast<Column>(at), row.cells[at], line);
        if (!checked) {
            return checked;
        }
    }
    into.row = row;
    into.source = job::parse_uuid(row[Column::source_id]).value();
    into.day = day_of(row[Column::date]).value();
    into.amount = Decimal::parse(row[Column::amount]).value().text();
    into.expected_amount.clear();
    if (!row[Column::expected_amount].empty()) {
        into.expected_amount = Decimal::parse(row[Column::expected_amount]).value().text();
    }
    return {};
}

}  // namespace belay::exports
