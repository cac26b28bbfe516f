// One page of a list, and the cursor of the next.
#pragma once

#include <string>

#include "http/families/ledger/parse.hpp"
#include "store/store.hpp"

namespace belay::ledger_api {

class PageWalk {
  public:
    explicit PageWalk(const Page& page) : page_(page) {
        last_.octets.fill(0xff);  // what the newest is older than: the begin of every list
    }

    bool is_first() const noexcept { return !page_.after; }

    /// An item of the page that is not in the list, before all others.
    void count_one() noexcept { ++shown_; }

    /// Calls `each` with the id and the record of every item of the page. `reader` is a Lane or a
    /// Cut.
    template <class Reader, class Each>
    void run(Reader& reader, const job::ListId& list, Each each) {
        const auto stopped_at = reader.list(
            list, page_.after, [&](const job::Uuid& id, const store::RecordView& record) {
                if (shown_ == page_.limit) {
                    next_ = job::format_uuid(last_);
                    return false;
                }
                each(id, record);
                last_ = id;
                ++shown_;
                return true;
            });
        if (stopped_at) {
            next_ = job::format_uuid(*stopped_at);
        }
    }

    std::size_t limit() const noexcept { return page_.limit; }

    /// Empty if there is no more.
    const std::string& next() const noexcept { return next_; }

  private:
    const Page page_;
    std::size_t shown_ = 0;
    job::Uuid last_;
    std::string next_;
};

}  // namespace belay::ledger_api
