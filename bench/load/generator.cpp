#include "bench/load/generator.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/load/link.hpp"
#include "bench/load/schedule.hpp"

namespace belay::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using std::chrono::nanoseconds;

constexpr std::size_t read_bytes = 64 * 1024;

constexpr nanoseconds sleep_max = std::chrono::milliseconds(100);
/// While all connections of an open loop are taken: who wakes later than this has been kept from
/// it, and says so.
constexpr nanoseconds sleep_max_while_taken = std::chrono::milliseconds(1);

class Worker {
  public:
    Worker(const LoadSettings& settings, std::size_t index, RequestSource& source)
        : settings_(settings), index_(index), source_(source) {}
    ~Worker() {
        if (epoll_ >= 0) {
            ::close(epoll_);
        }
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    bool connect();
    void run(Time begin);

    const std::string& fault() const noexcept { return fault_; }
    LoadResult result;

  private:
    bool is_open_loop() const noexcept { return settings_.rate > 0; }
    bool is_measured(Time time) const noexcept { return time >= measured_from_; }
    bool ask(Link& link, Time due);
    void fill(Link& link);
    bool start(Time begin);
    void send_what_is_due(Time now);
    nanoseconds sleep_at_most(Time now, bool is_over) const;
    void hear(const epoll_event& event, Time now);
    bool flush(Link& link);
    bool take_answers(Link& link, Time now);
    void fail(std::string what) {
        if (fault_.empty()) {
            fault_ = std::move(what);
        }
    }

    const LoadSettings& settings_;
    const std::size_t index_;
    RequestSource& source_;
    int epoll_ = -1;
    std::vector<std::unique_ptr<Link>> links_;
    std::vector<Link*> free_;
    std::vector<char> read_buffer_ = std::vector<char>(read_bytes);
    std::string fault_;
    std::uint64_t numbers_ = 0;
    std::size_t under_way_ = 0;
    bool is_exhausted_ = false;
    Time measured_from_;
    Time end_ = Time::max();
    Schedule schedule_;
    Time heard_;
    Time last_answer_;
};

bool Worker::connect() {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(settings_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const std::size_t share = settings_.connections / settings_.threads +
                              (index_ < settings_.connections % settings_.threads ? 1 : 0);
    for (std::size_t count = 0; count < share; ++count) {
        const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        auto link = std::make_unique<Link>(descriptor);
        if (settings_.addresses > 1) {
            sockaddr_in from{};
            from.sin_family = AF_INET;
            from.sin_addr.s_addr =
                htonl(static_cast<std::uint32_t>(INADDR_LOOPBACK + count % settings_.addresses));
            // An address of this machine and any port; if it fails all the same, the system's
            // choice will do.
            ::bind(descriptor, reinterpret_cast<const sockaddr*>(&from), sizeof from);
        }
        if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
            0) {
            fail("connect: " + std::generic_category().message(errno));
            return false;
        }
        const int on = 1;
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = link.get();
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
        links_.push_back(std::move(link));
    }
    return true;
}

/// False: the source has no more.
bool Worker::ask(Link& link, Time due) {
    if (is_exhausted_ || !source_.next(link.output)) {
        is_exhausted_ = true;
        return false;
    }
    link.ask({numbers_++, due});
    ++under_way_;
    return true;
}

/// Closed loop: as many under way as there may be.
void Worker::fill(Link& link) {
    const Time now = Clock::now();
    while (now < end_ && link.under_way() < settings_.depth && ask(link, now)) {
    }
}

/// Open loop: the requests whose time has come, as far as there are connections for them.
void Worker::send_what_is_due(Time now) {
    if (is_exhausted_) {
        return;
    }
    schedule_.look(now);
    while (schedule_.is_due() && !free_.empty()) {
        Link& link = *free_.back();
        const Time due = schedule_.due();
        if (!ask(link, due)) {
            return;
        }
        free_.pop_back();
        if (!flush(link)) {
            return;
        }
        const nanoseconds late = schedule_.sent(Clock::now());
        if (is_measured(due)) {
            result.lateness.record(late);
        }
    }
}

bool Worker::flush(Link& link) {
    if (!link.write()) {
        fail("a connection broke while a request was sent");
        return false;
    }
    if (link.has_output() != link.waits_for_write) {
        link.waits_for_write = link.has_output();
        epoll_event event{};
        event.events = EPOLLIN;
        if (link.waits_for_write) {
            event.events |= EPOLLOUT;
        }
        event.data.ptr = &link;
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, link.descriptor(), &event);
    }
    return true;
}

bool Worker::take_answers(Link& link, Time now) {
    std::string_view left = link.input;
    while (!left.empty()) {
        const ScannedAnswer answer = settings_.scan(left);
        if (answer.kind == ScannedAnswer::Kind::incomplete) {
            break;
        }
        if (answer.kind == ScannedAnswer::Kind::broken || link.under_way() == 0) {
            fail("an answer that is none: " + std::string(left.substr(0, 80)));
            return false;
        }
        const Asked asked = link.take_oldest();
        --under_way_;
        source_.answered(asked.number, answer.status, answer.body);
        ++result.by_class[static_cast<std::size_t>(answer.status) / 100];
        if (is_measured(is_open_loop() ? asked.due : now)) {
            last_answer_ = now;
            ++result.answers;
            result.latency.record(now - asked.due);
        }
        left.remove_prefix(answer.bytes);
    }
    link.input.erase(0, link.input.size() - left.size());
    return true;
}

/// Opens the loop, or fills the closed one. False: it failed.
bool Worker::start(Time begin) {
    measured_from_ = begin + settings_.warm_up;
    heard_ = begin;
    if (settings_.duration.count() != 0) {
        end_ = begin + settings_.duration;
    }
    if (is_open_loop()) {
        const double each = 1e9 / settings_.rate;
        const auto nanoseconds_of = [each](std::size_t requests) {
            return nanoseconds(static_cast<std::int64_t>(each * static_cast<double>(requests)));
        };
        schedule_ =
            Schedule(begin + nanoseconds_of(index_), nanoseconds_of(settings_.threads), end_);
        for (const auto& link : links_) {
            free_.push_back(link.get());
        }
        return true;
    }
    // No answer is to come before the time that is measured.
    std::this_thread::sleep_until(begin);
    for (const auto& link : links_) {
        fill(*link);
        if (!flush(*link)) {
            return false;
        }
    }
    return true;
}

nanoseconds Worker::sleep_at_most(Time now, bool is_over) const {
    if (!is_open_loop()) {
        return sleep_max;
    }
    if (free_.empty()) {
        return sleep_max_while_taken;
    }
    return is_over ? sleep_max : std::clamp(schedule_.next() - now, nanoseconds(0), sleep_max);
}

void Worker::hear(const epoll_event& event, Time now) {
    Link& link = *static_cast<Link*>(event.data.ptr);
    if ((event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
        if (!link.read(read_buffer_)) {
            fail("the server closed a connection");
            return;
        }
        heard_ = now;
        if (!take_answers(link, now)) {
            return;
        }
        if (!is_open_loop()) {
            fill(link);
        } else if (link.under_way() == 0) {
            free_.push_back(&link);
        }
    }
    flush(link);
}

void Worker::run(Time begin) {
    ::prctl(PR_SET_TIMERSLACK, 1UL);  // a schedule of microseconds is kept to microseconds
    if (!start(begin)) {
        return;
    }
    std::array<epoll_event, 256> events;
    while (fault_.empty()) {
        const Time looked = Clock::now();
        if (is_open_loop()) {
            send_what_is_due(looked);
        }
        const bool is_over = is_exhausted_ || looked >= end_;
        if (is_over && under_way_ == 0) {
            break;
        }
        if (under_way_ != 0 && looked - heard_ > settings_.patience) {
            fail("the server has said nothing for too long");
            break;
        }
        const nanoseconds wait = sleep_at_most(looked, is_over);
        const timespec timeout{wait.count() / 1'000'000'000, wait.count() % 1'000'000'000};
        const int count = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()),
                                         &timeout, nullptr);
        const Time now = Clock::now();
        if (is_open_loop() && free_.empty()) {
            // Counted from the look: sending, which may have taken long, is no sleep.
            schedule_.slept_until(std::min(now, looked + wait));
        }
        for (int place = 0; place < count && fault_.empty(); ++place) {
            hear(events[static_cast<std::size_t>(place)], now);
        }
        if (under_way_ == 0) {
            heard_ = now;  // nothing is waited for
        }
    }
    if (result.answers != 0) {
        result.seconds = std::chrono::duration<double>(last_answer_ - measured_from_).count();
    }
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    result.processor_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

explained<LoadResult> run_load(const LoadSettings& settings,
                               const std::vector<std::unique_ptr<RequestSource>>& sources) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (std::size_t index = 0; index < settings.threads; ++index) {
        workers.push_back(std::make_unique<Worker>(settings, index, *sources[index]));
        if (!workers.back()->connect()) {
            return failure(Error::not_found, workers.back()->fault());
        }
    }
    const Time begin = Clock::now() + std::chrono::milliseconds(1);
    std::vector<std::thread> threads;
    for (const auto& worker : workers) {
        threads.emplace_back([&worker, begin] { worker->run(begin); });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    LoadResult all;
    for (const auto& worker : workers) {
        if (!worker->fault().empty()) {
            return failure(Error::stopped, worker->fault());
        }
        all.answers += worker->result.answers;
        all.seconds = std::max(all.seconds, worker->result.seconds);
        all.latency.add(worker->result.latency);
        all.lateness.add(worker->result.lateness);
        all.processor_seconds += worker->result.processor_seconds;
        for (std::size_t at = 0; at < all.by_class.size(); ++at) {
            all.by_class[at] += worker->result.by_class[at];
        }
    }
    return all;
}

}  // namespace belay::bench
