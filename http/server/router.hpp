// From method and path to a handler. Each family hands over one table of routes; the router
// compiles them into a tree of segments at start, and is not changed afterwards.
//
// A literal segment goes before a parameter, without trying again: with "/a/new" and "/a/{id}/x",
// "/a/new/x" is not found.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/run/task.hpp"
#include "http/server/problem.hpp"
#include "http/server/throttle.hpp"
#include "http/wire/request_head.hpp"

namespace belay::http {

class Exchange;
class StreamExchange;

/// Called with the target of the route's family.
using BufferedHandler = void (*)(void* target, Exchange& exchange);
using StreamingHandler = run::task<> (*)(void* target, StreamExchange& exchange);

/// The handler that calls a member function of the target, void (Target::*)(Exchange&).
template <auto member>
struct buffered_by;
template <class Target, void (Target::*member)(Exchange&)>
struct buffered_by<member> {
    static void call(void* target, Exchange& exchange) {
        (static_cast<Target*>(target)->*member)(exchange);
    }
};
template <auto member>
inline constexpr BufferedHandler buffered = &buffered_by<member>::call;

/// The same for run::task<> (Target::*)(StreamExchange&).
template <auto member>
struct streaming_by;
template <class Target, run::task<> (Target::*member)(StreamExchange&)>
struct streaming_by<member> {
    static run::task<> call(void* target, StreamExchange& exchange) {
        return (static_cast<Target*>(target)->*member)(exchange);
    }
};
template <auto member>
inline constexpr StreamingHandler streaming = &streaming_by<member>::call;

/// Who may call. With a scope: whose credential has it.
enum class Access : std::uint8_t { anyone, authenticated };

/// What content a route takes. A request with content of another type is answered 415, and one
/// with a Content-Encoding always, since belay decodes none.
enum class ContentRule : std::uint8_t {
    any,
    json,   ///< application/json
    typed,  ///< one of Route::content_types
};

struct Route {
    wire::Method method;
    /// "/v1/export-jobs/{jobId}/cancel"
    std::string_view pattern;
    /// Exactly one of the two is set.
    BufferedHandler handle = nullptr;
    StreamingHandler stream = nullptr;
    Access access = Access::authenticated;
    std::string_view scope = {};  ///< empty: none
    /// Of the body; above it 413. Of a buffered route all of it is held in memory.
    std::uint64_t body_bytes_max = 1024 * 1024;
    ContentRule content = ContentRule::any;
    std::span<const std::string_view> content_types = {};
    bool length_required = false;  ///< 411 without Content-Length and Transfer-Encoding
    /// Above the caller's rate: 429. Of a route for anyone it is not looked at.
    RateClass rate = RateClass::unlimited;
};

/// What names a request in answers and logs.
enum class RequestIds : std::uint8_t {
    any,     ///< X-Request-ID as the client sent it, else a UUID
    stripe,  ///< "req_…", never the client's; in the field Request-Id too
};

/// What one family, or admin, gives to the server. Everything outlives the router.
struct RouteFamily {
    /// A path belongs to the family with the longest prefix that it begins with, and takes its
    /// error style, also where no route matches.
    std::span<const std::string_view> prefixes;
    std::span<const Route> routes;
    void* target = nullptr;
    const ErrorStyle* errors = nullptr;
    RequestIds request_ids = RequestIds::any;
};

inline constexpr std::size_t route_parameters_max = 4;

enum class RouteOutcome : std::uint8_t {
    found,
    no_path,
    no_method,  ///< `allow` says which there are
    malformed,  ///< the path's percent-encoding
};

struct RouteMatch {
    RouteOutcome outcome = RouteOutcome::no_path;
    const Route* route = nullptr;
    void* target = nullptr;
    const ErrorStyle* errors = nullptr;  ///< never null after match()
    RequestIds request_ids = RequestIds::any;
    std::string_view allow;  ///< for the Allow field; lives as long as the router
    std::size_t parameter_count = 0;
    /// In the order of the pattern, percent-decoded. Views into the path or into `scratch`.
    std::array<std::string_view, route_parameters_max> parameters;
};

/// Thread-safe once built.
class Router {
  public:
    /// A pattern that is given twice for a method, or that is not one, is a broken invariant.
    explicit Router(std::span<const RouteFamily> families);
    ~Router();
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;

    /// HEAD is served by the GET route. `scratch` holds decoded segments; it and the bytes of
    /// `path` stay as they are while the match is used.
    RouteMatch match(wire::Method method, std::string_view path, std::string& scratch) const;

    /// The names of the parameters of a pattern, in order.
    static std::string_view parameter_name(const Route& route, std::size_t index) noexcept;

  private:
    struct Node;

    void add(const RouteFamily& family, const Route& route);
    const RouteFamily* descend(wire::Method method, std::string_view path, std::string& scratch,
                               RouteMatch& match) const;
    /// Null for a path that is no family's.
    const RouteFamily* family_of(std::string_view path) const noexcept;

    PlainProblems plain_;
    std::vector<RouteFamily> families_;
    std::unique_ptr<Node> root_;
};

}  // namespace belay::http
