#include "http/app/bench.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <utility>

#include "bench/load/generator.hpp"
#include "core/job/ids.hpp"
#include "core/world/clock.hpp"
#include "core/world/entropy.hpp"
#include "http/app/peer_files.hpp"

namespace belay::app {
namespace {

using bench::Histogram;
using bench::LoadResult;
using bench::LoadSettings;
using bench::text_member;
using program::ExitCode;

/// Of requests whose time is not measured.
constexpr std::size_t quick_connections = 32;
constexpr std::size_t quick_depth = 16;

/// Every so many-th request is repeated.
constexpr std::size_t repeated_each = 16;

constexpr std::string_view create_body = R"({"reportType":"MATCHED","format":"CSV"})";

/// So many requests, all written and judged by functions.
class Requests final : public bench::RequestSource {
  public:
    using Write = std::function<void(std::size_t number, std::string& to)>;
    /// Whether the answer is right.
    using Judge = std::function<bool(std::size_t number, int status, std::string_view body)>;

    Requests(std::size_t count, Write write, Judge judge)
        : count_(count), write_(std::move(write)), judge_(std::move(judge)) {}

    bool next(std::string& to) override {
        if (written_ == count_) {
            return false;
        }
        write_(written_++, to);
        return true;
    }

    void answered(std::uint64_t number, int status, std::string_view body) override {
        ++answers_;
        if (!judge_(number, status, body) && wrong_++ == 0) {
            std::fprintf(stderr, "belay: a wrong answer: %d %.*s\n", status,
                         static_cast<int>(std::min<std::size_t>(body.size(), 300)), body.data());
        }
    }

    /// All were answered, and none wrongly.
    bool is_right() const noexcept { return answers_ == count_ && wrong_ == 0; }

  private:
    const std::size_t count_;
    const Write write_;
    const Judge judge_;
    std::size_t written_ = 0;
    std::size_t answers_ = 0;
    std::size_t wrong_ = 0;
};

class Bench {
  public:
    Bench(const program::BenchCommand& command, const std::string& token)
        : command_(command), head_("Host: 127.0.0.1\r\nAuthorization: Bearer " + token + "\r\n") {
        world::SystemEntropy entropy;
        std::array<std::uint8_t, 10> random;
        entropy.fill(std::as_writable_bytes(std::span(random)));
        // No two runs share a key.
        run_ = job::format_uuid(job::make_uuid_v7(world::SystemClock().wall(), random));
    }

    ExitCode run() {
        LoadResult measured;
        if (!make_context() || !make_jobs() || !cancel(measured) || !read_back() || !repeat()) {
            std::fputs("belay: no figures: not every answer was right\n", stderr);
            return ExitCode::failure;
        }
        print(measured);
        return ExitCode::success;
    }

  private:
    void write(std::string_view method, std::string_view target, std::string_view key,
               std::string_view body, std::string& to) const {
        to.append(method).append(" ").append(target).append(" HTTP/1.1\r\n").append(head_);
        if (!key.empty()) {
            to.append("X-Idempotency-Key: ").append(key).append("\r\n");
        }
        if (!body.empty()) {
            to.append("Content-Type: application/json\r\n");
        }
        if (method != "GET") {
            to.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
        }
        to.append("\r\n").append(body);
    }

    std::string key_of(std::string_view deed, std::size_t number) const {
        return run_ + "-" + std::string(deed) + "-" + std::to_string(number);
    }

    bool load(const LoadSettings& settings, std::unique_ptr<Requests> requests,
              LoadResult* measured = nullptr) const {
        const Requests& judge = *requests;
        std::vector<std::unique_ptr<bench::RequestSource>> sources;
        sources.push_back(std::move(requests));
        const auto result = bench::run_load(settings, sources);
        if (result.has_error()) {
            std::fprintf(stderr, "belay: %s\n", result.error().what.c_str());
            return false;
        }
        if (measured != nullptr) {
            *measured = *result;
        }
        return judge.is_right();
    }

    LoadSettings quickly(std::size_t requests) const {
        LoadSettings settings;
        settings.port = command_.port;
        settings.connections = std::min(quick_connections, requests);
        settings.depth = quick_depth;
        return settings;
    }

    bool make_context() {
        return load(quickly(1), std::make_unique<Requests>(
                                    1,
                                    [this](std::size_t, std::string& to) {
                                        write("POST", "/v1/contexts", {}, R"({"name":"bench"})",
                                              to);
                                    },
                                    [this](std::size_t, int status, std::string_view body) {
                                        context_ = text_member(body, "id").value_or("");
                                        return status == 201 && !context_.empty();
                                    }));
    }

    bool make_jobs() {
        jobs_.resize(command_.jobs);
        const std::string target = "/v1/contexts/" + context_ + "/export-jobs";
        return load(quickly(jobs_.size()),
                    std::make_unique<Requests>(
                        jobs_.size(),
                        [&](std::size_t number, std::string& to) {
                            write("POST", target, key_of("create", number), create_body, to);
                        },
                        [this](std::size_t number, int status, std::string_view body) {
                            jobs_[number] = text_member(body, "jobId").value_or("");
                            return status == 202 && !jobs_[number].empty();
                        }));
    }

    void write_cancel(std::size_t number, std::string& to) const {
        write("POST", "/v1/export-jobs/" + jobs_[number] + "/cancel", key_of("cancel", number), {},
              to);
    }

    bool cancel(LoadResult& measured) {
        answers_.resize(jobs_.size());
        LoadSettings settings;
        settings.port = command_.port;
        settings.connections = command_.connections;
        settings.rate = command_.rate;
        return load(settings,
                    std::make_unique<Requests>(
                        jobs_.size(),
                        [this](std::size_t number, std::string& to) { write_cancel(number, to); },
                        [this](std::size_t number, int status, std::string_view body) {
                            answers_[number] = body;
                            return status == 200 && text_member(body, "status") == "CANCELED";
                        }),
                    &measured);
    }

    /// Every job is what its cancel was answered: a read shows what is durable.
    bool read_back() const {
        return load(quickly(jobs_.size()),
                    std::make_unique<Requests>(
                        jobs_.size(),
                        [this](std::size_t number, std::string& to) {
                            write("GET", "/v1/export-jobs/" + jobs_[number], {}, {}, to);
                        },
                        [this](std::size_t number, int status, std::string_view body) {
                            return status == 200 && body == answers_[number];
                        }));
    }

    bool repeat() const {
        const std::size_t count = (jobs_.size() + repeated_each - 1) / repeated_each;
        return load(quickly(count),
                    std::make_unique<Requests>(
                        count,
                        [this](std::size_t number, std::string& to) {
                            write_cancel(number * repeated_each, to);
                        },
                        [this](std::size_t number, int status, std::string_view body) {
                            return status == 200 && body == answers_[number * repeated_each];
                        }));
    }

    void print(const LoadResult& measured) const {
        const bool is_json = command_.json;
        std::printf(is_json ? "{\"jobs\":%zu,\"rate\":%.1f,\"per_second\":%.1f"
                            : "%zu cancels, schedule of %.1f a second (0: as many as it can), "
                              "%.1f a second; each answer checked\n",
                    jobs_.size(), command_.rate, measured.per_second());
        print_times("latency", measured.latency);
        print_times("lateness", measured.lateness);
        std::fputs(is_json ? "}\n" : "", stdout);
    }

    void print_times(const char* name, const Histogram& times) const {
        if (times.count() == 0) {
            return;  // without a schedule nothing can be late
        }
        if (command_.json) {
            std::printf(",\"%s\":{%s}", name, bench::quantiles_as_json(times).c_str());
            return;
        }
        const auto microseconds = [&](double share) {
            return static_cast<double>(times.quantile(share).count()) / 1e3;
        };
        std::printf("%-9s p50 %.1f us, p90 %.1f us, p99 %.1f us, p99.9 %.1f us, longest %.1f us\n",
                    name, microseconds(0.5), microseconds(0.9), microseconds(0.99),
                    microseconds(0.999), static_cast<double>(times.max().count()) / 1e3);
    }

    const program::BenchCommand& command_;
    const std::string head_;
    std::string run_;
    std::string context_;
    std::vector<std::string> jobs_;
    std::vector<std::string> answers_;  ///< of the cancels, by job
};

}  // namespace

ExitCode run(const program::BenchCommand& command) {
    BearerFile token("--token-file", command.token_file);
    if (const auto read = token.read(); read.has_error()) {
        std::fprintf(stderr, "belay: %s\n", read.error().what.c_str());
        return ExitCode::failure;
    }
    return Bench(command, token.token()).run();
}

}  // namespace belay::app
