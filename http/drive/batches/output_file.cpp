#include "http/drive/batches/output_file.hpp"

#include <utility>

namespace belay::batch_drive {

OutputFile::OutputFile(world::Disk& disk, std::string path, std::uint64_t durable_bytes)
    : disk_(disk),
      path_(std::move(path)),
      durable_bytes_(durable_bytes),
      is_name_durable_(durable_bytes != 0) {}

void OutputFile::begin_flush() {
    if (flushing_.empty()) {
        flushing_.swap(pending_);
    } else {
        flushing_ += pending_;
        pending_.clear();
    }
}

void OutputFile::run() noexcept {
    error_.clear();
    if (const auto flushed = flush(); !flushed) {
        error_ = flushed.error();
        file_.reset();
    }
}

result<void> OutputFile::flush() {
    if (!file_) {
        const auto opened = open();
        if (!opened) {
            return opened;
        }
    }
    const auto written = file_->write_at(durable_bytes_, as_byte_span(flushing_));
    if (!written) {
        return written;
    }
    const auto synced = file_->sync();
    if (!synced) {
        return synced;
    }
    if (!is_name_durable_) {
        const auto named = disk_.sync_directory(path_.substr(0, path_.rfind('/')));
        if (!named) {
            return named;
        }
        is_name_durable_ = true;
    }
    durable_bytes_ += flushing_.size();
    flushing_.clear();
    return {};
}

result<void> OutputFile::open() {
    auto opened = disk_.open(path_, {world::Open::write});
    // A file that a record names is never made anew: its lines would be lost silently.
    if (!opened && opened.error() == boost::system::errc::no_such_file_or_directory &&
        durable_bytes_ == 0) {
        opened = disk_.open(path_, {world::Open::create});
    }
    if (!opened) {
        return opened.error();
    }
    const auto size = (*opened)->size();
    if (!size) {
        return size.error();
    }
    if (*size < durable_bytes_) {
        return Error::corrupt;
    }
    if (*size > durable_bytes_) {
        const auto cut = (*opened)->resize(durable_bytes_);
        if (!cut) {
            return cut;
        }
    }
    file_ = std::move(*opened);
    return {};
}

}  // namespace belay::batch_drive
