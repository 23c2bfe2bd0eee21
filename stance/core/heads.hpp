// Scores → probabilities and choices, by the rules of linear classifiers (stance/compiled/heads.py).
#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace stance {

enum class Rule {
    softmax,        // exp(score) over its sum
    sigmoid,        // of one score: that of the second of two classes
    sigmoids,       // each for itself
    shares,         // over their sum; as they are where it is 0
    equal_shares,   // over their sum; equal where it is 0
};

// Columns [start, stop) of the scores.
struct Head {
    Rule rule;
    size_t start, stop;
    size_t width() const { return rule == Rule::sigmoid ? 2 : stop - start; }
};

inline double expit(double x) {
    const double small = std::exp(-std::fabs(x));
    return (x >= 0 ? 1.0 : small) / (1.0 + small);
}

// A row of head.width() probabilities.
template <class Score>
void probabilities(const Head& head, const Score* scores, double* out) {
    const size_t n = head.stop - head.start;
    scores += head.start;
    if (head.rule == Rule::softmax) {
        double largest = double(scores[0]), total = 0;
        for (size_t j = 1; j < n; ++j) largest = double(scores[j]) > largest ? double(scores[j]) : largest;
        for (size_t j = 0; j < n; ++j) total += out[j] = std::exp(double(scores[j]) - largest);
        for (size_t j = 0; j < n; ++j) out[j] /= total;
        return;
    }
    if (head.rule == Rule::sigmoid) {
        out[1] = expit(double(scores[0]));
        out[0] = 1 - out[1];
        return;
    }
    double total = 0;
    for (size_t j = 0; j < n; ++j) total += out[j] = expit(double(scores[j]));
    if (head.rule == Rule::sigmoids) return;
    if (total == 0 && head.rule == Rule::equal_shares)
        for (size_t j = 0; j < n; ++j) out[j] = 1.0 / double(n);
    else if (total != 0)
        for (size_t j = 0; j < n; ++j) out[j] /= total;
}

// The place of the largest of a row, the first of equals, or of the first NaN.
inline int64_t largest_of(const double* scores, size_t n) {
    size_t best = 0;
    for (size_t j = 1; j < n && scores[best] == scores[best]; ++j)
        if (!(scores[j] <= scores[best])) best = j;
    return int64_t(best);
}

}  // namespace stance
