// Prints what a start finds in a data directory, as one number (Store::state_hash), and ends as
// told: killed, or closed in order. Recovery is a function if that number never changes.
//
// usage: state_hash DIRECTORY kill|close
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "core/world/clock.hpp"
#include "core/world/disk.hpp"
#include "core/world/entropy.hpp"
#include "http/families/families.hpp"
#include "store/store.hpp"

namespace {

class NoListener final : public belay::store::FailureListener {
  public:
    void log_failed(boost::system::error_code) noexcept override {}
};

int complain(const belay::Failure& why) {
    std::fprintf(stderr, "%s\n", why.what.c_str());
    return EXIT_FAILURE;
}

int run(const char* directory, bool in_order) {
    auto disk = belay::world::open_posix_disk(directory);
    if (disk.has_error()) {
        std::fprintf(stderr, "%s: %s\n", directory, disk.error().message().c_str());
        return EXIT_FAILURE;
    }
    const belay::world::SystemClock clock;
    belay::world::SystemEntropy entropy;
    NoListener listener;
    belay::store::Settings settings;
    settings.segment_bytes = std::uint64_t{8} << 20;
    auto store = belay::store::Store::open(**disk, clock, entropy, belay::families::schema(),
                                           settings, listener);
    if (store.has_error()) {
        return complain(store.error());
    }
    std::printf("%016" PRIx64 "\n", (*store)->state_hash());
    std::fflush(stdout);
    if (!in_order) {
        std::_Exit(EXIT_SUCCESS);
    }
    const auto closed = (*store)->close();
    return closed.has_error() ? complain(closed.error()) : EXIT_SUCCESS;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view ending = count == 3 ? arguments[2] : "";
    if (ending != "kill" && ending != "close") {
        std::fputs("usage: state_hash DIRECTORY kill|close\n", stderr);
        return 2;
    }
    return run(arguments[1], ending == "close");
}
