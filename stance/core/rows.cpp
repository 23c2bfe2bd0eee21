#include "rows.hpp"

#include <algorithm>
#include <cmath>

#include "engine.hpp"

namespace stance {

void fold_rows(Block& block, const u32* columns, size_t n) {
    const BlockPlan& plan = block.plan;
    block.n_rows = n;
    block.stride = (plan.n_outputs + (plan.norm != Norm::none) + 7) / 8 * 8;
    double largest = 0;
    for (size_t c = 0; c < plan.n_columns; ++c) largest = std::max(largest, std::fabs(plan.scale[c]));
    if (plan.norm != Norm::none && largest > 0 && std::isfinite(largest)) block.unit = std::exp2(-std::ilogb(largest));
    std::copy_n(columns, n, block.column_of.reserve(n));
    std::fill_n(block.rows.reserve((n + 1) * block.stride) + n * block.stride, block.stride, 0.f);
    fold(block, columns);
}

}  // namespace stance
