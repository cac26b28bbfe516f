#include "http/drive/limits_back.hpp"

#include "core/transfers/usage.hpp"

namespace belay::http {

void give_back_limits(const store::View& view, store::Draft& draft,
                      std::span<const std::optional<std::size_t>> counters,
                      const transfers::Transfer& transfer, std::string& bytes) {
    for (const std::optional<std::size_t>& counter : counters) {
        if (!counter || !view.subjects[*counter]) {
            continue;
        }
        const auto usage = transfers::decode_usage(view.subjects[*counter]->value);
        if (!usage || usage->count == 0 || usage->amount < transfer.amount) {
            continue;
        }
        bytes.clear();
        transfers::encode(transfers::give_back(*usage, transfer.amount), bytes);
        draft.put(*counter, as_byte_span(bytes));
    }
}

}  // namespace belay::http
