// Every answer whole, byte by byte, and cut in two at every place.
#include "http/client/answer_reader.hpp"

#include <functional>

#include <boost/test/unit_test.hpp>

using belay::client::AnswerReader;
using Progress = AnswerReader::Progress;

namespace {

struct Case {
    const char* what;
    std::string bytes;
    Progress progress;  ///< after the bytes and, if it needs more, the end of the connection
    int status = 0;
    std::string body{};
    bool leaves_open = false;
};

Progress feed(AnswerReader& reader, const std::vector<std::string_view>& pieces) {
    for (const std::string_view piece : pieces) {
        if (const Progress progress = reader.take(piece); progress != Progress::need_more) {
            return progress;
        }
    }
    return reader.take_end();
}

void check_case(const Case& wanted, const std::vector<std::string_view>& pieces, bool is_whole) {
    AnswerReader reader(false, 1024, 10);
    BOOST_TEST((feed(reader, pieces) == wanted.progress));
    if (wanted.progress == Progress::finished || wanted.progress == Progress::cut) {
        BOOST_TEST(reader.status() == wanted.status);
        // Surplus that comes in a piece of its own is not seen: the answer had ended before.
        if (is_whole && wanted.progress == Progress::finished) {
            BOOST_TEST(reader.leaves_open() == wanted.leaves_open);
        }
        BOOST_TEST(reader.take_body() == wanted.body);
    }
}

const Case cases[] = {
    {"counted", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", Progress::finished, 200, "ok",
     true},
    {"empty", "HTTP/1.1 204 \r\n\r\n", Progress::finished, 204, "", true},
    {"zero length", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Progress::finished, 200, "",
     true},
    {"asked to close", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
     Progress::finished, 200, "ok"},
    {"old", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", Progress::finished, 200, "ok"},
    {"surplus", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!", Progress::finished, 200, "ok"},
    {"until the end", "HTTP/1.1 200 OK\r\n\r\nok", Progress::finished, 200, "ok"},
    {"chunked",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n1\r\n!\r\n0\r\nX: "
     "y\r\n\r\n",
     Progress::finished, 200, "ok!", true},
    {"no chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     Progress::finished, 200, "", true},
    {"interim",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.1 202 "
     "\r\nContent-Length: 0\r\n\r\n",
     Progress::finished, 202, "", true},
    {"just kept", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", Progress::finished,
     200, "0123456789", true},
    {"counted, cut", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789a", Progress::cut, 200,
     "0123456789"},
    {"chunked, cut",
     "HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n",
     Progress::cut, 500, "0123456789"},
    {"until the end, cut", "HTTP/1.1 200 OK\r\n\r\n0123456789a", Progress::cut, 200, "0123456789"},
    {"short", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", Progress::broken},
    {"chunked, short", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
     Progress::broken},
    {"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", Progress::broken},
    {"half a head", "HTTP/1.1 200 OK\r\nContent-", Progress::broken},
    {"nothing", "", Progress::broken},
    {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", Progress::broken},
    {"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", Progress::broken},
    {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok",
     Progress::broken},
    {"both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
     Progress::broken},
    {"bad length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", Progress::broken},
    {"switch", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", Progress::broken},
    {"status of two digits", "HTTP/1.1 20 OK\r\n\r\n", Progress::broken},
    {"status below 100", "HTTP/1.1 099 OK\r\n\r\n", Progress::broken},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(answer_reader)

BOOST_AUTO_TEST_CASE(every_answer_in_every_cut) {
    for (const Case& wanted : cases) {
        BOOST_TEST_CONTEXT(wanted.what) {
            const std::string_view bytes = wanted.bytes;
            check_case(wanted, {bytes}, true);
            for (std::size_t at = 1; at < bytes.size(); ++at) {
                check_case(wanted, {bytes.substr(0, at), bytes.substr(at)}, false);
            }
            std::vector<std::string_view> single;
            for (std::size_t at = 0; at < bytes.size(); ++at) {
                single.push_back(bytes.substr(at, 1));
            }
            check_case(wanted, single, false);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_head_has_an_end) {
    AnswerReader reader(false, 1024, 10);
    BOOST_TEST((reader.take("HTTP/1.1 200 OK\r\n") == Progress::need_more));
    Progress progress = Progress::need_more;
    std::size_t bytes = 0;
    while (progress == Progress::need_more && bytes < 100'000) {
        progress = reader.take("X-Padding: 0123456789\r\n");
        bytes += 23;
    }
    BOOST_TEST((progress == Progress::too_large));
    BOOST_TEST(bytes < 2100);
}

BOOST_AUTO_TEST_CASE(a_line_of_a_head_has_an_end) {
    AnswerReader reader(false, 1024, 10);
    Progress progress = reader.take("HTTP/1.1 200 ");
    for (int times = 0; progress == Progress::need_more && times < 100'000; ++times) {
        progress = reader.take("x");
    }
    BOOST_TEST((progress == Progress::too_large));
}

BOOST_AUTO_TEST_CASE(interim_answers_have_an_end) {
    AnswerReader reader(false, 1024, 10);
    for (unsigned times = 0; times < AnswerReader::interim_answers_max; ++times) {
        BOOST_TEST((reader.take("HTTP/1.1 100 \r\n\r\n") == Progress::need_more));
    }
    BOOST_TEST((reader.take("HTTP/1.1 100 \r\n\r\n") == Progress::too_large));
}

BOOST_AUTO_TEST_CASE(a_body_of_nothing_but_chunk_extensions_has_an_end) {
    AnswerReader reader(false, 1024, 10);
    Progress progress = reader.take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
    std::size_t bytes = 0;
    for (; progress == Progress::need_more && bytes < 1'000'000; bytes += 10) {
        progress = reader.take("aaaaaaaaaa");
    }
    BOOST_TEST((progress == Progress::broken));
    BOOST_TEST(bytes < 100'000);
}

BOOST_AUTO_TEST_CASE(an_answer_to_head_has_no_body) {
    AnswerReader reader(true, 1024, 10);
    BOOST_TEST((reader.take("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n") == Progress::finished));
    BOOST_TEST(reader.leaves_open());
}

BOOST_AUTO_TEST_CASE(fields_of_the_final_head) {
    AnswerReader reader(false, 1024, 10);
    reader.take(
        "HTTP/1.1 103 \r\nA: early\r\n\r\nHTTP/1.1 200 OK\r\na: one\r\nA: two\r\nB:\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\nC: trailer\r\n\r\n");
    BOOST_TEST(reader.field("A") == "one");
    BOOST_TEST(reader.field("b") == "");
    BOOST_TEST(reader.field("c") == "");
}

BOOST_AUTO_TEST_SUITE_END()
