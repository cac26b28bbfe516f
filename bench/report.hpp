// What every benchmark prints beside its figures, and how it sums up its rounds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace belay::bench {

struct Spread {
    double low = 0;
    double median = 0;
    double high = 0;
};

/// Of at least one value.
Spread spread_of(std::vector<double> values);

/// Two lines: the command, and the machine with its load, since a figure means nothing without.
void print_setting(int count, char** arguments);

/// Of this process: anonymous pages in memory (RssAnon), in bytes. Of files nothing is counted: the
/// log's pages belong to the system's cache.
std::uint64_t resident_bytes();

}  // namespace belay::bench
