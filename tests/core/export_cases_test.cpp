// Plays tests/families/export_jobs.cases against the family's decisions.
#include <fstream>
#include <sstream>

#include <boost/test/unit_test.hpp>

#include "core/base/units.hpp"
#include "core/exports/decide.hpp"
#include "http/families/export_jobs/errors.hpp"

namespace belay::exports {
namespace {

using job::Verdict;

constexpr WallTime start(Milliseconds(1'700'000'000'000));

constexpr std::array<std::string_view, Rules::asks> ask_names{
    "create",  "claim", "progress", "succeed", "retry", "fail",
    "release", "lapse", "cancel",   "expire",  "remove"};

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::key_reused:
            return "key_reused";
        case Verdict::replayed:
            return "replayed";
        case Verdict::not_found:
            return "not_found";
        case Verdict::already_ended:
            return "already_ended";
        case Verdict::wrong_phase:
            return "wrong_phase";
        case Verdict::lease_lost:
            return "lease_lost";
        case Verdict::not_due:
            return "not_due";
        case Verdict::applied:
            return "applied";
    }
    return "";
}

/// One job, and the asks made of it.
class Play {
  public:
    void step(const std::string& word) {
        if (word.front() == '+') {
            now_ += parse_duration(word.substr(1)).value();
            return;
        }
        const std::size_t at = word.find('@');
        const auto ask = std::find(ask_names.begin(), ask_names.end(), word.substr(0, at));
        BOOST_REQUIRE_MESSAGE(ask != ask_names.end(), word << " is no ask");
        request_.ask = static_cast<Ask>(ask - ask_names.begin());
        request_.token = at == std::string::npos ? token_ : earlier_token_;
        request_.error = "it failed";
        lsn_ += 64;
        if (request_.ask == Ask::create && !standing_) {
            verdict_ = rules.at(Phase::absent, Ask::create).verdict;
            standing_ = Standing{job::make_uuid_v7(start, {}), lsn_,
                                 make_job({}, {}, ReportType::matched, Format::csv, {}, now_)};
            return;
        }
        const Decision decision =
            decide(standing_ ? &*standing_ : nullptr, request_, now_, LifeSettings{});
        verdict_ = decision.verdict;
        if (!job::moves(verdict_)) {
            return;
        }
        if (request_.ask == Ask::claim) {
            earlier_token_ = token_;
            token_ = lsn_;
        }
        if (decision.next.phase == Phase::absent) {
            standing_.reset();
        } else {
            standing_ = Standing{standing_->id, lsn_, decision.next};
        }
    }

    std::string outcome() const {
        const Phase phase = standing_ ? standing_->job.phase : Phase::absent;
        std::string text(name_of(verdict_));
        text += ' ';
        text += phase == Phase::absent ? "absent" : exports::name_of(phase);
        if (request_.ask == Ask::cancel) {
            text += ' ';
            text += std::to_string(
                verdict_ == Verdict::applied ? 200 : export_jobs::error_of_cancel(verdict_).status);
        }
        return text;
    }

  private:
    WallTime now_ = start;
    job::Lsn lsn_ = 0;
    job::Lsn token_ = 0;
    job::Lsn earlier_token_ = 0;
    Request request_;
    Verdict verdict_ = Verdict::not_found;
    std::optional<Standing> standing_;
};

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(' ');
    return first == std::string::npos ? std::string()
                                      : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

BOOST_AUTO_TEST_CASE(every_row_comes_to_what_its_last_column_says) {
    std::ifstream file(BELAY_EXPORT_CASES);
    BOOST_REQUIRE(file.is_open());
    std::string line;
    std::size_t rows = 0;
    while (std::getline(file, line)) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::size_t bar = line.find('|');
        BOOST_REQUIRE_MESSAGE(bar != std::string::npos, line);
        Play play;
        std::istringstream words(line.substr(0, bar));
        for (std::string word; words >> word;) {
            play.step(word);
        }
        BOOST_TEST(play.outcome() == trimmed(line.substr(bar + 1)), line);
        ++rows;
    }
    BOOST_TEST(rows >= 40U);
}

}  // namespace
}  // namespace belay::exports
