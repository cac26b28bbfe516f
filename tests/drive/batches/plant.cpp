#include "tests/drive/batches/plant.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/parse.hpp>

#include "core/base/check.hpp"
#include "core/batches/job_id.hpp"
#include "http/drive/batches/batch_files.hpp"

namespace belay::batch_drive::test {
namespace {

constexpr WallTime birth(Milliseconds(1'795'000'000'000));
constexpr std::string_view path = "/v1/things/:id";

store::Settings store_settings() {
    store::Settings made;
    made.ring_bytes = 4 << 20;
    made.segment_bytes = 1 << 20;
    made.snapshot_interval = Milliseconds(0);
    made.single_threaded = true;
    return made;
}

store::Schema make_schema() {
    store::Schema schema;
    schema.kinds.push_back({batches::batch_kind, "batch", [](ByteSpan, store::Memberships&) {},
                            [](ByteSpan, std::string&) {}});
    return schema;
}

std::string row_text(std::string_view id) {
    return R"({"id":")" + std::string(id) + R"(","path_params":{"id":"x"}})" + "\n";
}

}  // namespace

/// Makes or cancels a job.
class Plant::Ask final : public store::Operation {
  public:
    using Decide = std::function<void(const store::View&, store::Draft&)>;

    Ask(const job::Uuid& id, Decide decide) : decide_(std::move(decide)) {
        const job::RecordId record{batches::batch_kind, id};
        set_subjects({&record, 1});
    }

    void decide(const store::View& view, store::Draft& draft) override { decide_(view, draft); }
    void done(const store::Receipt& receipt) noexcept override {
        is_done = true;
        if (receipt.status == store::Status::committed && then) {
            then();
        }
    }

    bool is_done = false;
    std::function<void()> then;

  private:
    Decide decide_;
};

Plant::Plant(std::uint64_t seed, const RunnerSettings& runner_settings)
    : works(shard_now_),
      settings(runner_settings),
      disk_(seed),
      clock_(birth),
      entropy_(seed),
      store_entropy_(~seed),
      endpoints_(Endpoints::make({std::string(path)}).value()) {}

Plant::~Plant() = default;

bool Plant::live(const std::function<bool()>& idle, End end) {
    is_ending_ = false;
    is_log_failed_ = false;
    if (!open()) {
        close(End::kill);
        return false;
    }
    idle_ = &idle;
    shard_->post([this] { runners_->start(); });
    const auto stop_when_idle = [this, end] {
        if (end != End::stop) {
            disk_.kill();
            works.end_calls();
        }
        runners_->stop([this] { shard_->stop(); });
    };
    end_process_ = stop_when_idle;
    shard_->run();
    const bool is_well = !disk_.is_crashed() || end != End::stop;
    close(disk_.is_crashed() && end == End::stop ? End::kill : end);
    return is_well && !is_log_failed_;
}

bool Plant::open() {
    auto opened =
        store::Store::open(disk_, clock_, store_entropy_, make_schema(), store_settings(), *this);
    if (!opened) {
        return false;
    }
    store_ = std::move(*opened);
    shard_ = std::make_unique<run::Shard>(0, clock_);
    shard_now_ = shard_.get();
    works.begin_calls();
    lane_ = std::make_unique<http::ShardLane>(*shard_, *store_);
    chores_lane_ = std::make_unique<store::BlockingLane>(*store_);
    background_ = std::make_unique<http::Background>(0);
    inbox_ = std::make_unique<Inbox>();
    events_ = std::make_unique<http::EventFeed>();
    agenda_ = std::make_unique<work::Agenda>(std::chrono::hours(24 * 60));
    chores_ = std::make_unique<Chores>(Chores::Parts{disk_, *agenda_, *inbox_, *events_, uploads_},
                                       settings.life);
    runners_ = std::make_unique<Runners>(RunnerParts{.shard = *shard_,
                                                     .lane = lane_->lane(),
                                                     .disk = disk_,
                                                     .background = *background_,
                                                     .endpoints = endpoints_,
                                                     .in_process = works,
                                                     .upstream = &works,
                                                     .inbox = *inbox_,
                                                     .events = *events_,
                                                     .agenda = *agenda_},
                                         settings);
    shard_->add_turn(*this);
    store::Lane& lane = chores_lane_->lane();
    const WallTime now = lane.now();
    lane.walk([&](const job::RecordId& id, const store::RecordView& record) {
        chores_->survey(id, record, now);
    });
    return make_batch_directory(disk_) && remove_batch_orphans(disk_, lane, settings.life);
}

void Plant::close(End end) {
    runners_.reset();
    chores_.reset();
    chores_lane_.reset();
    if (lane_) {
        while (lane_->lane().pending() != 0) {
            lane_->lane().end_turn();
            store_->pump();
            lane_->lane().poll();
        }
    }
    lane_.reset();
    asks_.clear();
    shard_now_ = nullptr;
    shard_.reset();
    background_.reset();
    if (end == End::stop && store_) {
        check(store_->close().has_value() || disk_.is_crashed(), "the store closes");
    }
    store_.reset();
    if (end == End::power_loss) {
        disk_.power_loss(entropy_.number());
    }
    disk_.restart();
}

bool Plant::about_to_block() noexcept {
    store_->pump();
    if (lane_->lane().pending() != 0 && !is_log_failed_) {
        return false;
    }
    if (is_ending_) {
        let_time_pass();
        return false;
    }
    if (disk_.is_crashed()) {
        is_ending_ = true;
        works.end_calls();
        runners_->stop([this] { shard_->stop(); });
        return false;
    }
    // Chores of time: the housekeeper's.
    do_chores();
    std::erase_if(asks_, [](const auto& ask) { return ask->is_done; });
    if ((*idle_)()) {
        is_ending_ = true;
        end_process_();
        return false;
    }
    let_time_pass();
    return false;
}

void Plant::let_time_pass() {
    if (lane_->lane().pending() != 0 || (!is_ending_ && inbox_->has_news())) {
        return;
    }
    const std::optional<world::MonotonicTime> next = shard_->deadlines().next();
    const auto now = clock_.monotonic();
    Milliseconds step(50);
    if (next && *next > now) {
        step = std::min(step, std::chrono::ceil<Milliseconds>(*next - now));
    } else if (next) {
        step = Milliseconds(0);
    }
    clock_.advance(step);
}

void Plant::do_chores() {
    if (is_log_failed_ || disk_.is_crashed()) {
        return;
    }
    while (const auto id = agenda_->take_due(chores_lane_->lane().now())) {
        chores_->due(*chores_lane_, *id);
    }
}

Made& Plant::make(const JobWish& wish) {
    std::array<std::uint8_t, 10> random{};
    entropy_.fill(std::as_writable_bytes(std::span(random)));
    auto made = std::make_unique<Made>();
    made->id = job::make_uuid_v7(clock_.wall(), random);
    made->upload = made->id;
    made->name = batches::format_job_id(made->id);
    std::string text = wish.text;
    for (std::size_t row = 0; row < wish.rows; ++row) {
        made->rows.push_back("r" + std::to_string(row));
        text += row_text(made->rows.back());
    }
    const std::string file = batches::input_path(made->id, made->upload);
    const auto input = disk_.open(file, {world::Open::create});
    if (input) {
        const bool is_there = (*input)->write_at(0, as_byte_span(text)).has_value() &&
                              (*input)->sync().has_value() &&
                              disk_.sync_directory(batch_directory).has_value();
        check(is_there || disk_.is_crashed(), "an input file is written");
    }
    const auto put = [wish, bytes = text.size(), made = made.get()](const store::View& view,
                                                                    store::Draft& draft) {
        batches::Job job;
        job.tenant.octets[0] = 7;
        job.skips_validation = wish.skips_validation;
        job.rows_per_second = wish.rows_per_second;
        job.path = path;
        job.subject = "anna";
        job.scopes = "batches:write";
        job.phase =
            wish.skips_validation ? batches::Phase::in_progress : batches::Phase::validating;
        job.upload = made->upload;
        job.input_bytes = bytes;
        job.started = view.now;
        job.updated = view.now;
        std::string record;
        batches::encode(job, record);
        draft.put(0, as_byte_span(record));
    };
    auto ask = std::make_unique<Ask>(made->id, put);
    ask->then = [this, id = made->id] { inbox_->tell(id); };
    jobs.push_back(std::move(made));
    submit(std::move(ask));
    return *jobs.back();
}

void Plant::cancel(Made& made) {
    const auto decide = [this, id = made.id](const store::View& view, store::Draft& draft) {
        if (!view.subjects[0]) {
            return;
        }
        const batches::Standing standing{id, view.subjects[0]->lsn,
                                         batches::decode_job(view.subjects[0]->value).value()};
        const batches::Decision decision =
            batches::decide(&standing, {.ask = batches::Ask::cancel}, view.now, settings.life);
        if (job::moves(decision.verdict)) {
            std::string record;
            batches::encode(decision.next, record);
            draft.put(0, as_byte_span(record));
        }
    };
    auto ask = std::make_unique<Ask>(made.id, decide);
    ask->then = [this, &made] {
        made.is_cancel_answered = true;
        if (tells) {
            inbox_->tell(made.id);
        }
    };
    submit(std::move(ask));
}

void Plant::cancel_now(Made& made) {
    cancel(made);
    settle_store();
}

void Plant::steal_now(const Made& made) {
    submit(std::make_unique<Ask>(
        made.id, [this, id = made.id](const store::View& view, store::Draft& draft) {
            const batches::Standing standing{id, view.subjects[0]->lsn,
                                             batches::decode_job(view.subjects[0]->value).value()};
            const WallTime later = standing.job.lease_until.value_or(view.now);
            const batches::Decision decision =
                batches::decide(&standing, {.ask = batches::Ask::claim}, later, settings.life);
            if (job::moves(decision.verdict)) {
                std::string record;
                batches::encode(decision.next, record);
                draft.put(0, as_byte_span(record));
            }
        }));
    settle_store();
}

void Plant::submit(std::unique_ptr<Ask> ask) {
    Ask& asked = **asks_.insert(std::move(ask)).first;
    lane_->lane().submit(asked);
}

/// All that was asked is durable.
void Plant::settle_store() {
    while (lane_->lane().pending() != 0 && !is_log_failed_ && !disk_.is_crashed()) {
        lane_->lane().end_turn();
        store_->pump();
        lane_->lane().poll();
    }
}

std::optional<batches::Job> Plant::see(const job::Uuid& id) {
    std::optional<batches::Job> seen;
    lane_->lane().read({batches::batch_kind, id}, [&](const store::RecordView& record) {
        seen = batches::decode_job(record.value).value();
    });
    if (seen) {
        seen->path = seen->metadata = seen->subject = seen->scopes = {};
        seen->error = {};
    }
    return seen;
}

bool Plant::has_ended(const Made& made) {
    const std::optional<batches::Job> job = see(made.id);
    return job && batches::is_terminal(job->phase);
}

std::vector<std::pair<std::string, int>> Plant::output(const Made& made) {
    const std::optional<batches::Job> job = see(made.id);
    std::vector<std::pair<std::string, int>> found;
    if (!job || job->progress.output_bytes == 0) {
        return found;
    }
    auto text =
        world::read_whole(disk_, batches::output_path(made.id, made.upload), std::size_t{1} << 30);
    check(text.has_value() && text->size() >= job->progress.output_bytes,
          "what the record counts is in the file");
    std::string_view rest = std::string_view(*text).substr(0, job->progress.output_bytes);
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        check(end != std::string_view::npos, "lines of output are whole");
        const boost::json::object line = boost::json::parse(rest.substr(0, end)).as_object();
        const boost::json::value& id = line.at("id");
        found.emplace_back(id.is_null() ? std::string() : std::string(id.as_string()),
                           static_cast<int>(line.at("status").as_int64()));
        rest.remove_prefix(end + 1);
    }
    return found;
}

}  // namespace belay::batch_drive::test
