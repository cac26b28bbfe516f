// The bodies that the export family answers with (exports.md 1.2 to 1.4; contracts README 3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/exports/context.hpp"
#include "core/exports/job.hpp"
#include "http/wire/json_writer.hpp"

namespace belay::export_jobs {

/// ExportJobResponse. `now` decides whether there is a downloadUrl.
void render_job(const job::Uuid& id, const exports::Job& job, WallTime now, wire::JsonWriter& json);

/// 202 of create: jobId, status, statusUrl.
void render_created(const job::Uuid& id, const exports::Job& job, std::string& to);

/// DownloadExportJobResponse.
void render_download(std::string_view url, const exports::Job& job, std::int64_t expires_in_seconds,
                     std::string& to);

/// A context: id, name, createdAt, and what its last upload brought.
void render_context(const job::Uuid& id, const exports::Context& context, wire::JsonWriter& json);

/// 200 of an upload: rows, sha256.
void render_upload(const exports::TransactionSet& set, std::string& to);

/// Items of a list, appended one by one, then its end.
class ListBody {
  public:
    explicit ListBody(std::string& to);

    /// Where the next item is to be written.
    wire::JsonWriter& item() { return json_; }

    /// `next_cursor` is left out if it is empty.
    void end(std::string_view next_cursor, std::size_t limit, bool has_more);

  private:
    wire::JsonWriter json_;
};

}  // namespace belay::export_jobs
