#include "http/wire/framing.hpp"

#include <array>
#include <cstddef>
#include <limits>

#include "core/base/check.hpp"
#include "http/wire/chars.hpp"
#include "http/wire/field_list.hpp"

namespace belay::wire {
namespace {

/// A set of values of one of the table's inputs, a bit each.
template <class Enum>
constexpr unsigned bit(Enum value) noexcept {
    return 1U << static_cast<unsigned>(value);
}

template <class... Enums>
constexpr unsigned any_of(Enums... values) noexcept {
    return (bit(values) | ...);
}

constexpr unsigned any = ~0U;
constexpr unsigned v10 = bit(Version::http_1_0);
constexpr unsigned v11 = bit(Version::http_1_1);
constexpr unsigned no_length = bit(LengthField::absent);
constexpr unsigned some_length = any & ~no_length;
constexpr unsigned no_encoding = bit(EncodingField::absent);
constexpr unsigned some_encoding = any & ~no_encoding;

/// Content in TRACE is forbidden (RFC 9110 9.3.8); in CONNECT it means nothing (9.3.6), and what
/// follows the head may be meant as tunnelled bytes.
constexpr unsigned bodiless = any_of(Method::connect, Method::trace);
constexpr unsigned others = any & ~bodiless;

struct Row {
    unsigned methods;
    unsigned versions;
    unsigned lengths;
    unsigned encodings;
    FramingDecision decision;
};

constexpr FramingDecision refused(WireError error) noexcept {
    return {BodyKind::none, error};
}

constexpr FramingDecision none{BodyKind::none, WireError::none};
constexpr FramingDecision length{BodyKind::length, WireError::none};
constexpr FramingDecision chunked{BodyKind::chunked, WireError::none};

// clang-format off
constexpr auto table = std::to_array<Row>({
    // methods  versions lengths                           encodings
    {any,      any, no_length,                             no_encoding, none},
    {any,      any, bit(LengthField::zero),                no_encoding, none},
    {others,   any, bit(LengthField::positive),            no_encoding, length},
    {bodiless, any, bit(LengthField::positive),            no_encoding, refused(WireError::content_not_allowed_for_method)},
    {any,      any, bit(LengthField::too_large),           no_encoding, refused(WireError::content_length_too_large)},
    {any,      any, bit(LengthField::malformed),           no_encoding, refused(WireError::content_length_malformed)},
    {any,      any, bit(LengthField::repeated),            no_encoding, refused(WireError::content_length_repeated)},
    // A 1.0 recipient on the way would have ignored it and seen another end of the body.
    {any,      v10, any,           some_encoding,                          refused(WireError::transfer_encoding_in_http_1_0)},
    {any,      v11, some_length,   some_encoding,                          refused(WireError::content_length_with_transfer_encoding)},
    {others,   v11, no_length,     bit(EncodingField::chunked),            chunked},
    {bodiless, v11, no_length,     bit(EncodingField::chunked),            refused(WireError::content_not_allowed_for_method)},
    {any,      v11, no_length,     bit(EncodingField::not_final),          refused(WireError::transfer_encoding_not_ending_in_chunked)},
    {any,      v11, no_length,     bit(EncodingField::unknown),            refused(WireError::transfer_coding_unknown)},
    {any,      v11, no_length,     bit(EncodingField::malformed),          refused(WireError::transfer_encoding_malformed)},
});
// clang-format on

constexpr bool matches(const Row& row, Method method, Version version, LengthField length_field,
                       EncodingField encoding) noexcept {
    return (row.methods & bit(method)) != 0 && (row.versions & bit(version)) != 0 &&
           (row.lengths & bit(length_field)) != 0 && (row.encodings & bit(encoding)) != 0;
}

constexpr bool every_combination_has_exactly_one_row() {
    for (unsigned method = 0; method < method_count; ++method) {
        for (unsigned version = 0; version < 2; ++version) {
            for (unsigned length_at = 0; length_at < length_field_count; ++length_at) {
                for (unsigned coding = 0; coding < encoding_field_count; ++coding) {
                    int rows = 0;
                    for (const Row& row : table) {
                        rows +=
                            matches(row, static_cast<Method>(method), static_cast<Version>(version),
                                    static_cast<LengthField>(length_at),
                                    static_cast<EncodingField>(coding));
                    }
                    if (rows != 1) {
                        return false;
                    }
                }
            }
        }
    }
    return true;
}
static_assert(every_combination_has_exactly_one_row());

}  // namespace

LengthField read_content_length(const RequestHead& head, std::uint64_t& length_value) noexcept {
    const std::optional<std::string_view> value = head.value(FieldName::content_length);
    if (!value) {
        return LengthField::absent;
    }
    if (head.repeated(FieldName::content_length)) {
        return LengthField::repeated;
    }
    // "010" is ten to one reader and eight to another.
    const bool leading_zero = value->size() > 1 && value->front() == '0';
    if (value->empty() || leading_zero || !all_of_class(*value, chars::digit)) {
        return LengthField::malformed;
    }
    constexpr std::uint64_t max = std::numeric_limits<std::int64_t>::max();
    std::uint64_t sum = 0;
    for (const char byte : *value) {
        const std::uint64_t next = static_cast<unsigned char>(byte) - std::uint64_t{'0'};
        if (sum > (max - next) / 10) {
            return LengthField::too_large;
        }
        sum = sum * 10 + next;
    }
    length_value = sum;
    return sum == 0 ? LengthField::zero : LengthField::positive;
}

EncodingField read_transfer_encoding(const RequestHead& head) noexcept {
    if (!head.has(FieldName::transfer_encoding)) {
        return EncodingField::absent;
    }
    std::size_t codings = 0;
    std::size_t chunked_codings = 0;
    bool malformed = false;
    bool last_is_chunked = false;
    for_each_element(head, FieldName::transfer_encoding, [&](std::string_view coding) {
        ++codings;
        malformed = malformed || !is_token(coding);
        last_is_chunked = equals_ignoring_case(coding, "chunked");
        chunked_codings += last_is_chunked ? 1 : 0;
    });
    if (malformed) {
        return EncodingField::malformed;
    }
    if (chunked_codings > (last_is_chunked ? 1U : 0U)) {
        return EncodingField::not_final;
    }
    return last_is_chunked && codings == 1 ? EncodingField::chunked : EncodingField::unknown;
}

FramingDecision decide_framing(Method method, Version version, LengthField length_field,
                               EncodingField encoding) noexcept {
    for (const Row& row : table) {
        if (matches(row, method, version, length_field, encoding)) {
            return row.decision;
        }
    }
    check_failed("the framing table is total", std::source_location::current());
}

BodyFraming frame_body(const RequestHead& head) noexcept {
    // Nearly every request without a body: no need to look further.
    if (!head.has(FieldName::content_length) && !head.has(FieldName::transfer_encoding)) {
        return {};
    }
    BodyFraming framing;
    const LengthField length_field = read_content_length(head, framing.length);
    const FramingDecision decision =
        decide_framing(head.method(), head.version(), length_field, read_transfer_encoding(head));
    framing.kind = decision.kind;
    framing.error = decision.error;
    if (framing.kind != BodyKind::length) {
        framing.length = 0;
    }
    return framing;
}

}  // namespace belay::wire
