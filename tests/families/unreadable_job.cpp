// Puts a record into the store of a data directory that no export job can be read from: the fault
// that fault_test.py asks the server about. usage: unreadable_job DIRECTORY UUID
#include <cstdio>

#include "core/base/check.hpp"
#include "core/exports/job.hpp"
#include "http/families/families.hpp"
#include "store/blocking_lane.hpp"

namespace belay {
namespace {

class Put final : public store::Operation {
  public:
    explicit Put(const job::Uuid& id) {
        const job::RecordId subject{exports::export_job_kind, id};
        set_subjects({&subject, 1});
    }

    void decide(const store::View&, store::Draft& draft) override {
        draft.put(0, as_byte_span("no export job"));
    }

    void done(const store::Receipt& receipt) noexcept override { status = receipt.status; }

    store::Status status = store::Status::declined;
};

class Stop final : public store::FailureListener {
    void log_failed(boost::system::error_code) noexcept override { check(false, "the log works"); }
};

int put(const char* directory, const char* text) {
    const auto disk = world::open_posix_disk(directory);
    const result<job::Uuid> id = job::parse_uuid(text);
    if (disk.has_error() || id.has_error()) {
        return 2;
    }
    const world::SystemClock clock;
    world::SystemEntropy entropy;
    Stop stop;
    auto store = store::Store::open(**disk, clock, entropy, families::schema(), {}, stop);
    if (store.has_error()) {
        std::fprintf(stderr, "%s\n", store.error().what.c_str());
        return 1;
    }
    Put operation(*id);
    {
        store::BlockingLane lane(**store);
        lane.run(operation);
    }
    const bool closed = (*store)->close().has_value();
    return closed && operation.status == store::Status::committed ? 0 : 1;
}

}  // namespace
}  // namespace belay

int main(int count, char** arguments) {
    return count == 3 ? belay::put(arguments[1], arguments[2]) : 2;
}
