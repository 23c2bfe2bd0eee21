// Rows → sums → scores. Part of the kernel: included once for each set of instructions.

#if defined(__GNUC__)
typedef float Floats __attribute__((vector_size(32), aligned(32)));
#endif

// sums[j] += rows[list[i]][j] over `n` rows, V * 8 columns from `column`; at most `rows_at_once` at a time in float32.
constexpr size_t rows_at_once = 128;

template <int V>
INLINE void add_rows(const float* rows, size_t stride, const u32* list, size_t n, double* sums) {
    while (n > 0) {
        const size_t count = n < rows_at_once ? n : rows_at_once;
        Floats sum[V];
        for (int v = 0; v < V; ++v) sum[v] = Floats{};
        for (size_t i = 0; i < count; ++i) {
            const Floats* row = reinterpret_cast<const Floats*>(rows + size_t(list[i]) * stride);
            for (int v = 0; v < V; ++v) sum[v] += row[v];
        }
        float out[V * 8];
        std::memcpy(out, sum, sizeof out);
        for (int j = 0; j < V * 8; ++j) sums[j] += double(out[j]);
        list += count;
        n -= count;
    }
}

inline void add_all_rows(const float* rows, size_t stride, const u32* list, size_t n, double* sums) {
    size_t column = 0;
    while (stride - column >= 64) {
        add_rows<8>(rows + column, stride, list, n, sums + column);
        column += 64;
    }
    rows += column;
    sums += column;
    switch ((stride - column) / 8) {
        case 1: return add_rows<1>(rows, stride, list, n, sums);
        case 2: return add_rows<2>(rows, stride, list, n, sums);
        case 3: return add_rows<3>(rows, stride, list, n, sums);
        case 4: return add_rows<4>(rows, stride, list, n, sums);
        case 5: return add_rows<5>(rows, stride, list, n, sums);
        case 6: return add_rows<6>(rows, stride, list, n, sums);
        case 7: return add_rows<7>(rows, stride, list, n, sums);
    }
}

INLINE double term_of(const BlockPlan& plan, int32_t count) {
    if (plan.binary) count = 1;
    if (!plan.sublinear) return double(count);
    return count >= 0 && size_t(count) < n_logs ? sublinear_of[count] : std::log(double(count)) + 1;
}

// float32 sums over a vocabulary: a row is added when it is first seen and put right at the end if it came again.
struct FloatSums {
    const Block& block;
    Counts& counts;
    double* sums;

    FloatSums(const Block& b, Counts& c, Scratch& scratch) : block(b), counts(c), sums(scratch.sums.reserve(b.stride + 8)) {
        counts.fit(b.n_rows);
    }
    INLINE void begin() {
        for (size_t j = 0; j < block.stride; ++j) sums[j] = 0;
    }
    STAGE void add(const u32* rows, size_t n) {
        u32* __restrict unique = counts.unique.reserve(counts.n_unique + n + 1) + counts.n_unique;
        u32* __restrict again = counts.again.reserve(counts.n_again + n + 1) + counts.n_again;
        u64* __restrict seen = counts.seen.data();
        size_t n_unique = 0, n_again = 0;
        for (size_t i = 0; i < n; ++i) {
            const u32 row = rows[i];
            const u64 word = seen[row / 64], bit = 1ull << row % 64;
            const bool known = word & bit;
            seen[row / 64] = word | bit;
            unique[n_unique] = row;
            n_unique += !known;
            again[n_again] = row;
            n_again += known;
        }
        counts.n_unique += n_unique;
        size_t kept = 0;
        for (size_t i = 0; i < n_again; ++i) {
            const u32 row = again[i];
            if (counts.count[row]++ == 0) {
                again[kept++] = row;
                __builtin_prefetch(&block.rows[row * block.stride]);
            }
        }
        counts.n_again += kept;
    }
    STAGE void flush() {
        add_all_rows(block.rows.data(), block.stride, counts.unique.data() + counts.n_summed, counts.n_unique - counts.n_summed, sums);
        counts.n_summed = counts.n_unique;
    }
    // Add the block's scores to totals[0 .. n_outputs).
    STAGE void finish(double* totals) {
        const BlockPlan& plan = block.plan;
        flush();
        for (size_t i = 0; i < counts.n_again; ++i) {
            const u32 row = counts.again[i];
            const double term = term_of(plan, counts.count[row] + 1);
            counts.count[row] = 0;
            const float* values = &block.rows[row * block.stride];
            for (size_t j = 0; j < block.stride; ++j) sums[j] += (term - 1) * double(values[j]);
            if (plan.norm == Norm::l2)
                sums[plan.n_outputs] += ((term * term - 1) - (term - 1)) * double(values[plan.n_outputs]);
        }
        for (size_t i = 0; i < counts.n_unique; ++i) counts.seen[counts.unique[i] / 64] = 0;
        counts.n_unique = counts.n_summed = counts.n_again = 0;
        divide(block, sums, totals);
    }
    static INLINE void divide(const Block& block, const double* sums, double* totals) {
        const BlockPlan& plan = block.plan;
        double factor = 1 / block.unit;
        if (plan.norm != Norm::none) {
            const double size = sums[plan.n_outputs];
            factor = size > 0 ? (plan.norm == Norm::l2 ? 1 / std::sqrt(size) : 1 / size) : 1 / block.unit;
        }
        for (size_t j = 0; j < plan.n_outputs; ++j) totals[j] += factor * sums[j];
    }
};

// Counts of every row, for float64 scores in scikit-learn's own order of operations and for hashed columns. The high
// bit of a row says that this n-gram counts -1.
template <bool exact>
struct CountSums {
    const Block& block;
    Counts& counts;
    Scratch& scratch;
    double* sums;

    CountSums(const Block& b, Counts& c, Scratch& s) : block(b), counts(c), scratch(s), sums(s.sums.reserve(b.stride + 8)) {
        counts.fit(b.n_rows);
    }
    INLINE void begin() {}
    INLINE void add(const u32* rows, size_t n) {
        u32* unique = counts.unique.reserve(counts.n_unique + n + 1) + counts.n_unique;
        size_t n_unique = 0;
        for (size_t i = 0; i < n; ++i) {
            const u32 row = rows[i] & 0x7FFFFFFF;
            const u64 word = counts.seen[row / 64], bit = 1ull << row % 64;
            counts.seen[row / 64] = word | bit;
            unique[n_unique] = row;
            n_unique += !(word & bit);
            counts.count[row] += 1 - 2 * int32_t(rows[i] >> 31);
        }
        counts.n_unique += n_unique;
    }
    INLINE void flush() {}
    INLINE void finish(double* totals) {
        if (exact)
            finish_exact(totals);
        else
            finish_float(totals);
        for (size_t i = 0; i < counts.n_unique; ++i) {
            counts.seen[counts.unique[i] / 64] = 0;
            counts.count[counts.unique[i]] = 0;
        }
        counts.n_unique = 0;
    }
    void finish_exact(double* totals) {
        const BlockPlan& plan = block.plan;
        u64* sorted = scratch.sorted.reserve(counts.n_unique + 1);
        for (size_t i = 0; i < counts.n_unique; ++i)
            sorted[i] = u64(block.column_of[counts.unique[i]]) << 32 | counts.unique[i];
        std::sort(sorted, sorted + counts.n_unique);
        const auto value = [&](size_t i) {
            return term_of(plan, counts.count[u32(sorted[i])]) * plan.scale[sorted[i] >> 32];
        };
        double norm = 0;
        for (size_t i = 0; i < counts.n_unique && plan.norm != Norm::none; ++i) {
            const double x = value(i);
            norm += plan.norm == Norm::l2 ? x * x : std::fabs(x);
        }
        if (plan.norm == Norm::l2) norm = std::sqrt(norm);
        for (size_t i = 0; i < counts.n_unique; ++i) {
            double x = value(i);
            if (plan.norm != Norm::none && norm != 0) x /= norm;
            const double* weights = plan.weights + (sorted[i] >> 32) * plan.n_outputs;
            for (size_t j = 0; j < plan.n_outputs; ++j) totals[j] += x * weights[j];
        }
    }
    void finish_float(double* totals) {
        const BlockPlan& plan = block.plan;
        for (size_t j = 0; j < block.stride; ++j) sums[j] = 0;
        for (size_t i = 0; i < counts.n_unique; ++i) {
            const u32 row = counts.unique[i];
            const double term = term_of(plan, counts.count[row]);
            const float* values = &block.rows[row * block.stride];
            for (size_t j = 0; j < plan.n_outputs; ++j) sums[j] += term * double(values[j]);
            if (plan.norm == Norm::l2) sums[plan.n_outputs] += term * term * double(values[plan.n_outputs]);
            if (plan.norm == Norm::l1) sums[plan.n_outputs] += std::fabs(term) * double(values[plan.n_outputs]);
        }
        FloatSums::divide(block, sums, totals);
    }
};
