#include "core/sort/external_sort.hpp"

#include <algorithm>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"

namespace belay {
namespace {

constexpr std::size_t record_header_bytes = 8;
/// What a run is read by: always room for the longest record.
constexpr std::size_t run_buffer_bytes = 2 * ExternalSort::record_bytes_max;
static_assert(run_buffer_bytes >= record_header_bytes + ExternalSort::record_bytes_max);
static_assert(ExternalSort::memory_bytes_min >= 4 * run_buffer_bytes,
              "two runs to merge, and the buffer of the run they become");

void append_record(std::string& to, std::string_view key, std::string_view value) {
    ByteWriter writer(to);
    writer.integer(static_cast<std::uint32_t>(key.size()));
    writer.integer(static_cast<std::uint32_t>(value.size()));
    to.append(key).append(value);
}

}  // namespace

/// One sorted run, read through a buffer.
class ExternalSort::RunReader {
  public:
    RunReader(const world::File& file, Run run) : file_(file), at_(run.begin), end_(run.end) {
        buffer_.resize(run_buffer_bytes);
    }

    /// Moves to the next record, if there is one.
    result<void> advance() {
        std::size_t left = filled_ - begin_;
        if (left < record_header_bytes + record_bytes_max && at_ < end_) {
            const auto refilled = refill();
            if (!refilled) {
                return refilled;
            }
            left = filled_ - begin_;
        }
        has_record_ = left > 0;
        if (!has_record_) {
            return {};
        }
        ByteReader reader(as_byte_span(std::string_view(buffer_).substr(begin_, left)));
        const auto key_size = reader.integer<std::uint32_t>();
        const auto value_size = reader.integer<std::uint32_t>();
        record_.key = as_text(reader.bytes(key_size));
        record_.value = as_text(reader.bytes(value_size));
        if (!reader.ok()) {
            return Error::corrupt;
        }
        begin_ = filled_ - reader.left();
        return {};
    }

    bool has_record() const noexcept { return has_record_; }
    const Record& record() const noexcept { return record_; }

  private:
    result<void> refill() {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(filled_), buffer_.begin());
        filled_ -= begin_;
        begin_ = 0;
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size() - filled_, end_ - at_));
        const auto into = std::as_writable_bytes(std::span(buffer_.data() + filled_, count));
        const auto read = file_.read_at(at_, into);
        if (!read) {
            return read.error();
        }
        if (*read != count) {
            return Error::corrupt;
        }
        at_ += count;
        filled_ += count;
        return {};
    }

    const world::File& file_;
    std::uint64_t at_;
    const std::uint64_t end_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::size_t filled_ = 0;
    Record record_;
    bool has_record_ = false;
};

/// The records of several runs in order; among equal keys those of the earlier run first.
class ExternalSort::Merge {
  public:
    Merge(const world::File& file, std::span<const Run> runs) {
        readers_.reserve(runs.size());
        for (const Run& run : runs) {
            readers_.emplace_back(file, run);
        }
    }

    result<std::optional<Record>> next() {
        if (!is_started_) {
            is_started_ = true;
            for (std::size_t index = 0; index < readers_.size(); ++index) {
                const auto pushed = push(index);
                if (!pushed) {
                    return pushed.error();
                }
            }
        } else if (last_) {
            // Only now: the view that was given out lies in this run's buffer.
            const auto pushed = push(*std::exchange(last_, std::nullopt));
            if (!pushed) {
                return pushed.error();
            }
        }
        if (heap_.empty()) {
            return std::optional<Record>();
        }
        std::ranges::pop_heap(heap_, [this](std::size_t left, std::size_t right) {
            return comes_later(left, right);
        });
        last_ = heap_.back();
        heap_.pop_back();
        return std::optional(readers_[*last_].record());
    }

  private:
    bool comes_later(std::size_t left, std::size_t right) const {
        const int order = readers_[left].record().key.compare(readers_[right].record().key);
        return order != 0 ? order > 0 : left > right;
    }

    result<void> push(std::size_t index) {
        const auto advanced = readers_[index].advance();
        if (!advanced) {
            return advanced;
        }
        if (readers_[index].has_record()) {
            heap_.push_back(index);
            std::ranges::push_heap(heap_, [this](std::size_t left, std::size_t right) {
                return comes_later(left, right);
            });
        }
        return {};
    }

    std::vector<RunReader> readers_;
    std::vector<std::size_t> heap_;  ///< of readers that stand at a record
    std::optional<std::size_t> last_;
    bool is_started_ = false;
};

ExternalSort::ExternalSort(world::Disk& disk, std::string temporary_path, std::size_t memory_bytes)
    : disk_(disk),
      path_(std::move(temporary_path)),
      memory_bytes_(std::max(memory_bytes, memory_bytes_min)),
      runs_at_once_(memory_bytes_ / run_buffer_bytes - 2) {}

ExternalSort::~ExternalSort() {
    if (file_) {
        file_.reset();
        (void)disk_.remove(path_);  // an orphan is removed at start
    }
}

result<void> ExternalSort::add(std::string_view key, std::string_view value) {
    check(key.size() + value.size() <= record_bytes_max, "a record to sort is bounded");
    const std::size_t size = record_header_bytes + key.size() + value.size();
    const std::size_t used = memory_.size() + offsets_.size() * sizeof offsets_.front();
    if (!offsets_.empty() && used + size + sizeof offsets_.front() > memory_bytes_) {
        const auto spilled = spill();
        if (!spilled) {
            return spilled;
        }
    }
    offsets_.push_back(static_cast<std::uint32_t>(memory_.size()));
    append_record(memory_, key, value);
    return {};
}

ExternalSort::Record ExternalSort::record_at(std::size_t offset) const {
    ByteReader reader(as_byte_span(std::string_view(memory_).substr(offset)));
    const auto key_size = reader.integer<std::uint32_t>();
    const auto value_size = reader.integer<std::uint32_t>();
    const std::string_view key = as_text(reader.bytes(key_size));
    return {key, as_text(reader.bytes(value_size))};
}

void ExternalSort::sort_memory() {
    // By offset among equals, which is the order of adding: a stable sort would ask for memory.
    std::ranges::sort(offsets_, [this](std::uint32_t left, std::uint32_t right) {
        const int order = record_at(left).key.compare(record_at(right).key);
        return order != 0 ? order < 0 : left < right;
    });
}

result<void> ExternalSort::make_file() {
    if (file_) {
        return {};
    }
    auto opened = disk_.open(path_, {world::Open::truncate});
    if (!opened) {
        return opened.error();
    }
    file_ = std::move(*opened);
    return {};
}

result<void> ExternalSort::write(std::string_view bytes) {
    const auto written = file_->write_at(file_end_, as_byte_span(bytes));
    if (written) {
        file_end_ += bytes.size();
    }
    return written;
}

result<ExternalSort::Run> ExternalSort::write_run(
    FunctionRef<result<std::optional<Record>>()> next_record) {
    Run run;
    run.begin = file_end_;
    std::string buffer;
    buffer.reserve(run_buffer_bytes);
    while (true) {
        const auto record = next_record();
        if (!record) {
            return record.error();
        }
        const bool is_end = !record->has_value();
        const std::size_t size =
            is_end ? 0 : record_header_bytes + (*record)->key.size() + (*record)->value.size();
        if (is_end || buffer.size() + size > run_buffer_bytes) {
            const auto written = write(buffer);
            if (!written) {
                return written.error();
            }
            buffer.clear();
        }
        if (is_end) {
            break;
        }
        append_record(buffer, (*record)->key, (*record)->value);
    }
    run.end = file_end_;
    return run;
}

/// What memory holds becomes a run.
result<void> ExternalSort::spill() {
    const auto made = make_file();
    if (!made) {
        return made;
    }
    sort_memory();
    std::size_t given = 0;
    const auto run = write_run([&]() -> result<std::optional<Record>> {
        if (given == offsets_.size()) {
            return std::optional<Record>();
        }
        return std::optional(record_at(offsets_[given++]));
    });
    if (!run) {
        return run.error();
    }
    runs_.push_back(*run);
    memory_.clear();
    offsets_.clear();
    return {};
}

/// Merges neighbouring runs into longer ones until one merge can read them all.
result<void> ExternalSort::merge_down() {
    while (runs_.size() > runs_at_once_) {
        std::vector<Run> merged;
        for (std::size_t from = 0; from < runs_.size(); from += runs_at_once_) {
            const std::size_t count = std::min(runs_at_once_, runs_.size() - from);
            Merge merge(*file_, std::span(runs_).subspan(from, count));
            const auto run = write_run([&] { return merge.next(); });
            if (!run) {
                return run.error();
            }
            merged.push_back(*run);
        }
        runs_ = std::move(merged);
    }
    return {};
}

result<void> ExternalSort::sort() {
    if (runs_.empty()) {
        sort_memory();
        return {};
    }
    const auto spilled = spill();
    if (!spilled) {
        return spilled;
    }
    // Its memory is now the merge's.
    memory_.shrink_to_fit();
    offsets_.shrink_to_fit();
    const auto merged = merge_down();
    if (!merged) {
        return merged;
    }
    merge_ = std::make_unique<Merge>(*file_, runs_);
    return {};
}

result<std::optional<ExternalSort::Record>> ExternalSort::next() {
    if (merge_) {
        return merge_->next();
    }
    if (given_ == offsets_.size()) {
        return std::optional<Record>();
    }
    return std::optional(record_at(offsets_[given_++]));
}

}  // namespace belay
