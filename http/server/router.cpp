#include "http/server/router.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "http/wire/query.hpp"

namespace belay::http {
namespace {

struct MethodText {
    wire::Method method;
    std::string_view text;
};

/// In the order in which Allow names them.
constexpr std::array route_methods{
    MethodText{wire::Method::get, "GET"},        MethodText{wire::Method::post, "POST"},
    MethodText{wire::Method::put, "PUT"},        MethodText{wire::Method::patch, "PATCH"},
    MethodText{wire::Method::delete_, "DELETE"},
};

/// Cuts the first segment off `rest`, which begins with a slash.
std::string_view next_segment(std::string_view& rest) noexcept {
    const std::size_t end = std::min(rest.find('/', 1), rest.size());
    const std::string_view segment = rest.substr(1, end - 1);
    rest.remove_prefix(end);
    return segment;
}

bool is_parameter(std::string_view segment) noexcept {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

}  // namespace

struct Router::Node {
    struct Bound {
        const Route* route = nullptr;
        void* target = nullptr;
        const RouteFamily* words = nullptr;  ///< whose error style and ids it has; null: nobody's
    };
    struct Literal {
        std::string_view segment;
        std::unique_ptr<Node> node;
    };

    Node& child(std::string_view segment) {
        if (is_parameter(segment)) {
            if (!parameter) {
                parameter = std::make_unique<Node>();
            }
            return *parameter;
        }
        for (const Literal& literal : literals) {
            if (literal.segment == segment) {
                return *literal.node;
            }
        }
        return *literals.emplace_back(Literal{segment, std::make_unique<Node>()}).node;
    }

    void write_allow() {
        allow.clear();
        for (const MethodText& known : route_methods) {
            if (by_method[static_cast<std::size_t>(known.method)].route != nullptr) {
                allow.append(known.text).append(", ");
                if (known.method == wire::Method::get) {
                    allow.append("HEAD, ");
                }
            }
        }
        allow.append("OPTIONS");
    }

    std::vector<Literal> literals;
    std::unique_ptr<Node> parameter;
    std::array<Bound, wire::method_count> by_method;
    std::string allow;  ///< empty: no route ends here
};

Router::Router(std::span<const RouteFamily> families)
    : families_(families.begin(), families.end()), root_(std::make_unique<Node>()) {
    for (const RouteFamily& family : families_) {
        for (const Route& route : family.routes) {
            add(family, route);
        }
    }
}

Router::~Router() = default;

void Router::add(const RouteFamily& family, const Route& route) {
    check(route.pattern.starts_with('/'), "a pattern begins with a slash");
    check((route.handle == nullptr) != (route.stream == nullptr), "a route has one handler");
    Node* node = root_.get();
    std::size_t parameters = 0;
    for (std::string_view rest = route.pattern; !rest.empty();) {
        const std::string_view segment = next_segment(rest);
        parameters += is_parameter(segment) ? 1 : 0;
        node = &node->child(segment);
    }
    check(parameters <= route_parameters_max, "a pattern has few parameters");
    Node::Bound& bound = node->by_method[static_cast<std::size_t>(route.method)];
    check(bound.route == nullptr, "a pattern has one route for a method");
    const bool listed =
        std::any_of(route_methods.begin(), route_methods.end(),
                    [&](const MethodText& known) { return known.method == route.method; });
    check(listed, "a route has a method that Allow can name");
    bound = {&route, family.target, family_of(route.pattern)};
    node->write_allow();
}

const RouteFamily* Router::family_of(std::string_view path) const noexcept {
    const RouteFamily* found = nullptr;
    std::size_t longest = 0;
    for (const RouteFamily& family : families_) {
        for (const std::string_view prefix : family.prefixes) {
            if (path.starts_with(prefix) && prefix.size() > longest) {
                longest = prefix.size();
                found = &family;
            }
        }
    }
    return found;
}

RouteMatch Router::match(wire::Method method, std::string_view path, std::string& scratch) const {
    RouteMatch match;
    const RouteFamily* family = descend(method, path, scratch, match);
    if (match.outcome != RouteOutcome::found) {
        family = family_of(path);
    }
    match.errors = family != nullptr && family->errors != nullptr ? family->errors : &plain_;
    match.request_ids = family != nullptr ? family->request_ids : RequestIds::any;
    return match;
}

/// Everything but the words; the family whose words the route has, if one is found.
const RouteFamily* Router::descend(wire::Method method, std::string_view path, std::string& scratch,
                                   RouteMatch& match) const {
    scratch.clear();
    scratch.reserve(path.size());  // what is decoded is never longer, so no view into it moves
    const Node* node = root_.get();
    std::string decoded;
    for (std::string_view rest = path; !rest.empty();) {
        std::string_view segment = next_segment(rest);
        if (segment.find('%') != std::string_view::npos) {
            const result<std::string_view> text = wire::decode_path_segment(segment, decoded);
            if (!text) {
                match.outcome = RouteOutcome::malformed;
                return nullptr;
            }
            const std::size_t start = scratch.size();
            scratch.append(*text);
            segment = std::string_view(scratch).substr(start);
        }
        const auto literal =
            std::find_if(node->literals.begin(), node->literals.end(),
                         [&](const Node::Literal& known) { return known.segment == segment; });
        if (literal != node->literals.end()) {
            node = literal->node.get();
        } else if (node->parameter && !segment.empty()) {
            node = node->parameter.get();
            match.parameters[match.parameter_count++] = segment;
        } else {
            return nullptr;
        }
    }
    if (node->allow.empty()) {
        return nullptr;
    }
    match.allow = node->allow;
    const wire::Method served = method == wire::Method::head ? wire::Method::get : method;
    const Node::Bound& bound = node->by_method[static_cast<std::size_t>(served)];
    match.outcome = bound.route != nullptr ? RouteOutcome::found : RouteOutcome::no_method;
    match.route = bound.route;
    match.target = bound.target;
    return bound.words;
}

std::string_view Router::parameter_name(const Route& route, std::size_t index) noexcept {
    for (std::string_view rest = route.pattern; !rest.empty();) {
        const std::string_view segment = next_segment(rest);
        if (is_parameter(segment) && index-- == 0) {
            return segment.substr(1, segment.size() - 2);
        }
    }
    return {};
}

}  // namespace belay::http
