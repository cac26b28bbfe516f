// A file as an answer: in whole or in part, with an entity tag, read off the shard piece by piece.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/job/ids.hpp"
#include "core/run/task.hpp"
#include "core/world/disk.hpp"
#include "http/drive/background.hpp"
#include "http/families/common/places.hpp"
#include "http/server/stream_exchange.hpp"

namespace belay::http {

struct ServedFile {
    /// On the disk. May be missing if the size is 0.
    std::string path;
    /// What a client may save it as.
    std::string name;
    /// With its quotes; strong.
    std::string etag;
    /// Lives as long as the program.
    std::string_view content_type;
    /// What of the file is served, from its beginning.
    std::uint64_t size = 0;
};

/// Where files are read, and how many at once.
struct FileReading {
    world::Disk& disk;
    Background& threads;
    Places& places;
};

enum class FileOutcome : std::uint8_t {
    answered,
    no_place,    ///< not answered: too many are under way
    unreadable,  ///< not answered: the file cannot be opened
};

/// Answers 200, 206, 304 or 416, the last in the family's error style. Everything handed over
/// outlives the await.
run::task<FileOutcome> serve_file(StreamExchange& stream, FileReading reading,
                                  const ServedFile& file, const job::TenantId& tenant);

}  // namespace belay::http
