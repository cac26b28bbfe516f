// Structured logging: one line an event.
//
// NEVER a token, a raw API key, a signature, a signed URL or a body: not in a field, not cut, not
// hashed. The message is a literal of the program and field names are too (both enforced at compile
// time), so what varies is in field values, and those are what a reviewer looks at. Ids, sizes,
// counts, times, states, paths on disk and peer addresses are fine.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/time.hpp"
#include "core/world/clock.hpp"
#include "http/program/settings.hpp"

namespace belay::program {

/// A text of the program itself, never one from outside.
class LogMessage {
  public:
    // Implicit on purpose: a literal is passed where a message is asked for.
    consteval LogMessage(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor)

    constexpr std::string_view text() const noexcept { return text_; }

  private:
    std::string_view text_;
};

/// A name in snake_case that is not one of the line's own: "time", "level", "message".
class LogFieldName {
  public:
    // Implicit on purpose, as LogMessage.
    consteval LogFieldName(const char* text)  // NOLINT(google-explicit-constructor)
        : text_(text) {
        for (const char c : text_) {
            if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
                throw "a field's name is snake_case";  // does not compile
            }
        }
        if (text_.empty() || text_ == "time" || text_ == "level" || text_ == "message") {
            throw "a field may not have this name";  // does not compile
        }
    }

    constexpr std::string_view text() const noexcept { return text_; }

  private:
    std::string_view text_;
};

/// One fact of an event. Views what it was made from, for the duration of the call that logs it.
class LogField {
  public:
    using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, bool>;

    LogField(LogFieldName name, std::string_view value) : name_(name), value_(value) {}
    LogField(LogFieldName name, const char* value) : LogField(name, std::string_view(value)) {}
    LogField(LogFieldName name, const std::string& value)
        : LogField(name, std::string_view(value)) {}
    LogField(LogFieldName name, bool value) : name_(name), value_(value) {}
    template <std::signed_integral Number>
    LogField(LogFieldName name, Number value) : name_(name), value_(std::int64_t{value}) {}
    template <std::unsigned_integral Number>
        requires(!std::same_as<Number, bool>)
    LogField(LogFieldName name, Number value) : name_(name), value_(std::uint64_t{value}) {}
    /// Milliseconds; say so in the name ("duration_ms").
    LogField(LogFieldName name, Milliseconds value) : LogField(name, value.count()) {}

    std::string_view name() const noexcept { return name_.text(); }
    const Value& value() const noexcept { return value_; }

  private:
    LogFieldName name_;
    Value value_;
};

using LogFields = std::initializer_list<LogField>;

/// Where whole lines go. Thread-safe; must not block for long (http/program/log_writer.hpp).
class LogSink {
  public:
    virtual ~LogSink() = default;

    /// `line` ends with a line feed.
    virtual void write(std::string_view line) = 0;
};

/// Thread-safe. The clock and the sink must outlive it.
class Log {
  public:
    /// `format` is json or text: `automatic` is decided by who knows the descriptor
    /// (decide_format).
    Log(const world::Clock& clock, LogSink& sink, LogLevel least, LogFormat format);

    /// Whether a line of this level would be written, for a caller whose fields are dear.
    bool enabled(LogLevel level) const noexcept { return level >= least_; }

    void debug(LogMessage message, LogFields fields = {}) const;
    void info(LogMessage message, LogFields fields = {}) const;
    void warning(LogMessage message, LogFields fields = {}) const;
    void error(LogMessage message, LogFields fields = {}) const;

  private:
    void write(LogLevel level, LogMessage message, LogFields fields) const;

    const world::Clock& clock_;
    LogSink& sink_;
    const LogLevel least_;
    const LogFormat format_;
};

}  // namespace belay::program
