#include "http/drive/batches/row_target.hpp"

namespace belay::batch_drive {

RowAnswer outcome_unknown() {
    constexpr int gateway_timeout = 504;
    RowAnswer answer;
    answer.status = gateway_timeout;
    answer.response = batches::error_response("outcome_unknown",
                                              "the row was sent, and nobody knows what it came to");
    return answer;
}

}  // namespace belay::batch_drive
