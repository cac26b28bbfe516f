// What a batch job keeps of its creator, and who that is when a row is sent.
#include "http/drive/batches/creator.hpp"

#include <boost/test/unit_test.hpp>

#include "core/base/limits.hpp"
#include "http/drive/batches/uploads_under_way.hpp"

namespace belay::batch_drive {
namespace {

constexpr std::string_view all_but_admin =
    "exports:read exports:write batches:read batches:write transfers:read transfers:write";

auth::Principal creator_with(std::string_view scopes) {
    batches::Job job;
    job.tenant.octets[0] = 7;
    job.subject = "somebody";
    job.is_live = false;
    job.scopes = scopes;
    return creator_of(job);
}

BOOST_AUTO_TEST_SUITE(creator)

BOOST_AUTO_TEST_CASE(scopes_are_written_out) {
    BOOST_TEST(scopes_text(auth::Scopes::all_but_admin()) == all_but_admin);
    BOOST_TEST(scopes_text(auth::Scopes::listed({})).empty());
    BOOST_TEST(scopes_text(auth::Scopes::listed({"admin", "transfers:write", "batches:write"})) ==
               "batches:write transfers:write admin");
    // A name of somebody else's says nothing here, whatever stands in it.
    BOOST_TEST(scopes_text(auth::Scopes::listed({"x admin", "*", "exports:read"})) ==
               "exports:read");
}

BOOST_AUTO_TEST_CASE(the_creator_can_do_what_he_could) {
    for (const auto& scopes :
         {auth::Scopes::all_but_admin(), auth::Scopes::listed({}), auth::Scopes::listed({"admin"}),
          auth::Scopes::listed({"exports:write", "admin"})}) {
        const auth::Principal creator = creator_with(scopes_text(scopes));
        for (const std::string_view name :
             {"exports:read", "exports:write", "batches:write", "transfers:write", "admin", ""}) {
            BOOST_TEST(creator.scopes.has(name) == (!name.empty() && scopes.has(name)));
        }
        BOOST_TEST(creator.subject == "somebody");
        BOOST_TEST(creator.tenant.octets[0] == 7);
        BOOST_TEST((creator.mode == auth::Mode::test));
    }
}

BOOST_AUTO_TEST_CASE(the_largest_job_is_a_record) {
    const std::string metadata(batches::metadata_bytes_max, 'm');
    const std::string path(batches::path_bytes_max, 'p');
    const std::string error(batches::error_text_bytes_max, 'e');
    const std::string subject(256, 's');  // of a token; no key's is longer
    const std::string scopes = std::string(all_but_admin) + " admin";
    batches::Job job;
    job.phase = batches::Phase::batch_failed;
    job.metadata = metadata;
    job.path = path;
    job.error = error;
    job.subject = subject;
    job.scopes = scopes;
    job.rows_per_second = 1;
    job.lease_until = job.started = job.finished = WallTime{};
    std::string bytes;
    batches::encode(job, bytes);
    BOOST_TEST(bytes.size() <= limits::record_bytes_max);
    BOOST_TEST((batches::decode_job(as_byte_span(bytes)).value() == job));
}

BOOST_AUTO_TEST_CASE(one_upload_of_a_job_at_a_time) {
    UploadsUnderWay uploads;
    const job::Uuid one{{1}};
    const job::Uuid two{{2}};
    {
        UploadsUnderWay::Turn first = uploads.begin(one);
        BOOST_TEST(static_cast<bool>(first));
        BOOST_TEST(!uploads.begin(one));
        BOOST_TEST(uploads.has(one));  // who was refused has ended nothing
        BOOST_TEST(static_cast<bool>(uploads.begin(two)));
        BOOST_TEST(!uploads.has(two));
        const UploadsUnderWay::Turn moved = std::move(first);
        BOOST_TEST(uploads.has(one));
    }
    BOOST_TEST(!uploads.has(one));
    UploadsUnderWay::Turn again = uploads.begin(one);
    again.end();
    again.end();
    BOOST_TEST(!uploads.has(one));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::batch_drive
