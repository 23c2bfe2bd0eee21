#include "rows.hpp"

#include <algorithm>
#include <cmath>

#include "engine.hpp"
#include "prefetch.hpp"

namespace stance {

namespace {

#define INLINE inline __attribute__((always_inline))

template <Norm norm>
INLINE void fold(Block& block, const u32* columns) {
    const BlockPlan& plan = block.plan;
    const size_t n_outputs = plan.n_outputs, stride = block.stride;
    const Weights weights = plan.weights;
    float* __restrict row = block.rows.data();
    std::vector<double> made_of(n_outputs + 1), sizes_of(n_outputs + 1);
    double* __restrict const made = made_of.data();
    double* __restrict const sizes = sizes_of.data();
    const auto ahead = [&](size_t r) __attribute__((always_inline)) {
        const u8* const p = weights.at(columns[r]);
        for (size_t i = 0; i < weights.row_bytes(); i += 64) __builtin_prefetch(p + i);
        __builtin_prefetch(plan.scale + columns[r]);
    };
    const auto act = [&](size_t r) __attribute__((always_inline)) {
        const double scale = plan.scale[columns[r]] * block.unit;
        weights.copy_row(columns[r], made);
        for (size_t j = 0; j < n_outputs; ++j) row[j] = float(scale * made[j]);
        for (size_t j = n_outputs; j < stride; ++j) row[j] = 0;
        if (norm == Norm::l2) {
            row[n_outputs] = float(scale * scale);
            for (size_t j = 0; j < n_outputs; ++j) sizes[j] += made[j] * made[j];
        }
        if (norm == Norm::l1) {
            row[n_outputs] = float(std::fabs(scale));
            for (size_t j = 0; j < n_outputs; ++j)  // NaN stays
                if (!(std::fabs(made[j]) <= sizes[j]) && sizes[j] == sizes[j]) sizes[j] = std::fabs(made[j]);
        }
        row += stride;
    };
    each_prefetched(block.n_rows, ahead, act);
    for (size_t j = 0; j < n_outputs; ++j) block.sizes.push_back(norm == Norm::l2 ? std::sqrt(sizes[j]) : sizes[j]);
}

INLINE void fold_by_norm(Block& block, const u32* columns) {
    switch (block.plan.norm) {
        case Norm::none: return fold<Norm::none>(block, columns);
        case Norm::l1: return fold<Norm::l1>(block, columns);
        case Norm::l2: return fold<Norm::l2>(block, columns);
    }
}

#ifdef STANCE_AVX2
__attribute__((target("avx2"))) void fold_avx2(Block& block, const u32* columns) { fold_by_norm(block, columns); }
#endif

}  // namespace

void fold_rows(Block& block, const u32* columns, size_t n) {
    const BlockPlan& plan = block.plan;
    block.n_rows = n;
    block.stride = (plan.n_outputs + (plan.norm != Norm::none) + 7) / 8 * 8;
    double largest = 0;
    for (size_t c = 0; c < plan.n_columns; ++c) largest = std::max(largest, std::fabs(plan.scale[c]));
    if (plan.norm != Norm::none && largest > 0 && std::isfinite(largest)) block.unit = std::exp2(-std::ilogb(largest));
    std::copy_n(columns, n, block.column_of.reserve(n));
    block.rows.reserve(std::max<size_t>(1, n * block.stride));
#ifdef STANCE_AVX2
    if (std::strcmp(instructions(), "avx2") == 0) return fold_avx2(block, columns);
#endif
    fold_by_norm(block, columns);
}

}  // namespace stance
