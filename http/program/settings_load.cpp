#include "http/program/settings_load.hpp"

#include <algorithm>
#include <utility>

#include "http/program/nearest.hpp"
#include "http/program/settings_table.hpp"
#include "http/program/settings_toml.hpp"

namespace belay::program {
namespace {

constexpr std::string_view variable_prefix = "BELAY_";

/// Variables of ours that are no settings: the sizes of tests, and what Kubernetes puts into every
/// pod beside a Service whose name begins with "belay" (BELAY_SERVICE_HOST, BELAY_SERVICE_PORT,
/// BELAY_PORT=tcp://…, BELAY_PORT_8080_TCP_ADDR).
bool is_foreign(std::string_view name, std::string_view value) {
    if (name.find("__") != std::string_view::npos) {
        return false;
    }
    const std::size_t port = name.find("_PORT_");
    const bool numbered = port != std::string_view::npos && port + 6 < name.size() &&
                          name[port + 6] >= '0' && name[port + 6] <= '9';
    return name.starts_with("BELAY_TEST_") || name.ends_with("_SERVICE_HOST") ||
           name.find("_SERVICE_PORT") != std::string_view::npos || numbered ||
           (name.ends_with("_PORT") && value.find("://") != std::string_view::npos);
}

std::string upper(std::string_view text) {
    std::string upper_text(text);
    std::ranges::transform(upper_text, upper_text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return upper_text;
}

void read_environment(const std::vector<std::string>& environment, Settings& settings,
                      Problems& problems) {
    std::vector<std::string> names;
    for (const Setting& setting : all_settings()) {
        names.push_back(environment_name(setting));
    }
    for (const std::string& entry : environment) {
        const std::size_t equals = entry.find('=');
        const std::string_view name = std::string_view(entry).substr(0, equals);
        if (equals == std::string::npos || !name.starts_with(variable_prefix)) {
            continue;
        }
        const std::string_view value = std::string_view(entry).substr(equals + 1);
        const auto found = std::ranges::find(names, name);
        if (found == names.end()) {
            if (!is_foreign(name, value)) {
                problems.push_back("unknown environment variable " + std::string(name) +
                                   "; did you mean " + std::string(nearest(upper(name), names)) +
                                   "?");
            }
            continue;
        }
        const Setting& setting = all_settings()[static_cast<std::size_t>(found - names.begin())];
        assign_text(setting, std::string(name) + "=\"" + std::string(value) + "\"", value, settings,
                    problems);
    }
}

void read_flags(const std::vector<SettingFlag>& flags, Settings& settings, Problems& problems) {
    std::vector<std::string_view> seen;
    for (const SettingFlag& flag : flags) {
        const Setting* setting = find_setting(flag.name);
        if (setting == nullptr) {
            problems.push_back(flag.flag + " " + flag.name + ": unknown setting; did you mean " +
                               nearest_setting(flag.name) + "?");
            continue;
        }
        if (std::ranges::find(seen, flag.name) != seen.end()) {
            problems.push_back(flag.flag + ": " + flag.name + " is given twice");
            continue;
        }
        seen.push_back(flag.name);
        const std::string shown = flag.flag == "--set" ? "--set " + flag.name + "=" + flag.value
                                                       : flag.flag + " \"" + flag.value + "\"";
        assign_text(*setting, shown, flag.value, settings, problems);
    }
}

/// What no single setting can say about itself.
void check_together(const Settings& settings, Problems& problems) {
    if (settings.http.tls_cert.empty() != settings.http.tls_key.empty()) {
        problems.emplace_back(
            "http.tls_cert and http.tls_key belong together: set both, or none to serve without "
            "TLS");
    }
    if (settings.exports.retry_delay > settings.exports.max_retry_delay) {
        problems.emplace_back("exports.retry_delay is over exports.max_retry_delay");
    }
    // A default ledger is made by the embedded one; of a Midaz only its operator knows which.
    if (!settings.ledger.midaz_url.empty() && !settings.transfers.ledger) {
        problems.emplace_back(
            "ledger.midaz_url needs transfers.ledger: the ledger in Midaz that transfers draw on");
    }
    constexpr std::size_t attempts_most = 32;
    if (settings.webhooks.schedule.size() > attempts_most) {
        problems.emplace_back("webhooks.schedule has more than 32 attempts");
    }
    std::vector<AmountOutcome> outcomes = settings.rail.outcomes;
    std::ranges::sort(outcomes, {}, &AmountOutcome::amount);
    const auto twin = std::ranges::adjacent_find(outcomes, {}, &AmountOutcome::amount);
    if (twin != outcomes.end()) {
        problems.push_back("rail.outcomes names " + ledger::format_money(twin->amount, 2) +
                           " twice");
    }
}

}  // namespace

void assign_text(const Setting& setting, const std::string& shown, std::string_view text,
                 Settings& settings, Problems& problems) {
    explained<SettingValue> value = read_setting(setting.form, text);
    if (!value) {
        problems.push_back(shown + ": " + value.error().what);
        return;
    }
    setting.assign(settings, *std::move(value));
}

std::string nearest_setting(std::string_view name) {
    // A name without a section is compared with keys alone, or every short key would be nearest.
    const bool whole = name.find('.') != std::string_view::npos;
    std::vector<std::string> candidates;
    for (const Setting& setting : all_settings()) {
        candidates.push_back(whole ? setting_name(setting) : std::string(setting.key));
    }
    const std::string_view found = nearest(name, candidates);
    const auto at = std::ranges::find(candidates, found) - candidates.begin();
    return setting_name(all_settings()[static_cast<std::size_t>(at)]);
}

explained<Settings> load_settings(const SettingSources& sources) {
    Settings settings = default_settings();
    Problems problems;
    if (sources.file) {
        read_settings_file(*sources.file, settings, problems);
    }
    read_environment(sources.environment, settings, problems);
    read_flags(sources.flags, settings, problems);
    if (problems.empty()) {
        check_together(settings, problems);
    }
    if (!problems.empty()) {
        std::string lines;
        for (const std::string& problem : problems) {
            lines += (lines.empty() ? "" : "\n") + problem;
        }
        return failure(Error::malformed, std::move(lines));
    }
    return settings;
}

}  // namespace belay::program
