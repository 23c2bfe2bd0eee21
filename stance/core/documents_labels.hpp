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
    std::vector<double> sentence_error, view_error;
    // What phrases that are counted without a norm add: the error for one, times the square of how many there may be in a
    // sentence of so many characters.
    std::vector<double> phrase_error;
    std::vector<u32> phrases_in;
    double phrases_squared(size_t length) const {
        if (phrases_in.empty()) return 0;
        const double n = phrases_in[std::min(length, phrases_in.size() - 1)];
        return n * n;
    }
    size_t n_outputs() const { return n_claims + n_roles + n_voices; }
};

class Labels {
  public:
    explicit Labels(const LabelRules& rules) : rules_(rules), roles_(rules.role_coef, rules.role_intercept), voices_(rules.voice_coef, rules.voice_intercept) {
        for (size_t j = 0; j < rules.n_claims; ++j) {
            const double t = rules.thresholds[j];
            bars_.push_back(std::log(t) - std::log1p(-t));
        }
        roles_.set_error(rules.sentence_error.data() + rules.n_claims, rules.phrase_error.data() + rules.n_claims);
        voices_.set_error(rules.sentence_error.data() + rules.n_claims + rules.n_roles, rules.phrase_error.data() + rules.n_claims + rules.n_roles);
        for (const double e : rules.view_error) view_error_ = std::max(view_error_, e);
    }

    // Where the probabilities and labels of one sentence go.
    struct Place {
        double *claims, *roles, *voice;
        bool *given, *attributed;
        int64_t* role;
    };

    // The labels of one sentence from its scores and its neighbours' (null: none). `phrases` is phrases_squared(), of the
    // longest of the three. Gives back doubts: about what the sentence says alone, and what its neighbours have a say in.
    enum Doubt : u8 { sure = 0, own = 1, context = 2 };
    u8 sentence(const double* before, const double* scores, const double* after, double phrases, const Place& place) {
        u8 doubt = sure;
        given_.clear();
        for (size_t j = 0; j < rules_.n_claims; ++j) {
            const double z = rules_.slopes[j] * scores[j] + rules_.offsets[j];
            const double error = std::fabs(rules_.slopes[j]) * (rules_.sentence_error[j] + phrases * rules_.phrase_error[j]) + slack * (1 + std::fabs(z));
            place.claims[j] = expit(z);
            place.given[j] = place.claims[j] >= rules_.thresholds[j];
            if (std::fabs(z - bars_[j]) <= error) doubt |= own;
            if (place.given[j]) {
                // they stand in the order of their probabilities
                for (const auto& other : given_)
                    if (std::fabs(z - other.first) <= error + other.second) doubt |= own;
                given_.push_back({z, error});
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
                if (r != best && roles[best] - roles[r] <= roles_.error(best, phrases) + roles_.error(r, phrases)) doubt |= context;
            softmax(roles, n);
            *place.role = int64_t(best);
        }
        *place.voice = 0;
        *place.attributed = false;
        if (rules_.n_voices) {
            voice_.resize(rules_.n_voices);
            voices_.logits(from(before, behind), scores + behind, from(after, behind), voice_.data());
            softmax(voice_.data(), rules_.n_voices);
            *place.voice = rules_.n_voices > 1 ? voice_[1] : 0;
            *place.attributed = *place.voice >= rules_.voice_threshold;
            // the slope of a softmax in one of its inputs is at most 1/4; two of them move
            if (std::fabs(*place.voice - rules_.voice_threshold) <= 0.5 * voices_.largest_error(phrases)) doubt |= context;
        }
        return doubt;
    }

    // Probabilities of the stances from their scores, in place, and the stance; whether float32 leaves a doubt about it.
    bool stance(double* values, int64_t& given) const {
        const size_t n = rules_.n_stances;
        softmax(values, n);
        size_t best = 0;
        for (size_t j = 1; j < n; ++j)
            if (values[j] * rules_.stance_bias[j] > values[best] * rules_.stance_bias[best]) best = j;
        given = int64_t(best);
        const double error = 0.5 * view_error_ + slack;
        for (size_t j = 0; j < n; ++j)
            if (j != best && values[best] * rules_.stance_bias[best] - values[j] * rules_.stance_bias[j] <=
                                 error * (std::fabs(rules_.stance_bias[best]) + std::fabs(rules_.stance_bias[j])))
                return true;
        return false;
    }

  private:
    static constexpr double slack = 1e-9;  // for the last bits of float64 itself

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
        Context(const std::vector<double>& coef, const std::vector<double>& intercept) : n_(intercept.size()), columns_(coef.size()), intercept_(intercept), error_(n_), phrase_error_(n_) {
            const size_t width = 3 * n_ + 2;
            for (size_t r = 0; r < n_; ++r)
                for (size_t j = 0; j < width; ++j) columns_[j * n_ + r] = coef[r * width + j];
        }
        void set_error(const double* of_scores, const double* of_phrases) {
            for (size_t r = 0; r < n_; ++r) {
                for (size_t j = 0; j < 3 * n_; ++j) {
                    error_[r] += std::fabs(columns_[j * n_ + r]) * of_scores[j % n_];
                    phrase_error_[r] += std::fabs(columns_[j * n_ + r]) * of_phrases[j % n_];
                }
                error_[r] += slack;
                largest_ = std::max(largest_, error_[r]);
                largest_phrase_ = std::max(largest_phrase_, phrase_error_[r]);
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
        double error(size_t r, double phrases) const { return error_[r] + phrases * phrase_error_[r]; }
        double largest_error(double phrases) const { return largest_ + phrases * largest_phrase_; }

      private:
        void add(const double* scores, size_t column, double* out) const {
            for (size_t j = 0; j < n_; ++j)
                for (size_t r = 0; r < n_; ++r) out[r] += scores[j] * columns_[(column + j) * n_ + r];
        }
        size_t n_;
        std::vector<double> columns_, intercept_, error_, phrase_error_;
        double largest_ = 0, largest_phrase_ = 0;
    };

    const LabelRules& rules_;
    Context roles_, voices_;
    std::vector<double> bars_;  // log-odds of the thresholds
    double view_error_ = 0;
    std::vector<std::pair<double, double>> given_;
    std::vector<double> voice_;
};

}  // namespace stance
