// Scores → probabilities (stance/model/parameters.py), and which rows float32 leaves in doubt about a label.
#pragma once
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "utf8.hpp"

namespace stance {

// The arrays of a model's Calibration, and the largest error of each float32 score.
struct LabelRules {
    size_t n_claims = 0, n_roles = 0, n_voices = 0, n_stances = 0;
    std::vector<double> slopes, offsets, thresholds;
    std::vector<double> role_coef, role_intercept, voice_coef, voice_intercept;  // coef: (n, 3 n + 2)
    double voice_threshold = 1;
    std::vector<double> stance_bias;
    // How far float32 scores may be off, by the length of the text: row r is for texts shorter than lengths[r].
    std::vector<size_t> lengths;
    std::vector<double> sentence_error, view_error;  // (n_lengths, n_outputs), (n_lengths, n_stances)
    // The row for a text; n_lengths: float32 is not to be relied on.
    size_t row_of(size_t length) const { return size_t(std::upper_bound(lengths.begin(), lengths.end(), length) - lengths.begin()); }
    size_t n_outputs() const { return n_claims + n_roles + n_voices; }
};

class Labels {
  public:
    explicit Labels(const LabelRules& rules)
        : rules_(rules), roles_(rules.role_coef, rules.role_intercept), voices_(rules.voice_coef, rules.voice_intercept), voice_bar_(bar(rules.voice_threshold)) {
        for (size_t j = 0; j < rules.n_claims; ++j) bars_.push_back(bar(rules.thresholds[j]));
        for (const double bias : rules.stance_bias) stance_bars_.push_back(std::log(bias));
        for (size_t row = 0; row < rules.lengths.size(); ++row) {
            const double* const error = rules.sentence_error.data() + row * rules.n_outputs();
            roles_.add_error(error + rules.n_claims);
            voices_.add_error(error + rules.n_claims + rules.n_roles);
        }
    }

    // What a thread works with.
    struct Scratch {
        std::vector<std::pair<double, double>> given;
        std::vector<double> scores;
    };

    // Where the probabilities and labels of one sentence go.
    struct Place {
        double *claims, *roles, *voice;
        bool *given, *attributed;
        int64_t* role;
    };

    // The labels of one sentence from its scores and its neighbours' (null: none). `row` and `row_around` say how far
    // they may be off: row_of() the sentence, and the longest of the three; n_lengths: they are exact. Gives back doubts:
    // about what the sentence says alone, and what its neighbours have a say in.
    enum Doubt : u8 { sure = 0, own = 1, context = 2 };
    u8 sentence(const double* before, const double* scores, const double* after, size_t row, size_t row_around, const Place& place, Scratch& scratch) const {
        u8 doubt = sure;
        const double* const errors = row < rules_.lengths.size() ? rules_.sentence_error.data() + row * rules_.n_outputs() : nullptr;
        scratch.given.clear();
        for (size_t j = 0; j < rules_.n_claims; ++j) {
            const double z = rules_.slopes[j] * scores[j] + rules_.offsets[j];
            const double error = (errors ? std::fabs(rules_.slopes[j]) * errors[j] : 0) + slack * (1 + std::fabs(z));
            place.claims[j] = expit(z);
            place.given[j] = place.claims[j] >= rules_.thresholds[j];
            if (std::fabs(z - bars_[j]) <= error) doubt |= own;
            if (place.given[j]) {
                // they stand in the order of their probabilities
                for (const auto& other : scratch.given)
                    if (std::fabs(z - other.first) <= error + other.second) doubt |= own;
                scratch.given.push_back({z, error});
            }
        }
        const size_t at = rules_.n_claims, behind = at + rules_.n_roles, n = rules_.n_roles;
        const auto from = [](const double* p, size_t k) { return p ? p + k : nullptr; };
        *place.role = 0;
        if (n) {
            double* const roles = place.roles;
            roles_.logits(from(before, at), scores + at, from(after, at), roles);
            const size_t best = size_t(std::max_element(roles, roles + n) - roles);
            for (size_t r = 0; r < n; ++r)
                if (r != best && roles[best] - roles[r] <= roles_.error(best, r, row_around)) doubt |= context;
            softmax(roles, n);
            *place.role = int64_t(best);
        }
        *place.voice = 0;
        *place.attributed = false;
        if (rules_.n_voices) {
            double logits[2];
            voices_.logits(from(before, behind), scores + behind, from(after, behind), logits);
            if (std::fabs(logits[1] - logits[0] - voice_bar_) <= voices_.error(1, 0, row_around)) doubt |= context;
            softmax(logits, 2);
            *place.voice = logits[1];
            *place.attributed = logits[1] >= rules_.voice_threshold;
        }
        return doubt;
    }

    // Probabilities of the stances from their scores, in place, and the stance; whether `row` leaves a doubt about it.
    bool stance(double* values, size_t row, int64_t& given, Scratch& scratch) const {
        const size_t n = rules_.n_stances;
        const double* const errors = row < rules_.lengths.size() ? rules_.view_error.data() + row * n : nullptr;
        scratch.scores.assign(values, values + n);
        const double* const scores = scratch.scores.data();
        softmax(values, n);
        size_t best = 0;
        for (size_t j = 1; j < n; ++j)
            if (values[j] * rules_.stance_bias[j] > values[best] * rules_.stance_bias[best]) best = j;
        given = int64_t(best);
        bool doubt = false;
        for (size_t j = 0; j < n; ++j) {
            if (j == best) continue;
            const double lead = scores[best] + stance_bars_[best] - scores[j] - stance_bars_[j];
            doubt |= !(lead > slack + (errors ? errors[best] + errors[j] : 0));
        }
        return doubt;
    }

  private:
    static constexpr double slack = 1e-9;  // for the last bits of float64 itself

    static double bar(double threshold) { return std::log(threshold) - std::log1p(-threshold); }

    static double expit(double x) {
        const double small = std::exp(-std::fabs(x));
        return x >= 0 ? 1 / (1 + small) : small / (1 + small);
    }

    static void softmax(double* x, size_t n) {
        double largest = x[0], total = 0;
        for (size_t i = 1; i < n; ++i) largest = std::max(largest, x[i]);
        for (size_t i = 0; i < n; ++i) total += x[i] = std::exp(x[i] - largest);
        for (size_t i = 0; i < n; ++i) x[i] /= total;
    }

    // [own, before, after, has before, has after] times a matrix, column by column.
    class Context {
      public:
        Context(const std::vector<double>& coef, const std::vector<double>& intercept) : n_(intercept.size()), columns_(coef.size()), intercept_(intercept) {
            const size_t width = 3 * n_ + 2;
            for (size_t r = 0; r < n_; ++r)
                for (size_t j = 0; j < width; ++j) columns_[j * n_ + r] = coef[r * width + j];
        }
        // The next row: how far the difference of two of them may be off.
        void add_error(const double* of_scores) {
            for (size_t r = 0; r < n_; ++r)
                for (size_t q = 0; q < n_; ++q) {
                    double error = slack;
                    for (size_t j = 0; j < 3 * n_; ++j) error += std::fabs(columns_[j * n_ + r] - columns_[j * n_ + q]) * of_scores[j % n_];
                    errors_.push_back(error);
                }
        }
        void logits(const double* before, const double* own, const double* after, double* out) const {
            for (size_t r = 0; r < n_; ++r) out[r] = intercept_[r];
            add(own, 0, out);
            if (before) add(before, n_, out);
            if (after) add(after, 2 * n_, out);
            for (size_t r = 0; r < n_; ++r) {
                if (before) out[r] += columns_[3 * n_ * n_ + r];
                if (after) out[r] += columns_[(3 * n_ + 1) * n_ + r];
            }
        }
        double error(size_t r, size_t q, size_t row) const {
            const size_t at = (row * n_ + r) * n_ + q;
            return at < errors_.size() ? errors_[at] : slack;
        }

      private:
        void add(const double* scores, size_t column, double* out) const {
            for (size_t j = 0; j < n_; ++j)
                for (size_t r = 0; r < n_; ++r) out[r] += scores[j] * columns_[(column + j) * n_ + r];
        }
        size_t n_;
        std::vector<double> columns_, intercept_, errors_;
    };

    const LabelRules& rules_;
    Context roles_, voices_;
    const double voice_bar_;
    std::vector<double> bars_, stance_bars_;  // log-odds of the thresholds; logarithms of the factors
};

}  // namespace stance
