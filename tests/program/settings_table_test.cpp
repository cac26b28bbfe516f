#include "http/program/settings_table.hpp"

#include <algorithm>
#include <set>

#include <boost/test/unit_test.hpp>

#include "core/base/units.hpp"

namespace belay::program {
namespace {

BOOST_AUTO_TEST_SUITE(settings_table)

BOOST_AUTO_TEST_CASE(names_are_unique_and_sections_stand_together) {
    std::set<std::string> names;
    std::set<std::string_view> closed;
    std::string_view section;
    for (const Setting& setting : all_settings()) {
        BOOST_TEST(names.insert(setting_name(setting)).second, setting_name(setting));
        if (setting.section != section) {
            BOOST_TEST(closed.insert(setting.section).second, setting.section);
            section = setting.section;
        }
        BOOST_TEST(find_setting(setting_name(setting)) == &setting);
        BOOST_TEST(setting.help.ends_with('.'), setting_name(setting));
    }
}

// contracts README 7: these words keep their meaning from the first release.
BOOST_AUTO_TEST_CASE(words_that_stay_are_there) {
    for (const std::string_view name : {"http.listen",
                                        "http.public_url",
                                        "http.tls_cert",
                                        "http.tls_key",
                                        "http.header_timeout",
                                        "http.body_timeout",
                                        "http.idle_timeout",
                                        "http.max_connections",
                                        "http.commit_timeout",
                                        "auth.jwt_secret_file",
                                        "auth.jwks_file",
                                        "auth.issuer",
                                        "auth.audience",
                                        "auth.leeway",
                                        "store.ring_bytes",
                                        "store.segment_bytes",
                                        "store.snapshot_interval",
                                        "store.max_memory",
                                        "exports.workers",
                                        "exports.rows_per_second",
                                        "exports.error_style",
                                        "exports.lease",
                                        "exports.retention",
                                        "batches.upstream",
                                        "batches.upstream_encoding",
                                        "batches.endpoints",
                                        "batches.rows_per_second",
                                        "batches.max_in_flight",
                                        "batches.upload_window",
                                        "transfers.ledger",
                                        "transfers.operating_hours",
                                        "transfers.timezone",
                                        "transfers.holidays",
                                        "transfers.daily_limit",
                                        "transfers.monthly_limit",
                                        "transfers.fee",
                                        "transfers.duplicate_window",
                                        "transfers.initiation_window",
                                        "rail.submit_delay",
                                        "rail.accept_delay",
                                        "rail.settle_delay",
                                        "rail.outcome",
                                        "ledger.midaz_url",
                                        "limits.enabled",
                                        "webhooks.allow_private",
                                        "webhooks.timeout",
                                        "webhooks.schedule",
                                        "log.level",
                                        "log.format"}) {
        BOOST_TEST(find_setting(name) != nullptr, name);
    }
}

BOOST_AUTO_TEST_CASE(every_assignment_reaches_its_own_field) {
    // Each setting is given a value that no other has; all must arrive.
    const Settings settings = default_settings();
    BOOST_TEST(settings.http.listen.host == "127.0.0.1");
    BOOST_TEST(settings.http.listen.port == 8080);
    BOOST_TEST(settings.http.header_timeout.count() == 10'000);
    BOOST_TEST(settings.http.body_timeout.count() == 30'000);
    BOOST_TEST(settings.http.idle_timeout.count() == 75'000);
    BOOST_TEST(settings.http.commit_timeout.count() == 5'000);
    BOOST_TEST(settings.http.max_request_line == 8U << 10);
    BOOST_TEST(settings.http.max_header == 32U << 10);
    BOOST_TEST(settings.http.max_header_fields == 100U);
    BOOST_TEST(settings.http.max_json_body == 1U << 20);
    BOOST_TEST(settings.auth.leeway.count() == 60'000);
    BOOST_TEST(settings.store.data == "./belay-data");
    BOOST_TEST(settings.exports.max_attempts == 4U);
    BOOST_TEST(settings.exports.rows_per_second == 0U);
    BOOST_TEST((settings.exports.error_style == ErrorStyle::seed));
    BOOST_TEST(settings.exports.retention.count() == 30LL * 86'400'000);
    BOOST_TEST(settings.batches.upstream.empty());
    BOOST_TEST((settings.batches.upstream_encoding == UpstreamEncoding::form));
    BOOST_TEST(settings.batches.endpoints.size() == 14U);
    BOOST_TEST(settings.batches.rows_per_second == 0U);
    BOOST_TEST(settings.batches.max_in_flight == 64U);
    BOOST_TEST(settings.batches.upload_window.count() == 300'000);
    BOOST_TEST(settings.batches.max_upload == 5ULL << 30);
    BOOST_TEST(settings.batches.run_time.count() == 86'400'000);
    BOOST_TEST(settings.batches.url_lifetime.count() == 4'200'000);
    BOOST_TEST(settings.batches.results_kept.count() == 7LL * 86'400'000);
    BOOST_TEST(settings.batches.retention.count() == 30LL * 86'400'000);
    BOOST_TEST(!settings.transfers.ledger);
    BOOST_TEST(!settings.transfers.operating_hours);
    BOOST_TEST(settings.transfers.holidays.empty());
    BOOST_TEST(settings.transfers.daily_limit.minor == 0);
    BOOST_TEST(settings.transfers.fee.minor == 0);
    BOOST_TEST(settings.transfers.duplicate_window.count() == 300'000);
    BOOST_TEST(settings.transfers.initiation_window.count() == 86'400'000);
    BOOST_TEST((settings.rail.outcome == RailOutcome::completed));
    BOOST_TEST(settings.ledger.midaz_url.empty());
    BOOST_TEST(settings.ledger.midaz_timeout.count() == 3000);
    BOOST_TEST(!settings.webhooks.allow_private);
    BOOST_TEST(settings.webhooks.schedule.size() == 10U);
    BOOST_TEST(settings.webhooks.schedule.back().count() == 86'400'000);
    BOOST_TEST(!settings.limits.enabled);
    BOOST_TEST((settings.limits.exports_create == Rate{10, std::chrono::seconds(60)}));
    BOOST_TEST((settings.limits.transfers_cancel == Rate{100, std::chrono::seconds(60)}));
    BOOST_TEST((settings.limits.batches_cancel == Rate{25, std::chrono::seconds(1)}));
    BOOST_TEST((settings.log.level == LogLevel::info));
    BOOST_TEST((settings.log.format == LogFormat::automatic));

    for (const Setting& setting : all_settings()) {
        const bool is_text = setting.form.kind == SettingKind::text && setting.form.rule == nullptr;
        if (!is_text && setting.form.kind != SettingKind::path) {
            continue;
        }
        Settings changed;
        setting.assign(changed, SettingValue(std::string("here")));
        const std::vector<std::string*> fields{&changed.http.tls_cert,
                                               &changed.http.tls_key,
                                               &changed.auth.jwt_secret_file,
                                               &changed.auth.jwks_file,
                                               &changed.auth.issuer,
                                               &changed.auth.audience,
                                               &changed.store.data,
                                               &changed.ledger.midaz_token_file,
                                               &changed.ledger.midaz_ca_file,
                                               &changed.ledger.midaz_settlement_alias,
                                               &changed.ledger.midaz_fee_alias,
                                               &changed.webhooks.ca_file,
                                               &changed.batches.upstream_key_file,
                                               &changed.batches.upstream_ca_file};
        BOOST_TEST(std::ranges::count(fields, "here", [](std::string* f) { return *f; }) == 1,
                   setting_name(setting));
    }
}

BOOST_AUTO_TEST_CASE(no_two_numbers_share_a_field) {
    // A copied line with a field left unchanged: two settings would move the same bytes.
    for (const Setting& left : all_settings()) {
        for (const Setting& right : all_settings()) {
            BOOST_TEST((&left == &right || left.assign != right.assign),
                       setting_name(left) << " and " << setting_name(right));
        }
    }
}

BOOST_AUTO_TEST_CASE(bounds_are_inclusive) {
    for (const Setting& setting : all_settings()) {
        const SettingForm& form = setting.form;
        const auto text = [&form](std::uint64_t value) -> std::string {
            switch (form.kind) {
                case SettingKind::duration:
                    return std::to_string(value) + "ms";
                case SettingKind::size:
                    return std::to_string(value) + "B";
                default:
                    return std::to_string(value);
            }
        };
        if (form.kind != SettingKind::duration && form.kind != SettingKind::size &&
            form.kind != SettingKind::integer) {
            continue;
        }
        BOOST_TEST(read_setting(form, text(form.least)).has_value(), setting_name(setting));
        BOOST_TEST(read_setting(form, text(form.most)).has_value(), setting_name(setting));
        BOOST_TEST(read_setting(form, text(form.most + 1)).has_error(), setting_name(setting));
        if (form.least > 0) {
            BOOST_TEST(read_setting(form, text(form.least - 1)).has_error(), setting_name(setting));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_ring_is_a_power_of_two) {
    const SettingForm& form = find_setting("store.ring_bytes")->form;
    for (const std::string_view good : {"2MiB", "4MiB", "64MiB", "4GiB"}) {
        BOOST_TEST(read_setting(form, good).has_value(), good);
    }
    for (const std::string_view bad : {"3MiB", "6MiB", "67108865B"}) {
        const auto read = read_setting(form, bad);
        BOOST_TEST_REQUIRE(read.has_error(), bad);
        BOOST_TEST(read.error().what.find("a power of two") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(listen_addresses) {
    const SettingForm form{.kind = SettingKind::address};
    const auto host_of = [&form](std::string_view text) {
        return std::get<ListenAddress>(read_setting(form, text).value());
    };
    BOOST_TEST((host_of("127.0.0.1:8080") == ListenAddress{"127.0.0.1", 8080}));
    BOOST_TEST((host_of("[::1]:0") == ListenAddress{"::1", 0}));
    BOOST_TEST((host_of("localhost:65535") == ListenAddress{"localhost", 65535}));
    for (const std::string_view bad :
         {"", "8080", ":8080", "localhost", "localhost:", "localhost:65536", "localhost:-1",
          "localhost:80a", "::1:8080", "[]:8080", "[::1]8080", "a b:1", "a\n:1", "localhost:+80"}) {
        BOOST_TEST(read_setting(form, bad).has_error(), bad);
    }
}

BOOST_AUTO_TEST_CASE(base_urls) {
    const SettingForm form{.kind = SettingKind::url};
    for (const std::string_view good :
         {"", "http://localhost:8080", "https://belay.example.com", "https://example.com/jobs"}) {
        BOOST_TEST(read_setting(form, good).has_value(), good);
    }
    for (const std::string_view bad :
         {"localhost", "ftp://x", "http://", "http:///x", "http://x/", "http://x?y", "http://x#y",
          "http://a b", "http://user@x", "http://x\r\nSet-Cookie: y"}) {
        BOOST_TEST(read_setting(form, bad).has_error(), bad);
    }
}

BOOST_AUTO_TEST_CASE(words_texts_and_lists) {
    const SettingForm choice{.kind = SettingKind::choice, .words = "seed|mtch"};
    BOOST_TEST(std::get<std::uint64_t>(read_setting(choice, "mtch").value()) == 1U);
    for (const std::string_view bad : {"", "Seed", "seed|mtch", "see"}) {
        BOOST_TEST(read_setting(choice, bad).error().what == "expected one of \"seed\", \"mtch\"");
    }
    const SettingForm boolean{.kind = SettingKind::boolean};
    BOOST_TEST(std::get<bool>(read_setting(boolean, "true").value()));
    BOOST_TEST(!std::get<bool>(read_setting(boolean, "false").value()));
    for (const std::string_view bad : {"", "1", "yes", "TRUE"}) {
        BOOST_TEST(read_setting(boolean, bad).has_error(), bad);
    }
    const SettingForm needed{.kind = SettingKind::path, .may_be_empty = false};
    BOOST_TEST(read_setting(needed, "").has_error());
    BOOST_TEST(read_setting(needed, std::string_view("a\0b", 3)).has_error());
    BOOST_TEST(read_setting(needed, "\xff").has_error());
    const SettingForm list{.kind = SettingKind::list};
    BOOST_TEST(std::get<std::vector<std::string>>(read_setting(list, "").value()).empty());
    BOOST_TEST((std::get<std::vector<std::string>>(read_setting(list, "a,b").value()) ==
                std::vector<std::string>{"a", "b"}));
    BOOST_TEST(read_setting(list, "a,,b").has_error());
    BOOST_TEST(toml_text(list, "a,b") == "[\"a\", \"b\"]");
    BOOST_TEST(toml_text(list, "") == "[]");
}

BOOST_AUTO_TEST_CASE(help_names_every_key_with_its_default) {
    const std::string help = settings_help();
    for (const Setting& setting : all_settings()) {
        BOOST_TEST(help.find("  " + std::string(setting.key) + " = " +
                             toml_text(setting.form, setting.default_text) + "\n      " +
                             std::string(setting.help) + "\n") != std::string::npos,
                   setting_name(setting));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::program
