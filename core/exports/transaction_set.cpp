#include "core/exports/transaction_set.hpp"

#include <array>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"

namespace belay::exports {
namespace {

RowError error_of_ours(boost::system::error_code code) {
    return {code, 0, {}, "the rows could not be stored"};
}

}  // namespace

TransactionUpload::TransactionUpload(world::Disk& disk, UploadFormat format, UploadPaths paths,
                                     std::size_t sort_memory_bytes, SetWriter writer)
    : disk_(disk),
      paths_(std::move(paths)),
      reader_(make_row_reader(format)),
      writer_(std::move(writer)),
      ids_(disk, paths_.temporary, sort_memory_bytes) {}

result<std::unique_ptr<TransactionUpload>> TransactionUpload::start(world::Disk& disk,
                                                                    UploadFormat format,
                                                                    UploadPaths paths,
                                                                    std::size_t sort_memory_bytes) {
    auto writer = SetWriter::create(disk, paths.rows);
    if (!writer) {
        return writer.error();
    }
    return std::unique_ptr<TransactionUpload>(new TransactionUpload(
        disk, format, std::move(paths), sort_memory_bytes, std::move(*writer)));
}

TransactionUpload::~TransactionUpload() {
    if (!is_good_) {
        (void)disk_.remove(paths_.rows);  // an orphan is removed at start
    }
}

row_result<void> TransactionUpload::feed(std::string_view bytes) {
    check(!is_over_, "an upload that is over takes no more");
    reader_->feed(bytes);
    auto read = read_rows();
    if (!read) {
        is_over_ = true;
        return first_of(read.error());
    }
    return read;
}

row_result<std::uint64_t> TransactionUpload::finish() {
    check(!is_over_, "an upload that is over takes no more");
    is_over_ = true;
    reader_->finish();
    const auto read = read_rows();
    if (!read) {
        return first_of(read.error());
    }
    const auto unique = look_for_repeats();
    if (!unique) {
        return unique.error();
    }
    const auto finished = writer_.finish();
    if (!finished) {
        return error_of_ours(finished.error());
    }
    is_good_ = true;
    return writer_.rows();
}

row_result<void> TransactionUpload::read_rows() {
    Row row;
    while (true) {
        const auto step = reader_->next(row);
        if (!step) {
            return step.error();
        }
        if (*step != RowReader::Step::row) {
            return {};
        }
        const auto taken = take(row);
        if (!taken) {
            return taken;
        }
    }
}

row_result<void> TransactionUpload::take(const Row& row) {
    auto checked = check_row(row, reader_->line(), transaction_);
    if (!checked) {
        return checked;
    }
    std::array<std::byte, sizeof(std::uint64_t)> line;
    store_little(line.data(), reader_->line());
    const auto noted = ids_.add(row[Column::transaction_id], as_text(line));
    if (!noted) {
        return error_of_ours(noted.error());
    }
    const auto added = writer_.add(transaction_);
    if (!added) {
        return error_of_ours(added.error());
    }
    return {};
}

/// All rows before the one that `error` is about are good but for repeats.
RowError TransactionUpload::first_of(const RowError& error) {
    if (!error.is_of_a_row()) {
        return error;
    }
    const auto unique = look_for_repeats();
    return unique ? error : unique.error();
}

row_result<void> TransactionUpload::look_for_repeats() {
    const auto sorted = ids_.sort();
    if (!sorted) {
        return error_of_ours(sorted.error());
    }
    std::string id;
    std::uint64_t first_line = 0;   // of the rows with this id
    std::uint64_t repeat_line = 0;  // the smallest line of a repeat so far
    std::uint64_t repeated_line = 0;
    while (true) {
        const auto record = ids_.next();
        if (!record) {
            return error_of_ours(record.error());
        }
        if (!record->has_value()) {
            break;
        }
        // Equal ids come in the order of their lines.
        ByteReader reader(as_byte_span((*record)->value));
        const auto line = reader.integer<std::uint64_t>();
        if (!reader.ok()) {
            return error_of_ours(Error::corrupt);
        }
        if (first_line == 0 || (*record)->key != id) {
            id = (*record)->key;
            first_line = line;
        } else if (repeat_line == 0 || line < repeat_line) {
            repeat_line = line;
            repeated_line = first_line;
        }
    }
    if (repeat_line == 0) {
        return {};
    }
    const std::string column(name_of(Column::transaction_id));
    return RowError{Error::already_exists, repeat_line, column,
                    column + " is the same as on line " + std::to_string(repeated_line)};
}

}  // namespace belay::exports
