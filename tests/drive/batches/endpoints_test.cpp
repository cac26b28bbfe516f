// Which operations rows may be, and where they go.
#include "http/drive/batches/endpoints.hpp"

#include <boost/test/unit_test.hpp>

namespace belay::batch_drive {
namespace {

using batches::Method;
using batches::PathTemplate;

/// "in_process transfers:write", "upstream", or "none".
std::string where(const Endpoints& endpoints, std::string_view text, Method method = Method::post) {
    const auto path = PathTemplate::parse(text);
    BOOST_TEST_REQUIRE(path.has_value(), text);
    const auto found = endpoints.find(*path, method);
    if (!found) {
        return "none";
    }
    if (found->destination == Destination::upstream) {
        return "upstream";
    }
    return "in_process " + std::string(found->scope);
}

Endpoints make(const std::vector<std::string>& upstream) {
    auto made = Endpoints::make(upstream);
    BOOST_TEST_REQUIRE(made.has_value());
    return std::move(*made);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(batch_endpoints)

BOOST_AUTO_TEST_CASE(own_operations_are_known_by_their_shape_whatever_their_places_are_called) {
    const Endpoints own = make({});
    BOOST_TEST(where(own, "/v1/transfers/:id/cancel") == "in_process transfers:write");
    BOOST_TEST(where(own, "/v1/transfers/:transferId/cancel") == "in_process transfers:write");
    BOOST_TEST(where(own, "/v1/transfers/initiate") == "in_process transfers:write");
    BOOST_TEST(where(own, "/v1/transfers/process") == "in_process transfers:write");
    BOOST_TEST(where(own, "/v1/export-jobs/:job/cancel") == "in_process exports:write");
    BOOST_TEST(where(own, "/v1/contexts/:c/export-jobs") == "in_process exports:write");
}

BOOST_AUTO_TEST_CASE(nothing_else_is_an_own_operation) {
    const Endpoints own = make({});
    for (const std::string_view path :
         {"/v1/transfers", "/v1/transfers/:id", "/v1/transfers/0189a2c4/cancel",
          "/v1/transfers/:id/cancel/now", "/v1/:transfers/:id/cancel", "/v1/transfers/ted-in/poll",
          "/v1/contexts", "/v2/core/batch_jobs/:id/cancel", "/v1/customers/:customer"}) {
        BOOST_TEST(where(own, path) == "none", path);
    }
    BOOST_TEST(where(own, "/v1/transfers/:id/cancel", Method::del) == "none");
}

BOOST_AUTO_TEST_CASE(an_upstream_is_asked_for_what_the_operator_names) {
    const Endpoints some = make({"/v1/customers/:customer", "delete /v1/coupons/:coupon",
                                 "post /v1/coupons", "/v1/transfers/:id/cancel"});
    BOOST_TEST(where(some, "/v1/customers/:id") == "upstream");
    BOOST_TEST(where(some, "/v1/customers/:id", Method::del) == "none");
    BOOST_TEST(where(some, "/v1/coupons/:id", Method::del) == "upstream");
    BOOST_TEST(where(some, "/v1/coupons/:id") == "none");
    BOOST_TEST(where(some, "/v1/coupons") == "upstream");
    BOOST_TEST(where(some, "/v1/invoices/:id") == "none");
    // An own operation stays in the house.
    BOOST_TEST(where(some, "/v1/transfers/:id/cancel") == "in_process transfers:write");
}

BOOST_AUTO_TEST_CASE(what_is_no_path_is_refused_by_its_name) {
    for (const std::string bad : {"", "v1/customers", "/v1//x", "/v1/:/x", "/v1/:a/:a", "/v1/x?y",
                                  "get /v1/x", "DELETE /v1/x", "/v1/../x", "/"}) {
        const auto made = Endpoints::make({"/v1/coupons", bad});
        BOOST_TEST_REQUIRE(made.has_error(), bad);
        BOOST_TEST(made.error().what.find('"' + bad + '"') != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_moved_list_still_knows_its_paths) {
    std::optional<Endpoints> first = make({"/v1/x"});
    const Endpoints second = std::move(*first);
    first.reset();
    BOOST_TEST(where(second, "/v1/x") == "upstream");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace belay::batch_drive
