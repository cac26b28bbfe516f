#include "http/admin/metrics_page.hpp"

#include <array>
#include <charconv>

namespace belay::admin {

void MetricsPage::head(std::string_view name, std::string_view help, std::string_view type) {
    for (const auto& [word, text] : {std::pair(std::string_view("# HELP "), help),
                                     std::pair(std::string_view("# TYPE "), type)}) {
        to_.append(word).append(name).append(" ").append(text).append("\n");
    }
}

void MetricsPage::number(double value) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    to_.append(text.data(), end);
}

void MetricsPage::counter(std::string_view name, std::string_view help, std::uint64_t value) {
    head(name, help, "counter");
    to_.append(name).append(" ").append(std::to_string(value)).append("\n");
}

void MetricsPage::gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    head(name, help, "gauge");
    to_.append(name).append(" ").append(std::to_string(value)).append("\n");
}

void MetricsPage::gauge(std::string_view name, std::string_view help, double value) {
    head(name, help, "gauge");
    to_.append(name).append(" ");
    number(value);
    to_.append("\n");
}

void MetricsPage::begin_counter(std::string_view name, std::string_view help) {
    head(name, help, "counter");
}

void MetricsPage::labelled(std::string_view name, std::string_view label, std::string_view value,
                           std::uint64_t count) {
    to_.append(name).append("{").append(label).append("=\"").append(value).append("\"} ");
    to_.append(std::to_string(count)).append("\n");
}

void MetricsPage::histogram(std::string_view name, std::string_view help,
                            std::span<const std::uint64_t> counts,
                            std::chrono::nanoseconds (*bound)(std::size_t),
                            std::chrono::nanoseconds total) {
    head(name, help, "histogram");
    std::uint64_t below = 0;
    for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
        below += counts[bucket];
        to_.append(name).append("_bucket{le=\"");
        if (bucket + 1 == counts.size()) {
            to_.append("+Inf");
        } else {
            number(std::chrono::duration<double>(bound(bucket)).count());
        }
        to_.append("\"} ").append(std::to_string(below)).append("\n");
    }
    to_.append(name).append("_sum ");
    number(std::chrono::duration<double>(total).count());
    to_.append("\n").append(name).append("_count ").append(std::to_string(below)).append("\n");
}

void add_store(MetricsPage& page, const store::Statistics& store,
               const store::RecoveryReport& recovery) {
    page.gauge("belay_store_records", "Records in the job table.", store.records);
    page.gauge("belay_store_record_slots", "Slots of the job table.", store.record_slots);
    page.gauge("belay_store_keys", "Keys in the idempotency table.", store.keys);
    page.gauge("belay_store_key_slots", "Slots of the idempotency table.", store.key_slots);
    page.gauge("belay_store_memory_bytes", "Memory of tables and versions.", store.memory_bytes);
    page.gauge("belay_store_memory_limit_bytes", "Where creates are refused.",
               store.memory_bytes_max);
    page.gauge("belay_store_full", "1 while creates are refused.",
               static_cast<std::uint64_t>(store.full));
    page.gauge("belay_log_ring_bytes", "Size of the log's ring.", store.ring_bytes);
    page.gauge("belay_log_ring_fill_bytes", "Bytes in the ring.", store.ring_fill);
    page.gauge("belay_log_durable_lsn", "The first byte of the log that is not durable.",
               store.durable);
    page.gauge("belay_log_segments", "Segment files.", store.segments);
    page.gauge("belay_log_failed", "1 after a write or sync has failed.",
               static_cast<std::uint64_t>(store.failed));
    page.counter("belay_log_groups_total", "Group commits.", store.groups);
    page.counter("belay_log_frames_total", "Transitions made durable.", store.frames);
    page.counter("belay_log_frame_bytes_total", "Bytes of transitions.", store.frame_bytes);
    page.counter("belay_log_written_bytes_total", "Bytes written to segments.",
                 store.written_bytes);
    page.counter("belay_snapshots_total", "Snapshots written.", store.snapshots);
    page.histogram("belay_log_flush_seconds", "Write and sync of one group.", store.flush_counts,
                   &store::Statistics::flush_bound, store.flush_total);
    page.gauge("belay_recovery_seconds", "How long the last start took to recover.",
               std::chrono::duration<double>(recovery.took).count());
    page.gauge("belay_recovery_frames", "Transitions replayed by the last start.",
               recovery.frames_replayed);
    page.gauge("belay_recovery_cut_bytes", "Bytes of a torn end cut by the last start.",
               recovery.cut_bytes);
}

void add_server(MetricsPage& page, std::span<const http::ServerMetrics* const> shards) {
    const auto sum = [&](http::Counter http::ServerMetrics::* counter) {
        std::uint64_t total = 0;
        for (const http::ServerMetrics* shard : shards) {
            total += (shard->*counter).value();
        }
        return total;
    };
    using Metrics = http::ServerMetrics;
    page.gauge("belay_http_connections", "Open connections.", sum(&Metrics::connections_open));
    page.counter("belay_http_connections_total", "Connections accepted.",
                 sum(&Metrics::connections_accepted));
    page.counter("belay_http_connections_refused_total", "Too many from one address.",
                 sum(&Metrics::connections_over_limit));
    page.counter("belay_http_accept_pauses_total", "Accepting paused for lack of resources.",
                 sum(&Metrics::accept_pauses));
    page.counter("belay_http_handshakes_failed_total", "TLS handshakes that failed.",
                 sum(&Metrics::handshakes_failed));
    page.counter("belay_http_deadlines_missed_total", "Connections cut for being slow.",
                 sum(&Metrics::deadlines_missed));
    page.counter("belay_http_received_bytes_total", "Bytes received.",
                 sum(&Metrics::bytes_received));
    page.counter("belay_http_sent_bytes_total", "Bytes sent.", sum(&Metrics::bytes_sent));
    constexpr std::string_view name = "belay_http_requests_total";
    page.begin_counter(name, "Answers by the first digit of their status.");
    constexpr std::array<std::string_view, 6> classes{"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
    for (std::size_t digit = 2; digit < classes.size(); ++digit) {
        std::uint64_t total = 0;
        for (const http::ServerMetrics* shard : shards) {
            total += shard->requests_by_class[digit].value();
        }
        page.labelled(name, "status", classes[digit], total);
    }
}

}  // namespace belay::admin
