// A list of transfers with its total: the whole list has to be looked at, however long it is, so it
// is walked in slices, and between two of them the shard serves others.
//
// The total is of what there was while it was walked; the items are as they were when their slice
// was read. Newest first is one walk; oldest first is two, since the store's lists go one way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/transfers/hours.hpp"
#include "http/families/transfers/parse.hpp"
#include "http/server/exchange.hpp"

namespace belay::transfer_api {

/// Lives as the exchange's state.
class ListWalk {
  public:
    ListWalk(http::Exchange& exchange, const ListRequest& request, transfers::Zone zone);
    ListWalk(const ListWalk&) = delete;
    ListWalk& operator=(const ListWalk&) = delete;

    /// Answers, now or later.
    void begin() { slice(); }

  private:
    enum class Aim : std::uint8_t { count, collect };

    void slice();
    void look(const job::Uuid& id, const transfers::Transfer& transfer);
    void end_of_list();
    void answer();

    http::Exchange& exchange_;
    const ListRequest request_;
    const transfers::Zone zone_;
    const job::TenantId tenant_;
    Aim aim_;
    std::optional<job::Uuid> after_;
    std::size_t total_ = 0;
    /// Of the walk: the place of the next transfer that is asked for, the newest being 0.
    std::size_t place_ = 0;
    /// Which places are on the page.
    std::size_t first_ = 0;
    std::size_t end_ = 0;
    std::size_t returned_ = 0;
    std::string items_;  ///< JSON, with commas between them
};

}  // namespace belay::transfer_api
