#include "core/run/deadlines.hpp"

#include <vector>

#include <boost/test/unit_test.hpp>

namespace belay::run {
namespace {

using Expired = std::vector<int>;

class Noted final : public Deadline {
  public:
    Noted(int name, Expired& into) : name_(name), into_(into) {}

  private:
    void expired() override { into_.push_back(name_); }

    int name_;
    Expired& into_;
};

constexpr world::MonotonicTime at(int milliseconds) {
    return world::MonotonicTime(Milliseconds(milliseconds));
}

BOOST_AUTO_TEST_SUITE(deadlines)

BOOST_AUTO_TEST_CASE(each_expires_once_in_order_and_not_early) {
    Deadlines all;
    Expired expired;
    DeadlineClass& ten = all.of_length(Milliseconds(10));
    Noted first(1, expired);
    Noted second(2, expired);
    all.arm(first, ten, at(0));
    all.arm(second, ten, at(5));
    all.expire(at(9));
    BOOST_TEST(expired.empty());
    all.expire(at(10));
    BOOST_TEST(expired == Expired({1}), boost::test_tools::per_element());
    BOOST_TEST(!first.armed());
    all.expire(at(100));
    all.expire(at(200));
    BOOST_TEST(expired == Expired({1, 2}), boost::test_tools::per_element());
    BOOST_TEST(!all.next().has_value());
}

BOOST_AUTO_TEST_CASE(re_arming_moves_it_behind_the_others) {
    Deadlines all;
    Expired expired;
    DeadlineClass& ten = all.of_length(Milliseconds(10));
    Noted first(1, expired);
    Noted second(2, expired);
    Noted third(3, expired);
    all.arm(first, ten, at(0));
    all.arm(second, ten, at(1));
    all.arm(third, ten, at(2));
    all.arm(second, ten, at(3));
    BOOST_TEST((all.next() == at(10)));
    all.expire(at(12));
    BOOST_TEST(expired == Expired({1, 3}), boost::test_tools::per_element());
    BOOST_TEST((all.next() == at(13)));
}

BOOST_AUTO_TEST_CASE(the_earliest_of_all_classes_is_next) {
    Deadlines all;
    Expired expired;
    Noted slow(1, expired);
    Noted quick(2, expired);
    all.arm(slow, all.of_length(Milliseconds(100)), at(0));
    all.arm(quick, all.of_length(Milliseconds(10)), at(20));
    BOOST_TEST((all.next() == at(30)));
    BOOST_TEST(&all.of_length(Milliseconds(10)) == &all.of_length(Milliseconds(10)));
}

BOOST_AUTO_TEST_CASE(one_that_goes_away_disarms_itself) {
    Deadlines all;
    Expired expired;
    DeadlineClass& ten = all.of_length(Milliseconds(10));
    Noted stays(1, expired);
    {
        Noted goes(2, expired);
        all.arm(goes, ten, at(0));
        all.arm(stays, ten, at(0));
    }
    all.expire(at(10));
    BOOST_TEST(expired == Expired({1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace belay::run
