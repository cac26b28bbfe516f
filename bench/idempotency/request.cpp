#include "bench/idempotency/request.hpp"

#include <algorithm>

#include <xxhash.h>

#include "core/base/check.hpp"

namespace belay::bench::idempotency {
namespace {

using namespace std::string_view_literals;

constexpr std::uint64_t seed = 0x1357'9bdf'0246'8ace;
constexpr std::int64_t expires = 1'800'000'000'000;
constexpr std::uint16_t status = 202;

constexpr auto path_begin = "\x04\0POST;\0/v1/export-jobs/"sv;
constexpr auto path_end = "/cancel"sv;

constexpr auto scope_begin =
    "exports:\x10\0"
    "\x01\xa2\x05\x0e\xde\x89\x72\x35\xa1\xa5\xf6\xf8\x3e\x5d\x49\xc6"
    "\x08\0"
    "client-7"sv;
constexpr auto any_uuid = "00000000-0000-7000-8000-000000000000"sv;
constexpr std::size_t job_at = scope_begin.size() + path_begin.size();
constexpr std::size_t key_at = job_at + any_uuid.size() + path_end.size();
static_assert(key_at + any_uuid.size() == name_bytes);

constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xbf58'476d'1ce4'e5b9;
    x = (x ^ (x >> 27)) * 0x94d0'49bb'1331'11eb;
    return x ^ (x >> 31);
}

constexpr auto digits_of_octet = [] {
    std::array<std::array<char, 2>, 256> table{};
    constexpr auto digits = "0123456789abcdef"sv;
    for (std::size_t octet = 0; octet < table.size(); ++octet) {
        table[octet] = {digits[octet >> 4], digits[octet & 0xf]};
    }
    return table;
}();

/// Eight octets as sixteen digits at `to`, with dashes left out at the places given.
void write_octets(std::uint64_t octets, char* to, std::span<const std::uint8_t, 8> places) {
    for (const std::uint8_t place : places) {
        std::memcpy(to + place, digits_of_octet[octets & 0xff].data(), 2);
        octets >>= 8;
    }
}

void write_uuid(std::uint64_t high, std::uint64_t low, char* to) {
    static constexpr std::array<std::uint8_t, 8> first{0, 2, 4, 6, 9, 11, 14, 16};
    static constexpr std::array<std::uint8_t, 8> second{19, 21, 24, 26, 28, 30, 32, 34};
    write_octets(high, to, first);
    write_octets(low, to, second);
}

}  // namespace

void prepare(Request& request) {
    char* to = request.first.name.data();
    for (const std::string_view part : {scope_begin, path_begin, any_uuid, path_end, any_uuid}) {
        to = std::copy(part.begin(), part.end(), to);
    }
    request.second.expires = expires;
    request.second.status = status;
}

void aim(Request& request, std::uint64_t number, std::uint64_t content) noexcept {
    char* name = request.first.name.data();
    const std::uint64_t job = mixed(number + 1);
    const std::uint64_t key = mixed(~number);
    write_uuid(job, ~job, name + job_at);
    write_uuid(key, ~key, name + key_at);
    std::array<std::uint64_t, 4> print{content, ~content, content * 3, content * 5};
    std::memcpy(request.second.fingerprint.data(), print.data(), sizeof print);
}

std::uint64_t hash_of(const Key& key) noexcept {
    return XXH3_64bits_withSeed(key.name.data(), key.name.size(), seed);
}

}  // namespace belay::bench::idempotency
