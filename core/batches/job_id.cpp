#include "core/batches/job_id.hpp"

#include "core/batches/text_id.hpp"

namespace belay::batches {
namespace {

constexpr std::string_view prefix = "batchv2_";

}  // namespace

std::string format_job_id(const job::Uuid& id) {
    return format_text_id(prefix, id);
}

result<job::Uuid> parse_job_id(std::string_view text) {
    return parse_text_id(prefix, text);
}

}  // namespace belay::batches
