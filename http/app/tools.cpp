#include "http/app/tools.hpp"

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "auth/api_key_file.hpp"
#include "auth/claims.hpp"
#include "auth/jws.hpp"
#include "auth/key_source.hpp"
#include "http/app/credentials.hpp"
#include "http/families/families.hpp"
#include "http/wire/json_writer.hpp"
#include "store/log/dump.hpp"
#include "store/log/verify.hpp"
#include "store/remembered.hpp"

namespace belay::app {
namespace {

using program::ExitCode;

ExitCode complain(const Failure& why) {
    std::fprintf(stderr, "belay: %s\n", why.what.c_str());
    return ExitCode::failure;
}

/// A data directory that must be there: a command that looks at one does not make it.
explained<std::unique_ptr<world::Disk>> open_existing(const std::string& data) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(data, ignored)) {
        return failure(Error::not_found, data + ": there is no such directory");
    }
    auto disk = world::open_posix_disk(data);
    if (disk.has_error()) {
        return failure(disk.error(), data + ": " + disk.error().message());
    }
    return std::move(*disk);
}

/// Whether a server runs on the directory now.
bool is_in_use(world::Disk& data) {
    const auto lock = data.lock("lock");
    return lock.has_error() && lock.error() == Error::locked;
}

std::string print_value(const store::Schema& schema, const store::Fact& fact) {
    std::string text;
    if (fact.kind == store::FactKind::key) {
        const auto answer = store::decode_remembered(as_byte_span(fact.value));
        if (answer.has_error()) {
            return "not an answer";
        }
        wire::JsonWriter json(text);
        json.begin_object().member("status", std::uint32_t{answer->status});
        json.member("expires", format_rfc3339_milliseconds(answer->expires));
        json.member("body_bytes", std::uint64_t{answer->body.size()}).end_object();
        return text;
    }
    const store::KindInfo* kind = schema.find(fact.record.kind);
    if (kind == nullptr) {
        return store::print_value_as_hex(fact);
    }
    text = std::string(kind->name) + " ";
    kind->print(as_byte_span(fact.value), text);
    return text;
}

std::string describe(const auth::ApiKey& key) {
    std::string text;
    wire::JsonWriter json(text);
    json.begin_object().member("id", job::format_uuid(key.id));
    json.member("tenant", job::format_uuid(key.tenant));
    json.member("mode", key.mode == auth::Mode::live ? "live" : "test");
    json.member("restricted", key.restricted);
    if (key.scopes) {
        json.name("scopes").begin_array();
        for (const std::string& scope : *key.scopes) {
            json.string(scope);
        }
        json.end_array();
    }
    json.member("created", format_rfc3339_seconds(key.created));
    if (key.revoked) {
        json.member("revoked", format_rfc3339_seconds(*key.revoked));
    }
    json.end_object();
    return text;
}

}  // namespace

ExitCode run(const program::TokenCommand& command) {
    std::vector<std::unique_ptr<world::Disk>> disks;
    const auto place = open_place("--secret-file", command.secret_file, disks);
    if (place.has_error()) {
        return complain(place.error());
    }
    const auto secret = auth::read_secret_file(*place);
    if (secret.has_error()) {
        return complain(secret.error());
    }
    constexpr std::size_t subject_bytes_max = 256;
    if (command.subject.empty() || command.subject.size() > subject_bytes_max) {
        return complain(failure(Error::malformed, "--subject has 1 to 256 bytes"));
    }
    auth::TokenRequest request;
    request.tenant = command.tenant;
    request.subject = command.subject;
    if (!command.scopes.empty()) {
        request.scopes = command.scopes;
    }
    request.lifetime = command.expires;
    request.issuer = command.issuer;
    request.audience = command.audience;
    const std::string payload = auth::write_claims(request, world::SystemClock().wall());
    std::printf("%s\n", auth::sign_jws_hs256(*secret, payload).c_str());
    return ExitCode::success;
}

ExitCode run(const program::KeysCreateCommand& command) {
    auto disk = world::open_posix_disk(command.data);
    if (disk.has_error()) {
        return complain(failure(disk.error(), command.data + ": " + disk.error().message()));
    }
    auth::ApiKeyRequest request;
    request.tenant = command.tenant;
    request.mode = command.live ? auth::Mode::live : auth::Mode::test;
    request.restricted = command.restricted;
    if (!command.scopes.empty()) {
        request.scopes = command.scopes;
    }
    world::SystemEntropy entropy;
    const auto made =
        auth::ApiKeyFile(**disk).create(request, world::SystemClock().wall(), entropy);
    if (made.has_error()) {
        return complain(made.error());
    }
    std::printf("%s\n", made->secret.c_str());
    std::fprintf(stderr, "belay: this is the only time the key is shown; its id is %s\n",
                 job::format_uuid(made->key.id).c_str());
    return ExitCode::success;
}

ExitCode run(const program::KeysListCommand& command) {
    auto disk = open_existing(command.data);
    if (disk.has_error()) {
        return complain(disk.error());
    }
    const auto keys = auth::ApiKeyFile(**disk).read();
    if (keys.has_error()) {
        return complain(keys.error());
    }
    for (const auth::ApiKey& key : keys->keys()) {
        if (!command.tenant || key.tenant == *command.tenant) {
            std::printf("%s\n", describe(key).c_str());
        }
    }
    return ExitCode::success;
}

ExitCode run(const program::KeysRevokeCommand& command) {
    const result<job::Uuid> id = job::parse_uuid(command.key_id);
    if (!id) {
        // Not repeated: whoever has the key at hand, and not its id, gives the key.
        return complain(failure(id.error(), "that is not the id of a key; `keys list` shows them"));
    }
    auto disk = open_existing(command.data);
    if (disk.has_error()) {
        return complain(disk.error());
    }
    const auto revoked = auth::ApiKeyFile(**disk).revoke(*id, world::SystemClock().wall());
    if (revoked.has_error()) {
        return complain(revoked.error());
    }
    std::printf("%s\n", describe(*revoked).c_str());
    return ExitCode::success;
}

ExitCode run(const program::LogDumpCommand& command) {
    auto disk = open_existing(command.data);
    if (disk.has_error()) {
        return complain(disk.error());
    }
    const store::Schema schema = families::schema();
    const auto print = [&](const store::Fact& fact) { return print_value(schema, fact); };
    const auto dumped = store::dump_log(**disk, std::cout, print);
    return dumped.has_error() ? complain(dumped.error()) : ExitCode::success;
}

ExitCode run(const program::VerifyCommand& command) {
    auto disk = open_existing(command.data);
    if (disk.has_error()) {
        return complain(disk.error());
    }
    const auto log_files = (*disk)->list("log");
    if (log_files.has_error() || log_files->empty()) {
        return complain(failure(Error::not_found, command.data + ": there is no log here"));
    }
    const store::VerifyReport report = store::verify_directory(**disk);
    for (const store::Finding& finding : report.findings) {
        std::printf("%s: %s at offset %llu: %s\n", finding.harmless ? "note" : "damage",
                    finding.file.c_str(), static_cast<unsigned long long>(finding.offset),
                    finding.what.c_str());
    }
    std::printf("%s: %llu segments, %llu frames, %llu snapshots\n",
                report.is_sound() ? "sound" : "not sound",
                static_cast<unsigned long long>(report.segments),
                static_cast<unsigned long long>(report.frames),
                static_cast<unsigned long long>(report.snapshots));
    if (!report.is_sound() && is_in_use(**disk)) {
        std::printf(
            "a server is running on it: the files that it removes and makes meanwhile can "
            "look like damage; verify again when it is stopped\n");
    }
    return report.is_sound() ? ExitCode::success : ExitCode::failure;
}

ExitCode run(const program::VersionCommand&) {
    std::printf("belay %s\n", BELAY_VERSION);
    return ExitCode::success;
}

}  // namespace belay::app
