#include "core/world/sim_names.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "core/world/disk_path.hpp"

namespace belay::world {

bool SimNames::Change::touches(std::string_view directory) const {
    return (!removed.empty() && parent_of(removed) == directory) ||
           (!added.empty() && parent_of(added) == directory);
}

std::shared_ptr<SimFile> SimNames::file(std::string_view path) const {
    const auto found = names_.find(path);
    return found == names_.end() ? nullptr : found->second;
}

bool SimNames::is_directory(std::string_view path) const {
    const auto found = names_.find(path);
    return path.empty() || (found != names_.end() && !found->second);
}

std::vector<std::string> SimNames::list(std::string_view directory) const {
    std::vector<std::string> found;
    for (const auto& [path, file] : names_) {
        if (parent_of(path) == directory) {
            found.push_back(path.substr(directory.empty() ? 0 : directory.size() + 1));
        }
    }
    std::ranges::sort(found);  // paths sort by '/', names do not
    return found;
}

void SimNames::add_file(std::string_view path, std::shared_ptr<SimFile> file) {
    change({{}, std::string(path), std::move(file)});
}

void SimNames::add_directory(std::string_view path) {
    change({{}, std::string(path), nullptr});
}

void SimNames::remove(std::string_view path) {
    change({std::string(path), {}, nullptr});
}

void SimNames::rename(std::string_view from, std::string_view to) {
    if (from != to) {
        change({std::string(from), std::string(to), file(from)});
    }
}

void SimNames::apply(Files& names, const Change& change) {
    if (!change.removed.empty()) {
        names.erase(change.removed);
    }
    if (!change.added.empty()) {
        names[change.added] = change.file;
    }
}

void SimNames::change(Change made) {
    apply(names_, made);
    unsynced_.push_back(std::move(made));
}

void SimNames::sync(std::string_view directory) {
    std::set<std::string, std::less<>> directories{std::string(directory)};
    std::vector<bool> is_synced(unsynced_.size());
    for (std::size_t index = unsynced_.size(); index-- > 0;) {
        const Change& change = unsynced_[index];
        if (std::ranges::any_of(directories,
                                [&](const std::string& name) { return change.touches(name); })) {
            is_synced[index] = true;
            for (const std::string* name : {&change.removed, &change.added}) {
                if (!name->empty()) {
                    directories.emplace(parent_of(*name));
                }
            }
        }
    }
    std::vector<Change> left;
    for (std::size_t index = 0; index < unsynced_.size(); ++index) {
        if (is_synced[index]) {
            apply(durable_, unsynced_[index]);
        } else {
            left.push_back(std::move(unsynced_[index]));
        }
    }
    unsynced_ = std::move(left);
}

void SimNames::lose_power(Entropy& entropy) {
    for (const Change& change : unsynced_) {
        if (entropy.number() % 2 == 0) {
            apply(durable_, change);
        }
    }
    unsynced_.clear();
    // What lies in a directory that did not survive is gone. Parents sort before their children.
    for (auto entry = durable_.begin(); entry != durable_.end();) {
        const std::string_view parent = parent_of(entry->first);
        const bool is_reachable = parent.empty() || durable_.contains(parent);
        entry = is_reachable ? std::next(entry) : durable_.erase(entry);
    }
    names_ = durable_;
    for (const auto& [path, file] : names_) {
        if (file) {
            file->lose_power(entropy);
        }
    }
}

SimNames SimNames::clone() const {
    std::unordered_map<const SimFile*, std::shared_ptr<SimFile>> copies;
    const auto copy_of = [&](const std::shared_ptr<SimFile>& file) -> std::shared_ptr<SimFile> {
        if (!file) {
            return nullptr;
        }
        auto& copy = copies[file.get()];
        if (!copy) {
            copy = std::make_shared<SimFile>(*file);
        }
        return copy;
    };
    SimNames made(*this);
    for (Files* files : {&made.names_, &made.durable_}) {
        for (auto& [path, file] : *files) {
            file = copy_of(file);
        }
    }
    for (Change& change : made.unsynced_) {
        change.file = copy_of(change.file);
    }
    return made;
}

}  // namespace belay::world
