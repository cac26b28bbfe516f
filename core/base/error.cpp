#include "core/base/error.hpp"

namespace belay {
namespace {

class Category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "belay"; }

    std::string message(int value) const override {
        switch (static_cast<Error>(value)) {
            case Error::malformed:
                return "malformed";
            case Error::too_large:
                return "too large";
            case Error::not_found:
                return "not found";
            case Error::already_exists:
                return "already exists";
            case Error::corrupt:
                return "corrupt";
            case Error::newer_format:
                return "written in a newer format";
            case Error::exhausted:
                return "limit reached";
            case Error::locked:
                return "in use by another process";
            case Error::stopped:
                return "stopped";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
    static const Category category;
    return category;
}

}  // namespace belay
