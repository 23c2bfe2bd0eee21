// Weights of columns → rows in float32. Part of the kernel: included once for each set of instructions.

constexpr size_t outputs_at_once = 8, distance = 12;  // distance: rows ahead that are fetched

template <class Weight>
INLINE void widen(const u8* weights, Weight, double* out) {
    Weight stored[outputs_at_once];
    std::memcpy(stored, weights, sizeof stored);  // perhaps not aligned: a file says where they lie
    for (size_t j = 0; j < outputs_at_once; ++j) out[j] = double(stored[j]);
}

// Of float16.
INLINE void widen(const u8* weights, u16, double* out) {
#if defined(STANCE_KERNEL_AVX2)
    const __m256 values = _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(weights)));
    _mm256_storeu_pd(out, _mm256_cvtps_pd(_mm256_castps256_ps128(values)));
    _mm256_storeu_pd(out + 4, _mm256_cvtps_pd(_mm256_extractf128_ps(values, 1)));
#else
    u16 stored[outputs_at_once];
    std::memcpy(stored, weights, sizeof stored);
    for (size_t j = 0; j < outputs_at_once; ++j) out[j] = double(float_of_half(stored[j]));
#endif
}

template <class Weight, Norm norm>
INLINE void fold_columns(Block& block, const u32* columns) {
    const BlockPlan& plan = block.plan;
    const size_t n_outputs = plan.n_outputs, stride = block.stride, row_bytes = n_outputs * sizeof(Weight);
    const size_t padded = (n_outputs + outputs_at_once - 1) / outputs_at_once * outputs_at_once;  // at most the stride
    const u8 *const weights = static_cast<const u8*>(plan.weights.data), *const end = weights + plan.n_columns * row_bytes;
    std::vector<u8> last(padded * sizeof(Weight));
    std::vector<double> sizes_of(padded);
    double* __restrict const sizes = sizes_of.data();
    float* __restrict row = block.rows.data();
    for (size_t r = 0; r < block.n_rows; ++r, row += stride) {
        if (r + distance < block.n_rows) {
            const u8* const p = weights + columns[r + distance] * row_bytes;
            for (size_t i = 0; i < row_bytes; i += 64) __builtin_prefetch(p + i);
            __builtin_prefetch(plan.scale + columns[r + distance]);
        }
        const double scale = plan.scale[columns[r]] * block.unit;
        const u8* p = weights + columns[r] * row_bytes;
        if (size_t(end - p) < last.size()) p = static_cast<const u8*>(std::memcpy(last.data(), p, row_bytes));
        for (size_t j = 0; j < padded; j += outputs_at_once) {  // what is behind a row is read and not kept
            double values[outputs_at_once];
            widen(p + j * sizeof(Weight), Weight(), values);
            for (size_t k = 0; k < outputs_at_once; ++k) row[j + k] = float(scale * values[k]);
            if (norm == Norm::l2)
                for (size_t k = 0; k < outputs_at_once; ++k) sizes[j + k] += values[k] * values[k];
            if (norm == Norm::l1)
                for (size_t k = 0; k < outputs_at_once; ++k)  // NaN stays
                    if (!(std::fabs(values[k]) <= sizes[j + k]) && sizes[j + k] == sizes[j + k]) sizes[j + k] = std::fabs(values[k]);
        }
        for (size_t j = n_outputs; j < stride; ++j) row[j] = 0;
        if (norm == Norm::l2) row[n_outputs] = float(scale * scale);
        if (norm == Norm::l1) row[n_outputs] = float(std::fabs(scale));
    }
    for (size_t j = 0; j < n_outputs; ++j) block.sizes.push_back(norm == Norm::l2 ? std::sqrt(sizes[j]) : sizes[j]);
}

template <class Weight>
INLINE void fold_by_norm(Block& block, const u32* columns) {
    switch (block.plan.norm) {
        case Norm::none: return fold_columns<Weight, Norm::none>(block, columns);
        case Norm::l1: return fold_columns<Weight, Norm::l1>(block, columns);
        case Norm::l2: return fold_columns<Weight, Norm::l2>(block, columns);
    }
}

void fold(Block& block, const u32* columns) {
    switch (block.plan.weights.precision) {
        case Precision::float64: return fold_by_norm<double>(block, columns);
        case Precision::float32: return fold_by_norm<float>(block, columns);
        case Precision::float16: return fold_by_norm<u16>(block, columns);
    }
}
