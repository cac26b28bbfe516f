// Loads a server on this machine with one kind of request and prints what came of it as JSON.
//
// usage: belay_load --port P --target T [option]…      (--help)
//
// In the target, in headers and in the body `{id}` is replaced by a line of --ids, each used once,
// and `{key}` by a key that no other request has. A run ends when the time is over or the ids are
// used up. An answer of another status than --expect, or without the text of --contains, is counted
// as wrong; a run with wrong answers ends with exit code 1, and its figures mean nothing.
// What stands in a line behind a tab replaces `{more}`.
// With --save-ids the answers' ids become the --ids of a later run. With --redis the same load is
// put on a Redis server.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/load/answer_scan.hpp"
#include "bench/load/generator.hpp"
#include "bench/load/script.hpp"
#include "core/world/entropy.hpp"

namespace belay::bench {
namespace {

class ScriptedSource final : public RequestSource {
  public:
    /// `saved_field`: of the answers' JSON, the text member that is to be saved; empty: none.
    ScriptedSource(const Script& script, const Template& from, std::span<const std::string> ids,
                   std::string key_prefix, const std::string& saved_field)
        : script_(script),
          from_(from),
          ids_(ids),
          key_prefix_(std::move(key_prefix)),
          saved_field_(saved_field) {}

    bool next(std::string& to) override {
        if (script_.takes_ids() && place_ == ids_.size()) {
            return false;
        }
        key_ = key_prefix_;
        key_ += std::to_string(place_);
        const std::string_view line = script_.takes_ids() ? ids_[place_] : std::string_view();
        const std::size_t tab = std::min(line.find('\t'), line.size());
        script_.append({.id = line.substr(0, tab),
                        .key = key_,
                        .more = line.substr(std::min(tab + 1, line.size()))},
                       to);
        ++place_;
        return true;
    }

    void answered(std::uint64_t, int status, std::string_view body) override {
        if (status == from_.expect && body.find(from_.contains) != std::string_view::npos &&
            save(body)) {
            return;
        }
        if (wrong_++ == 0) {
            std::fprintf(stderr, "a wrong answer: %d %.300s\n", status, std::string(body).c_str());
        }
    }

    std::uint64_t wrong() const noexcept { return wrong_; }
    const std::vector<std::string>& saved() const noexcept { return saved_; }

  private:
    bool save(std::string_view body) {
        if (saved_field_.empty()) {
            return true;
        }
        const auto found = text_member(body, saved_field_);
        if (found) {
            saved_.emplace_back(*found);
        }
        return found.has_value();
    }

    const Script& script_;
    const Template& from_;
    const std::span<const std::string> ids_;
    const std::string key_prefix_;
    const std::string saved_field_;
    std::string key_;
    std::size_t place_ = 0;
    std::uint64_t wrong_ = 0;
    std::vector<std::string> saved_;
};

struct Files {
    std::string ids;
    /// Where the answers' ids go, a line each, and the member that they are in.
    std::string saved;
    std::string saved_field = "id";
};

std::vector<std::string> read_lines(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(std::move(line));
    }
    if (lines.empty()) {
        throw std::runtime_error("no ids in " + path);
    }
    return lines;
}

void write_lines(const std::string& path, std::span<const ScriptedSource* const> sources) {
    std::ofstream file(path);
    for (const ScriptedSource* source : sources) {
        for (const std::string& line : source->saved()) {
            file << line << '\n';
        }
    }
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + path);
    }
}

void print_histogram(const char* name, const Histogram& histogram) {
    std::printf("\"%s\":{\"count\":%llu,\"mean_us\":%.3f,%s}", name,
                static_cast<unsigned long long>(histogram.count()),
                histogram.mean_nanoseconds() / 1e3, quantiles_as_json(histogram).c_str());
}

int run(const LoadSettings& settings, const Template& from, const Files& files) {
    const Script script(from);
    const std::vector<std::string> ids =
        script.takes_ids() ? read_lines(files.ids) : std::vector<std::string>();
    world::SystemEntropy entropy;
    const std::string run_name = std::to_string(entropy.number());
    std::vector<std::unique_ptr<RequestSource>> sources;
    std::vector<const ScriptedSource*> scripted;
    for (std::size_t thread = 0; thread < settings.threads; ++thread) {
        const std::size_t begin = ids.size() * thread / settings.threads;
        const std::size_t end = ids.size() * (thread + 1) / settings.threads;
        auto source = std::make_unique<ScriptedSource>(
            script, from, std::span(ids).subspan(begin, end - begin),
            run_name + "-" + std::to_string(thread) + "-", files.saved_field);
        scripted.push_back(source.get());
        sources.push_back(std::move(source));
    }
    const auto result = run_load(settings, sources);
    if (result.has_error()) {
        std::fprintf(stderr, "belay_load: %s\n", result.error().what.c_str());
        return 1;
    }
    std::uint64_t wrong = 0;
    for (const ScriptedSource* source : scripted) {
        wrong += source->wrong();
    }
    if (!files.saved.empty()) {
        write_lines(files.saved, scripted);
    }
    std::uint64_t answered = 0;
    for (const std::uint64_t count : result->by_class) {
        answered += count;
    }
    std::printf(
        "{\"answered\":%llu,\"answers\":%llu,\"seconds\":%.6f,\"per_second\":%.1f,\"wrong\":%llu,"
        "\"generator_cpu_seconds\":%.3f,",
        static_cast<unsigned long long>(answered), static_cast<unsigned long long>(result->answers),
        result->seconds, result->per_second(), static_cast<unsigned long long>(wrong),
        result->processor_seconds);
    print_histogram("latency", result->latency);
    std::printf(",");
    print_histogram("lateness", result->lateness);
    std::printf("}\n");
    return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace belay::bench

int main(int count, char** arguments) {
    belay::bench::LoadSettings settings;
    belay::bench::Template from;
    belay::bench::Files files;
    double seconds = 0;
    double warm_up = 0;
    CLI::App app("Loads a server on this machine with one kind of request.");
    app.add_option("--port", settings.port)->required();
    auto* target = app.add_option("--target", from.target);
    auto* redis = app.add_option("--redis", from.redis, "a Redis command instead of --target");
    target->excludes(redis);
    app.add_option("--method", from.method);
    app.add_option("--header", from.headers, "\"Name: value\"; any number");
    app.add_option("--body", from.body);
    app.add_option("--ids", files.ids, "a file with a line for each {id}");
    app.add_option("--save-ids", files.saved, "a file for the answers' ids, a line each");
    app.add_option("--save-field", files.saved_field, "the member of the answers that is their id")
        ->capture_default_str();
    app.add_option("--expect", from.expect, "the status of a right answer");
    app.add_option("--contains", from.contains, "a text in the body of a right answer");
    app.add_option("--connections", settings.connections);
    app.add_option("--addresses", settings.addresses,
                   "connections come in turn from so many addresses: 127.0.0.1, 127.0.0.2, …")
        ->check(CLI::Range(1, 254));
    app.add_option("--threads", settings.threads);
    app.add_option("--depth", settings.depth, "requests under way on a connection");
    app.add_option("--rate", settings.rate, "requests a second by a fixed schedule (open loop)");
    app.add_option("--seconds", seconds, "0: until the ids are used up");
    app.add_option("--warm-up", warm_up, "seconds that are not measured");
    CLI11_PARSE(app, count, arguments);
    if (target->empty() == redis->empty()) {
        std::fputs("belay_load: --target or --redis, please\n", stderr);
        return 2;
    }
    if (!redis->empty()) {
        settings.scan = belay::bench::scan_redis_answer;
    }
    if (files.saved.empty()) {
        files.saved_field.clear();
    }
    settings.duration = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    settings.warm_up = std::chrono::milliseconds(static_cast<std::int64_t>(warm_up * 1000));
    try {
        return belay::bench::run(settings, from, files);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "belay_load: %s\n", error.what());
        return 2;
    }
}
