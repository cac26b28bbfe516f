// What is kept for each keyed request has the shape that its family gives to the store: a member
// or a part of a scope that is added without its shape would cost memory and time unseen.
#include <string>
#include <string_view>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/exports/job.hpp"
#include "core/transfers/transfer.hpp"
#include "http/families/common/idempotency_key.hpp"
#include "http/families/export_jobs/render.hpp"
#include "http/families/families.hpp"
#include "http/families/transfers/render.hpp"
#include "store/table/text_packer.hpp"

namespace belay {
namespace {

constexpr std::size_t uuid_bytes = 16;
const job::Uuid id = job::make_uuid_v7(WallTime(Milliseconds(1'764'000'000'000)), {1, 2, 3});
const std::string id_text = job::format_uuid(id);

std::size_t packed_bytes(std::string_view text) {
    const store::TextPacker packer(families::schema().vocabulary);
    std::string room(store::TextPacker::packed_bytes_max(text.size()), '?');
    const std::size_t size = packer.pack(text, std::as_writable_bytes(std::span(room)));
    std::string back;
    packer.unpack(as_byte_span(room).first(size), back);
    BOOST_TEST(back == text);
    return size;
}

std::string name(std::string prefix, std::vector<std::string_view> scope) {
    http::append_key_name(scope, id_text, prefix);
    return prefix;
}

constexpr std::string_view tenant = "\x01\xff\xe0 8901234567\n\"";
static_assert(tenant.size() == uuid_bytes);

BOOST_AUTO_TEST_SUITE(kept_texts)

BOOST_AUTO_TEST_CASE(names_take_what_is_told_by_the_request) {
    constexpr std::size_t key_bytes = 1 + uuid_bytes;
    BOOST_TEST(packed_bytes(name("exports:", {tenant, "alice", "POST",
                                              "/v1/contexts/" + id_text + "/export-jobs"})) ==
               1 + uuid_bytes + 6 + uuid_bytes + key_bytes);
    BOOST_TEST(packed_bytes(name("exports:", {tenant, "alice", "POST",
                                              "/v1/export-jobs/" + id_text + "/cancel"})) ==
               1 + uuid_bytes + 6 + uuid_bytes + key_bytes);
    BOOST_TEST(packed_bytes(name("v2:", {tenant, "test", "POST", "/v2/core/batch_jobs"})) ==
               1 + uuid_bytes + 5 + 20 + key_bytes);
    BOOST_TEST(packed_bytes(name("transfers:", {tenant})) == 1 + uuid_bytes + key_bytes);
}

BOOST_AUTO_TEST_CASE(answers_of_exports_take_their_id_and_their_times) {
    exports::Job job;
    job.report = exports::ReportType::variance;
    job.format = exports::Format::xml;
    job.phase = exports::Phase::queued;
    std::string created;
    export_jobs::render_created(id, job, created);
    BOOST_TEST(packed_bytes(created) == 1 + uuid_bytes);

    constexpr std::size_t time_bytes = 1 + 20;
    constexpr std::size_t two_words_and_two_zeros = 2 + 2 * 2;
    const WallTime now = job::time_of(id) + std::chrono::seconds(9);
    const auto canceled = [&] {
        std::string text;
        wire::JsonWriter json(text);
        export_jobs::render_job(id, job, now, json);
        return packed_bytes(text);
    };
    job.phase = exports::Phase::canceled;
    job.finished = now;
    BOOST_TEST(canceled() == 1 + uuid_bytes + two_words_and_two_zeros + 3 * time_bytes);
    job.started = now;
    BOOST_TEST(canceled() == 1 + uuid_bytes + two_words_and_two_zeros + 4 * time_bytes);
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_transfers_cancel_takes_its_id_and_its_time) {
    transfers::Transfer transfer;
    transfer.phase = transfers::Phase::cancelled;
    std::string text;
    transfer_api::render_cancelled(id, transfer, {}, text);
    const std::size_t time_bytes = text.size() - text.find("At\":\"") - 5 - 2;
    BOOST_TEST(packed_bytes(text) == 1 + uuid_bytes + 1 + time_bytes);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay
