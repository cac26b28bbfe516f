// Loads a server on this machine with one kind of request and prints what came of it as JSON.
//
// usage: belay_load --port P --target T [option]…      (--help)
//
// In the target, in headers and in the body `{id}` is replaced by a line of --ids, each used once,
// and
// `{key}` by a key that no other request of this process has. A run ends when the time is over or
// the ids are used up. An answer of another status than --expect, or without the text of
// --contains, is counted as wrong; a run with wrong answers ends with exit code 1, and its figures
// mean nothing.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "bench/load/generator.hpp"

namespace belay::bench {
namespace {

struct Template {
    std::string method = "GET";
    std::string target;
    std::vector<std::string> headers;
    std::string body;
    int expect = 200;
    std::string contains;
};

/// The request's text, cut at its places.
class Script {
  public:
    explicit Script(const Template& from) {
        std::string text = from.method + " " + from.target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
        for (const std::string& header : from.headers) {
            text += header + "\r\n";
        }
        if (!from.body.empty()) {
            text += "Content-Type: application/json\r\n";
        }
        const bool has_place = from.body.find("{id}") != std::string::npos;
        if (has_place) {
            throw std::runtime_error("a body takes no {id}: its length is written once");
        }
        if (!from.body.empty() || from.method != "GET") {
            text += "Content-Length: " + std::to_string(from.body.size()) + "\r\n";
        }
        cut(text + "\r\n" + from.body);
    }

    bool takes_ids() const noexcept { return takes_ids_; }

    void append(std::string_view id, std::string_view key, std::string& to) const {
        for (const Part& part : parts_) {
            to += part.text;
            if (part.place == Place::id) {
                to += id;
            } else if (part.place == Place::key) {
                to += key;
            }
        }
    }

  private:
    enum class Place { none, id, key };
    struct Part {
        std::string text;
        Place place = Place::none;
    };

    void cut(std::string_view text) {
        while (!text.empty()) {
            const std::size_t id = text.find("{id}");
            const std::size_t key = text.find("{key}");
            const std::size_t at = std::min({id, key, text.size()});
            Part part{std::string(text.substr(0, at)), Place::none};
            text.remove_prefix(at);
            if (at == id && id != std::string_view::npos) {
                part.place = Place::id;
                takes_ids_ = true;
                text.remove_prefix(4);
            } else if (at == key && key != std::string_view::npos) {
                part.place = Place::key;
                text.remove_prefix(5);
            }
            parts_.push_back(std::move(part));
        }
    }

    std::vector<Part> parts_;
    bool takes_ids_ = false;
};

class ScriptedSource final : public RequestSource {
  public:
    ScriptedSource(const Script& script, const Template& from, std::span<const std::string> ids,
                   std::string key_prefix)
        : script_(script), from_(from), ids_(ids), key_prefix_(std::move(key_prefix)) {}

    bool next(std::string& to) override {
        if (script_.takes_ids() && place_ == ids_.size()) {
            return false;
        }
        key_ = key_prefix_;
        key_ += std::to_string(place_);
        script_.append(script_.takes_ids() ? std::string_view(ids_[place_]) : std::string_view(),
                       key_, to);
        ++place_;
        return true;
    }

    void answered(std::uint64_t, int status, std::string_view body) override {
        if (status == from_.expect && body.find(from_.contains) != std::string_view::npos) {
            return;
        }
        if (wrong_++ == 0) {
            std::fprintf(stderr, "a wrong answer: %d %.300s\n", status, std::string(body).c_str());
        }
    }

    std::uint64_t wrong() const noexcept { return wrong_; }

  private:
    const Script& script_;
    const Template& from_;
    const std::span<const std::string> ids_;
    const std::string key_prefix_;
    std::string key_;
    std::size_t place_ = 0;
    std::uint64_t wrong_ = 0;
};

std::vector<std::string> read_lines(const std::string& path) {
    std::vector<std::string> lines;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        lines.push_back(std::move(line));
    }
    return lines;
}

void print_histogram(const char* name, const Histogram& histogram) {
    const auto microseconds = [&](double share) {
        return static_cast<double>(histogram.quantile(share).count()) / 1e3;
    };
    std::printf(
        "\"%s\":{\"count\":%llu,\"mean_us\":%.3f,\"p50_us\":%.3f,\"p90_us\":%.3f,\"p99_us\":%.3f,"
        "\"p999_us\":%.3f,\"p9999_us\":%.3f,\"max_us\":%.3f}",
        name, static_cast<unsigned long long>(histogram.count()),
        histogram.mean_nanoseconds() / 1e3, microseconds(0.5), microseconds(0.9),
        microseconds(0.99), microseconds(0.999), microseconds(0.9999),
        static_cast<double>(histogram.max().count()) / 1e3);
}

int run(const LoadSettings& settings, const Template& from, const std::string& ids_path) {
    const Script script(from);
    const std::vector<std::string> ids =
        ids_path.empty() ? std::vector<std::string>() : read_lines(ids_path);
    std::random_device random;
    const std::string run_name = std::to_string(random()) + std::to_string(random());
    std::vector<std::unique_ptr<RequestSource>> sources;
    std::vector<const ScriptedSource*> scripted;
    for (std::size_t thread = 0; thread < settings.threads; ++thread) {
        const std::size_t begin = ids.size() * thread / settings.threads;
        const std::size_t end = ids.size() * (thread + 1) / settings.threads;
        auto source = std::make_unique<ScriptedSource>(
            script, from, std::span(ids).subspan(begin, end - begin),
            run_name + "-" + std::to_string(thread) + "-");
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
    std::printf(
        "{\"answers\":%llu,\"seconds\":%.6f,\"per_second\":%.1f,\"wrong\":%llu,"
        "\"generator_cpu_seconds\":%.3f,",
        static_cast<unsigned long long>(result->answers), result->seconds, result->per_second(),
        static_cast<unsigned long long>(wrong), result->processor_seconds);
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
    std::string ids;
    double seconds = 0;
    double warm_up = 0;
    CLI::App app("Loads a server on this machine with one kind of request.");
    app.add_option("--port", settings.port)->required();
    app.add_option("--target", from.target)->required();
    app.add_option("--method", from.method);
    app.add_option("--header", from.headers, "\"Name: value\"; any number");
    app.add_option("--body", from.body);
    app.add_option("--ids", ids, "a file with a line for each {id}");
    app.add_option("--expect", from.expect, "the status of a right answer");
    app.add_option("--contains", from.contains, "a text in the body of a right answer");
    app.add_option("--connections", settings.connections);
    app.add_option("--threads", settings.threads);
    app.add_option("--depth", settings.depth, "requests under way on a connection");
    app.add_option("--rate", settings.rate, "requests a second by a fixed schedule (open loop)");
    app.add_option("--seconds", seconds, "0: until the ids are used up");
    app.add_option("--warm-up", warm_up, "seconds that are not measured");
    CLI11_PARSE(app, count, arguments);
    settings.duration = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    settings.warm_up = std::chrono::milliseconds(static_cast<std::int64_t>(warm_up * 1000));
    try {
        return belay::bench::run(settings, from, ids);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "belay_load: %s\n", error.what());
        return 2;
    }
}
