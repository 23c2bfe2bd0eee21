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

// The same with a factor for each row.
template <int V>
INLINE void add_scaled_rows(const float* rows, size_t stride, const u32* list, const float* factors, size_t n, double* sums) {
    while (n > 0) {
        const size_t count = n < rows_at_once ? n : rows_at_once;
        Floats sum[V];
        for (int v = 0; v < V; ++v) sum[v] = Floats{};
        for (size_t i = 0; i < count; ++i) {
            const Floats* row = reinterpret_cast<const Floats*>(rows + size_t(list[i]) * stride);
            for (int v = 0; v < V; ++v) sum[v] += factors[i] * row[v];
        }
        float out[V * 8];
        std::memcpy(out, sum, sizeof out);
        for (int j = 0; j < V * 8; ++j) sums[j] += double(out[j]);
        list += count;
        factors += count;
        n -= count;
    }
}

// Calls f(V, column) for the widths of which `stride` is made.
template <class F>
INLINE void each_width(size_t stride, F f) {
    size_t column = 0;
    for (; stride - column >= 64; column += 64) f(std::integral_constant<int, 8>(), column);
    switch ((stride - column) / 8) {
        case 1: return f(std::integral_constant<int, 1>(), column);
        case 2: return f(std::integral_constant<int, 2>(), column);
        case 3: return f(std::integral_constant<int, 3>(), column);
        case 4: return f(std::integral_constant<int, 4>(), column);
        case 5: return f(std::integral_constant<int, 5>(), column);
        case 6: return f(std::integral_constant<int, 6>(), column);
        case 7: return f(std::integral_constant<int, 7>(), column);
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
    bool has_summed = false;  // `sums` holds words whose own sums were added
    static constexpr int32_t summed_once = 1 << 20;  // in a count: how often its row stands in the sum, beyond once

    FloatSums(const Block& b, Counts& c, Scratch& scratch) : block(b), counts(c), sums(scratch.sums.reserve(b.stride + 8)) {
        counts.fit(b.n_rows, b.plan.analyzer == Analyzer::word);
    }
    INLINE void begin() {
        has_summed = false;
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
        note_again(again, n_again, 1);
    }
    STAGE void flush() {
        const u32* list = counts.unique.data() + counts.n_summed;
        const size_t n = counts.n_unique - counts.n_summed, stride = block.stride;
        const float* rows = block.rows.data();
        each_width(stride, [&](auto width, size_t column) { add_rows<width>(rows + column, stride, list, n, sums + column); });
        counts.n_summed = counts.n_unique;
    }
    // The distinct rows of a word whose sum is already taken: what came before is counted as summed once more.
    INLINE void add_summed(const u32* __restrict rows, size_t n) {
        has_summed = true;
        u32* __restrict touched = counts.touched.reserve(counts.n_touched + n + 1) + counts.n_touched;
        u32* __restrict again = counts.again.reserve(counts.n_again + n + 1) + counts.n_again;
        u64* __restrict seen = counts.seen.data();
        size_t n_touched = 0, n_again = 0;
        for (size_t i = 0; i < n; ++i) {
            const u32 row = rows[i];
            const u64 word = seen[row / 64], bit = 1ull << row % 64;
            const bool known = word & bit;
            seen[row / 64] = word | bit;
            touched[n_touched] = row;
            n_touched += !known;
            again[n_again] = row;
            n_again += known;
        }
        counts.n_touched += n_touched;
        note_again(again, n_again, summed_once + 1);
    }
    // A row of a word that came again within it.
    INLINE void add_extra(u32 row) {
        u32* again = counts.again.reserve(counts.n_again + 2) + counts.n_again;
        *again = row;
        note_again(again, 1, 1);
    }
    INLINE void note_again(u32* again, size_t n, int32_t step) {
        size_t kept = 0;
        for (size_t i = 0; i < n; ++i) {
            const u32 row = again[i];
            int32_t& count = counts.count[row];
            again[kept] = row;
            kept += count == 0;
            count += step;
            __builtin_prefetch(&block.rows[row * block.stride]);
        }
        counts.n_again += kept;
    }
    // Rows that are counted already.
    INLINE void note(const u32* rows, size_t n) {
        u32* again = counts.again.reserve(counts.n_again + n + 1) + counts.n_again;
        for (size_t i = 0; i < n; ++i) again[i] = rows[i];
        note_again(again, n, 1);
    }
    // Add the block's scores to totals[0 .. n_outputs), and anything to totals[n_outputs .. stride).
    STAGE void finish(double* totals) {
        if (counts.n_summed == 0 && counts.n_unique <= rows_at_once && !has_summed && block.stride <= 64)
            finish_few(counts.unique.data(), counts.n_unique, totals);
        else
            finish_long(totals);
        forget();
    }
    INLINE void forget() {
        u64* __restrict seen = counts.seen.data();
        for (size_t i = 0; i < counts.n_unique; ++i) seen[counts.unique[i] / 64] = 0;
        for (size_t i = 0; i < counts.n_touched; ++i) seen[counts.touched[i] / 64] = 0;
        counts.n_unique = counts.n_summed = counts.n_again = counts.n_touched = 0;
    }

    // A short text, all of whose distinct rows are in a list: the sums stay in registers.
    INLINE void finish_few(const u32* list, size_t n, double* totals) {
        each_width(block.stride, [&](auto width, size_t) { add_few<width>(list, n, totals); });
        counts.n_again = 0;
    }

    template <int V>
    INLINE void add_few(const u32* __restrict list, size_t n, double* __restrict totals) {
        const BlockPlan& plan = block.plan;
        const float* const rows = block.rows.data();
        Floats sum[V];
        for (int v = 0; v < V; ++v) sum[v] = Floats{};
        const auto add = [&](u32 at) __attribute__((always_inline)) {
            const Floats* row = reinterpret_cast<const Floats*>(rows + size_t(at) * (V * 8));
            for (int v = 0; v < V; ++v) sum[v] += row[v];
        };
        size_t i = 0;
        for (; i + 2 <= n; i += 2) add(list[i]), add(list[i + 1]);
        if (i < n) add(list[i]);
        double norm = 0;
        for (size_t i = 0; i < counts.n_again; ++i) {
            const u32 at = counts.again[i];
            const double term = term_of(plan, 1 + counts.count[at]);
            counts.count[at] = 0;
            const Floats* row = reinterpret_cast<const Floats*>(rows + size_t(at) * (V * 8));
            for (int v = 0; v < V; ++v) sum[v] += float(term - 1) * row[v];
            if (plan.norm == Norm::l2) norm += (term * term - term) * double(rows[size_t(at) * (V * 8) + plan.n_outputs]);
        }
        float out[V * 8];
        std::memcpy(out, sum, sizeof out);
        double factor = 1 / block.unit;
        if (plan.norm != Norm::none) {
            const double size = double(out[plan.n_outputs]) + norm;
            if (size > 0) factor = 1 / (plan.norm == Norm::l2 ? std::sqrt(size) : size);
        }
        for (int j = 0; j < V * 8; ++j) totals[j] += factor * double(out[j]);
    }

    void finish_long(double* totals) {
        const BlockPlan& plan = block.plan;
        flush();
        const size_t n = counts.n_again, stride = block.stride;
        if (n > 0) {
            float* factors = counts.factors.reserve(n);
            const float* rows = block.rows.data();
            double norm = 0;
            for (size_t i = 0; i < n; ++i) {
                const u32 row = counts.again[i];
                const int32_t count = counts.count[row];
                counts.count[row] = 0;
                const double term = term_of(plan, 1 + (count & (summed_once - 1))), summed = 1 + (count >> 20);
                factors[i] = float(term - summed);
                // The norm's column has been added `summed` times and will be, by this factor, term - summed times.
                norm += (term * term - term) * double(plan.norm == Norm::none ? 0.f : rows[row * stride + plan.n_outputs]);
            }
            const u32* list = counts.again.data();
            each_width(stride, [&](auto width, size_t column) { add_scaled_rows<width>(rows + column, stride, list, factors, n, sums + column); });
            if (plan.norm == Norm::l2) sums[plan.n_outputs] += norm;
        }
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
        counts.fit(b.n_rows, b.plan.analyzer == Analyzer::word);
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
        for (size_t i = 0; i < counts.n_unique; ++i) {
            const size_t column = block.column_of[counts.unique[i]];
            sorted[i] = u64(column) << 32 | counts.unique[i];
            __builtin_prefetch(&plan.scale[column]);
            __builtin_prefetch(plan.weights.at(column));
            __builtin_prefetch(plan.weights.at(column + 1) - 1);
        }
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
        double* const weights = scratch.weights.reserve(plan.n_outputs + 1);
        for (size_t i = 0; i < counts.n_unique; ++i) {
            double x = value(i);
            if (plan.norm != Norm::none && norm != 0) x /= norm;
            plan.weights.copy_row(sorted[i] >> 32, weights);
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
