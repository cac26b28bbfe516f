#include "http/program/nearest.hpp"

#include <algorithm>
#include <vector>

#include "core/base/check.hpp"

namespace belay::program {

std::size_t edit_distance(std::string_view left, std::string_view right) {
    // Rows of the usual table: two back (for a swap), one back, and the one being filled.
    std::vector<std::size_t> before_last(right.size() + 1);
    std::vector<std::size_t> last(right.size() + 1);
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[right.size()];
}

std::string_view nearest(std::string_view text, std::span<const std::string> candidates) {
    check(!candidates.empty(), "there is a candidate");
    return *std::ranges::min_element(candidates, {}, [text](const std::string& candidate) {
        return edit_distance(text, candidate);
    });
}

}  // namespace belay::program
