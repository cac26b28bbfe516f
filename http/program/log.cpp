#include "http/program/log.hpp"

#include "core/base/check.hpp"
#include "http/program/log_line.hpp"

namespace belay::program {

Log::Log(const world::Clock& clock, LogSink& sink, LogLevel least, LogFormat format)
    : clock_(clock), sink_(sink), least_(least), format_(format) {
    check(format != LogFormat::automatic, "the log's format is decided");
}

void Log::debug(LogMessage message, LogFields fields) const {
    write(LogLevel::debug, message, fields);
}

void Log::info(LogMessage message, LogFields fields) const {
    write(LogLevel::info, message, fields);
}

void Log::warning(LogMessage message, LogFields fields) const {
    write(LogLevel::warning, message, fields);
}

void Log::error(LogMessage message, LogFields fields) const {
    write(LogLevel::error, message, fields);
}

void Log::write(LogLevel level, LogMessage message, LogFields fields) const {
    if (!enabled(level)) {
        return;
    }
    sink_.write(format_ == LogFormat::json
                    ? json_log_line(clock_.wall(), level, message.text(), fields)
                    : text_log_line(clock_.wall(), level, message.text(), fields));
}

}  // namespace belay::program
