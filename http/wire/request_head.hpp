// The head of a request as the parser found it in the connection's buffer (RFC 9112 2 to 5).
//
// A head holds positions, not bytes: every view it gives points into the buffer that was parsed and
// is valid until those bytes move or change. After moving them, call `rebase` and take views again.
// Not thread-safe; one object is reused for request after request.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/wire/field_name.hpp"
#include "http/wire/wire_error.hpp"

namespace belay::wire {

enum class Method : std::uint8_t {
    unknown,  ///< a well-formed method that belay has never heard of: 501 (RFC 9110 9.1)
    get,
    head,
    post,
    put,
    delete_,
    patch,
    options,
    connect,
    trace,
};
inline constexpr std::size_t method_count = 10;

enum class TargetForm : std::uint8_t {
    origin,     ///< "/path?query"
    absolute,   ///< "http://authority/path?query"; its authority replaces Host
    authority,  ///< "host:port", only with CONNECT
    asterisk,   ///< "*", only with OPTIONS
};

/// What a request is served as: minor versions above 1 are 1.1 (RFC 9110 2.5).
enum class Version : std::uint8_t { http_1_0, http_1_1 };

struct Field {
    std::string_view name;   ///< as it was sent; compare with `known` or equals_ignoring_case
    std::string_view value;  ///< without the blanks around it
    FieldName known;
};

/// The most fields a head can hold.
inline constexpr std::size_t fields_max = 100;

class RequestHead {
  public:
    RequestHead() noexcept { clear(); }

    Method method() const noexcept { return method_; }
    std::string_view method_text() const noexcept { return view(method_text_); }

    TargetForm target_form() const noexcept { return target_form_; }
    /// The whole request target, the bytes that were sent.
    std::string_view target() const noexcept { return view(target_); }
    /// Still percent-encoded, "/" when an absolute-form has none, empty for authority and asterisk.
    std::string_view path() const noexcept;
    /// Still percent-encoded, without the "?"; empty when there is none.
    std::string_view query() const noexcept { return view(query_); }
    bool has_query() const noexcept { return has_query_; }
    /// Host and port that the request is for: of the target if that has one, else of Host. Empty
    /// only in a 1.0 request without either.
    std::string_view authority() const noexcept { return view(authority_); }

    Version version() const noexcept { return version_; }

    std::size_t field_count() const noexcept { return field_count_; }
    /// In the order in which they came; `index` below field_count().
    Field field(std::size_t index) const noexcept;

    bool has(FieldName name) const noexcept { return first_[position(name)] != absent; }
    /// Whether the field came on more than one line. Who reads a field that must not repeat asks.
    bool repeated(FieldName name) const noexcept { return (repeated_ >> position(name) & 1U) != 0; }
    /// The value on the field's first line. `name` is not FieldName::other.
    std::optional<std::string_view> value(FieldName name) const noexcept;

    /// Bytes from the buffer's begin to the body's first byte, empty lines before the request line
    /// included.
    std::size_t size() const noexcept { return size_; }

    /// The same head over the same bytes at another place.
    void rebase(const char* begin) noexcept { begin_ = begin; }

  private:
    friend class RequestHeadParser;

    struct Slice {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };
    struct FieldSlices {
        Slice name;
        Slice value;
        FieldName known;
    };
    static constexpr std::uint8_t absent = 0xff;
    static_assert(fields_max < absent && field_name_count <= 32);

    static constexpr std::size_t position(FieldName name) noexcept {
        return static_cast<std::size_t>(name);
    }
    std::string_view view(Slice slice) const noexcept { return {begin_ + slice.begin, slice.size}; }
    void clear() noexcept;
    void add_field(const FieldSlices& field) noexcept;

    const char* begin_ = nullptr;
    std::uint32_t size_ = 0;
    std::uint32_t field_count_ = 0;
    std::uint32_t repeated_ = 0;  ///< a bit per FieldName
    Slice method_text_;
    Slice target_;
    Slice path_;
    Slice query_;
    Slice authority_;
    Method method_ = Method::unknown;
    TargetForm target_form_ = TargetForm::origin;
    Version version_ = Version::http_1_1;
    bool has_query_ = false;
    std::array<std::uint8_t, field_name_count> first_;  ///< index of a name's first line, or absent
    std::array<FieldSlices, fields_max> fields_;        ///< the first field_count_ are set
};

}  // namespace belay::wire
