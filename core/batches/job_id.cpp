#include "core/batches/job_id.hpp"

namespace belay::batches {
namespace {

constexpr std::string_view prefix = "batchv2_";

}  // namespace

TextId job_id_text(const job::Uuid& id) {
    return text_id(prefix, id);
}

std::string format_job_id(const job::Uuid& id) {
    return job_id_text(id).string();
}

result<job::Uuid> parse_job_id(std::string_view text) {
    return parse_text_id(prefix, text);
}

}  // namespace belay::batches
