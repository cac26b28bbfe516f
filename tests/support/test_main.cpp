#define BOOST_TEST_MODULE belay
#include <boost/test/unit_test.hpp>
