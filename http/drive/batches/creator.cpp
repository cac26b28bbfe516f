#include "http/drive/batches/creator.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace belay::batch_drive {
namespace {

constexpr std::array<std::string_view, 7> known{
    "exports:read",   "exports:write",   "batches:read",     "batches:write",
    "transfers:read", "transfers:write", auth::Scopes::admin};

}  // namespace

std::string scopes_text(const auth::Scopes& scopes) {
    std::string text;
    for (const std::string_view scope : known) {
        if (scopes.has(scope)) {
            text += text.empty() ? "" : " ";
            text += scope;
        }
    }
    return text;
}

auth::Principal creator_of(const batches::Job& job) {
    std::vector<std::string> scopes;
    std::string_view rest = job.scopes;
    while (!rest.empty()) {
        const std::string_view scope = rest.substr(0, rest.find(' '));
        scopes.emplace_back(scope);
        rest.remove_prefix(std::min(rest.size(), scope.size() + 1));
    }
    auth::Principal creator;
    creator.tenant = job.tenant;
    creator.subject = job.subject;
    creator.scopes = auth::Scopes::listed(std::move(scopes));
    creator.mode = job.is_live ? auth::Mode::live : auth::Mode::test;
    return creator;
}

}  // namespace belay::batch_drive
