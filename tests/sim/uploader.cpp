#include "tests/sim/uploader.hpp"

#include "core/exports/files.hpp"

namespace belay::sim {

bool Uploader::step(const job::Uuid& context, FunctionRef<job::Uuid()> make_id,
                    FunctionRef<bool(store::Operation&)> submit) {
    const auto path_of = [&](const exports::TransactionSet& set) {
        return exports::set_path(context, set.upload);
    };
    switch (stage_) {
        case Stage::write:
            ask_.reset();
            set_.upload = make_id();
            if (sets_.write(disk_, path_of(set_) + ".tmp", set_.upload)) {
                stage_ = Stage::place;
            }
            return true;
        case Stage::place: {
            const std::string path = path_of(set_);
            const bool is_placed = disk_.rename(path + ".tmp", path).has_value() &&
                                   disk_.sync_directory("files/sets").has_value();
            stage_ = is_placed ? Stage::name : Stage::write;
            return true;
        }
        case Stage::name:
            ask_ = std::make_unique<SetAsk>(context, set_);
            if (!submit(*ask_)) {
                ask_.reset();
                return false;
            }
            stage_ = Stage::wait;
            return true;
        case Stage::wait: {
            if (is_naming()) {
                return false;
            }
            const bool is_named = ask_->receipt()->status == store::Status::committed;
            stage_ = is_named && ask_->replaced() ? Stage::remove : Stage::write;
            return true;
        }
        case Stage::remove:
            static_cast<void>(disk_.remove(path_of(*ask_->replaced())));
            stage_ = Stage::write;
            return true;
    }
    return false;
}

void Uploader::forget() {
    stage_ = Stage::write;
    ask_.reset();
}

}  // namespace belay::sim
