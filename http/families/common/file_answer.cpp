#include "http/families/common/file_answer.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "http/wire/range.hpp"

namespace belay::http {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

/// Opens and reads the file, off the shard.
class ReadFile final : public BackgroundWork {
  public:
    ReadFile(world::Disk& disk, const std::string& path) : disk_(disk), path_(path) {}

    std::uint64_t offset = 0;
    std::uint64_t wanted = 0;
    std::array<char, piece_bytes> buffer;

    void run() noexcept override {
        got_ = 0;
        if (!file_) {
            auto file = disk_.open(path_, {});
            if (file.has_error()) {
                return;
            }
            file_ = std::move(*file);
        }
        const std::size_t count =
            static_cast<std::size_t>(std::min<std::uint64_t>(wanted, buffer.size()));
        const auto read =
            file_->read_at(offset, std::as_writable_bytes(std::span(buffer.data(), count)));
        got_ = read.has_value() ? *read : 0;
    }

    bool is_open() const noexcept { return file_ != nullptr; }
    /// Empty at the end of the file, and after an error.
    std::string_view piece() const noexcept { return {buffer.data(), got_}; }

  private:
    world::Disk& disk_;
    const std::string path_;
    std::unique_ptr<world::File> file_;
    std::size_t got_ = 0;
};

/// The pieces, the first of which is read, and the end.
run::task<> write_pieces(StreamExchange& stream, Background& threads, ReadFile& work) {
    while (work.wanted != 0) {
        const std::string_view piece = work.piece();
        if (piece.empty()) {
            co_return;  // the file is shorter than it should be: the client must not take it as
                        // whole
        }
        const bool taken = co_await stream.write(piece);
        if (!taken) {
            co_return;
        }
        work.offset += piece.size();
        work.wanted -= piece.size();
        if (work.wanted != 0) {
            co_await threads.run(stream.exchange().shard(), work);
        }
    }
    co_await stream.finish();
}

}  // namespace

run::task<FileOutcome> serve_file(StreamExchange& stream, FileReading reading,
                                  const ServedFile& file, const job::TenantId& tenant) {
    Exchange& exchange = stream.exchange();
    if (wire::if_none_match(exchange.head(), file.etag)) {
        const ResponseField etag{"ETag", file.etag};
        exchange.respond(304, {}, {}, {&etag, 1});
        co_return FileOutcome::answered;
    }
    const wire::RangeDecision range = wire::decide_range(exchange.head(), file.size, file.etag);
    if (range.outcome == wire::RangeOutcome::unsatisfiable) {
        const std::string content_range = wire::content_range_unsatisfiable(file.size);
        const ResponseField field{"Content-Range", content_range};
        exchange.fail(Trouble::range_not_satisfiable, {}, {&field, 1});
        co_return FileOutcome::answered;
    }
    const Places::Place place = reading.places.take(tenant);
    if (!place) {
        co_return FileOutcome::no_place;
    }
    auto work = std::make_unique<ReadFile>(reading.disk, file.path);
    work->offset = range.first;
    work->wanted = range.length;
    if (range.length != 0) {
        co_await reading.threads.run(exchange.shard(), *work);
        if (!work->is_open()) {
            co_return FileOutcome::unreadable;
        }
    }
    const bool part = range.outcome == wire::RangeOutcome::part;
    const std::string disposition = "attachment; filename=\"" + file.name + '"';
    const std::string content_range = wire::content_range(range, file.size);
    const std::array<ResponseField, 4> fields{ResponseField{"ETag", file.etag},
                                              ResponseField{"Accept-Ranges", "bytes"},
                                              ResponseField{"Content-Disposition", disposition},
                                              ResponseField{"Content-Range", content_range}};
    const bool has_body = stream.begin(part ? 206 : 200, file.content_type, range.length,
                                       ResponseFields(fields).first(part ? 4 : 3));
    if (has_body) {
        co_await write_pieces(stream, reading.threads, *work);
    }
    co_return FileOutcome::answered;
}

}  // namespace belay::http
