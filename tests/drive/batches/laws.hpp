// What holds of every batch job that has ended, whatever happened to it.
#pragma once

#include "tests/drive/batches/plant.hpp"

namespace belay::batch_drive::test {

/// Each row's effect at most once, the output each row once and with its true outcome, no effect
/// that is not in the output, counts that are exact. While the plant lives.
void check_laws(Plant& plant, const Made& made);

}  // namespace belay::batch_drive::test
