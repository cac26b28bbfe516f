#include "http/families/transfers/list_walk.hpp"

#include <algorithm>

#include "http/families/common/shard_context.hpp"
#include "http/families/transfers/render.hpp"

namespace belay::transfer_api {
namespace {

/// A slice takes a millisecond or two.
constexpr std::size_t slice_transfers = 2'000;

}  // namespace

ListWalk::ListWalk(http::Exchange& exchange, const ListRequest& request, transfers::Zone zone)
    : exchange_(exchange),
      request_(request),
      zone_(zone),
      tenant_(exchange.principal()->tenant),
      aim_(request.is_ascending ? Aim::count : Aim::collect) {
    if (aim_ == Aim::collect) {
        first_ = request_.offset;
        end_ = first_ + request_.limit;
    }
}

void ListWalk::slice() {
    store::Lane& lane = exchange_.shard_context<http::ShardContext>().lane;
    std::size_t looked_at = 0;
    std::optional<job::Uuid> stopped_at =
        lane.list({transfers::transfers_of_tenant, tenant_}, after_,
                  [&](const job::Uuid& id, const store::RecordView& record) {
                      const auto transfer = transfers::decode_transfer(record.value);
                      if (transfer && transfer->is_visible() &&
                          request_.wants(*transfer, created_at(*transfer))) {
                          look(id, *transfer);
                      }
                      after_ = id;
                      return ++looked_at < slice_transfers;
                  });
    if (looked_at < slice_transfers && !stopped_at) {
        end_of_list();
        return;
    }
    if (stopped_at) {
        after_ = stopped_at;
    }
    exchange_.shard().post([this] { slice(); });
}

void ListWalk::look(const job::Uuid& id, const transfers::Transfer& transfer) {
    if (aim_ == Aim::collect && place_ >= first_ && place_ < end_) {
        std::string item;
        wire::JsonWriter json(item);
        render_item(id, transfer, zone_, json);
        if (request_.is_ascending) {
            items_ = returned_ == 0 ? std::move(item) : item + "," + items_;
        } else {
            items_ += (returned_ == 0 ? "" : ",") + item;
        }
        ++returned_;
    }
    ++place_;
}

void ListWalk::end_of_list() {
    total_ = std::max(total_, place_);
    if (aim_ == Aim::collect) {
        answer();
        return;
    }
    // Oldest first: the page is counted from the other end.
    aim_ = Aim::collect;
    end_ = total_ - std::min(request_.offset, total_);
    first_ = end_ - std::min(request_.limit, end_);
    if (first_ == end_) {
        answer();
        return;
    }
    after_.reset();
    place_ = 0;
    slice();
}

void ListWalk::answer() {
    std::string& body = exchange_.scratch();
    body.clear();
    wire::JsonWriter json(body);
    json.begin_object().name("data").raw("[" + items_ + "]");
    json.name("pagination").begin_object();
    json.member("limit", std::uint64_t{request_.limit});
    json.member("offset", std::uint64_t{request_.offset});
    json.member("returned", std::uint64_t{returned_});
    json.member("totalCount", std::uint64_t{total_});
    json.member("hasNextPage", request_.offset + returned_ < total_);
    json.end_object().end_object();
    exchange_.respond(200, "application/json", body);
}

}  // namespace belay::transfer_api
