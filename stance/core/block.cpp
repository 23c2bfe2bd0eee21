#include "block.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stance {

double sublinear_of[n_logs];

namespace {

// Numbers for distinct strings, in order of first sight. The strings belong to the caller.
class Numbering {
  public:
    explicit Numbering(size_t expected) {
        size_t places = 16;
        while (places < expected * 2) places *= 2;
        slots_.assign(places, none);
    }
    size_t size() const { return strings_.size(); }
    std::pair<const u8*, size_t> operator[](size_t i) const { return strings_[i]; }

    u32 number(const u8* p, size_t n) {
        if (strings_.size() * 2 >= slots_.size()) grow();
        const Key key = key_of(p, n);
        for (size_t i = hash(key) & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
            if (slots_[i] == none) {
                slots_[i] = u32(strings_.size());
                strings_.emplace_back(p, n);
                keys_.push_back(key);
                return slots_[i];
            }
            const u32 j = slots_[i];
            if (keys_[j].low == key.low && keys_[j].high == key.high && strings_[j].second == n &&
                std::memcmp(strings_[j].first, p, n) == 0)
                return j;
        }
    }

  private:
    void grow() {
        slots_.assign(slots_.size() * 2, none);
        for (u32 j = 0; j < keys_.size(); ++j) {
            size_t i = hash(keys_[j]) & (slots_.size() - 1);
            while (slots_[i] != none) i = (i + 1) & (slots_.size() - 1);
            slots_[i] = j;
        }
    }
    std::vector<u32> slots_;
    std::vector<std::pair<const u8*, size_t>> strings_;
    std::vector<Key> keys_;
};

// The columns in the order of their rows: those of one word first, then by scale, which under idf puts the frequent
// ones together.
std::vector<u32> order_of_rows(const BlockPlan& plan, const std::vector<u32>& first_columns) {
    std::vector<u32> order(first_columns);
    std::stable_sort(order.begin(), order.end(), [&](u32 a, u32 b) { return plan.scale[a] < plan.scale[b]; });
    return order;
}

void fold_rows(Block& block, const std::vector<u32>& columns) {
    const BlockPlan& plan = block.plan;
    const size_t n_outputs = plan.n_outputs;
    block.n_rows = columns.size();
    block.stride = (n_outputs + (plan.norm != Norm::none) + 7) / 8 * 8;
    double largest = 0;
    for (size_t c = 0; c < plan.n_columns; ++c) largest = std::max(largest, std::fabs(plan.scale[c]));
    if (plan.norm != Norm::none && largest > 0 && std::isfinite(largest)) block.unit = std::exp2(-std::ilogb(largest));
    block.column_of.reserve(columns.size());
    float* row = block.rows.reserve(std::max<size_t>(1, columns.size() * block.stride));
    for (size_t r = 0; r < columns.size(); ++r, row += block.stride) {
        const u32 column = columns[r];
        block.column_of[r] = column;
        const double scale = plan.scale[column] * block.unit;
        const double* weights = plan.weights + size_t(column) * n_outputs;
        for (size_t j = 0; j < n_outputs; ++j) row[j] = float(scale * weights[j]);
        for (size_t j = n_outputs; j < block.stride; ++j) row[j] = 0;
        if (plan.norm == Norm::l2) row[n_outputs] = float(scale * scale);
        if (plan.norm == Norm::l1) row[n_outputs] = float(std::fabs(scale));
    }
}

void build_characters(Block& block) {
    const BlockPlan& plan = block.plan;
    std::vector<u32> columns(plan.n_columns);
    std::iota(columns.begin(), columns.end(), 0);
    columns = order_of_rows(plan, columns);
    block.strings.start(columns.size());
    for (size_t r = 0; r < columns.size(); ++r)
        if (plan.vocabulary.size(columns[r]) > 0)
            block.strings.add(plan.vocabulary.begin(columns[r]), plan.vocabulary.size(columns[r]), u32(r));
    fold_rows(block, columns);
}

void build_words(Block& block) {
    using namespace word_value;
    const BlockPlan& plan = block.plan;
    const Terms& terms = plan.vocabulary;
    std::vector<u32> single, longer, columns;  // columns by their number of words; those out of range are never seen
    std::vector<u8> n_parts(plan.has_vocabulary ? plan.n_columns : 0);
    for (size_t c = 0; c < n_parts.size(); ++c) {
        const u8* p = terms.begin(c);
        const size_t size = terms.size(c);
        const size_t parts = 1 + size_t(std::count(p, p + size, u8(' ')));
        const bool empty_part = size == 0 || p[0] == ' ' || p[size - 1] == ' ' ||
                                std::search_n(p, p + size, 2, u8(' ')) != p + size;
        if (empty_part || parts < size_t(plan.low) || parts > size_t(plan.high)) continue;
        (parts == 1 ? single : longer).push_back(u32(c));
    }
    single = order_of_rows(plan, single);
    longer = order_of_rows(plan, longer);
    columns = single;
    columns.insert(columns.end(), longer.begin(), longer.end());
    block.n_word_rows = u32(single.size());

    Numbering words(single.size() + longer.size() / 2 + plan.stop_words.n + 1);
    for (const u32 c : single) words.number(terms.begin(c), terms.size(c));
    constexpr u32 nothing = never_starts | never_follows | not_stop;
    std::vector<u32> flags(words.size(), nothing);
    const auto word = [&](const u8* p, size_t n) {
        const u32 number = words.number(p, n);
        if (number >= flags.size()) flags.push_back(nothing);
        return number;
    };
    for (size_t i = 0; i < plan.stop_words.n; ++i)
        if (plan.stop_words.size(i) > 0) flags[word(plan.stop_words.begin(i), plan.stop_words.size(i))] &= ~not_stop;

    const bool chains = plan.high >= 3;
    std::vector<u32> parts_of_longer, begin_of_longer;
    for (const u32 c : longer) {
        begin_of_longer.push_back(u32(parts_of_longer.size()));
        const u8 *p = terms.begin(c), *end = p + terms.size(c);
        for (bool first = true; p <= end; first = false) {
            const u8* q = std::find(p, end, u8(' '));
            const u32 number = word(p, size_t(q - p));
            flags[number] &= ~(first ? never_starts : never_follows);
            parts_of_longer.push_back(number);
            p = q + 1;
        }
    }
    begin_of_longer.push_back(u32(parts_of_longer.size()));
    block.n_words = u32(words.size());

    size_t n_pairs = longer.size();
    if (chains) n_pairs = parts_of_longer.size();  // each n-gram brings at most its prefixes
    block.pairs.start(n_pairs);
    for (size_t i = 0; i < longer.size(); ++i) {
        const u32 row = u32(single.size() + i);
        const u32* part = parts_of_longer.data() + begin_of_longer[i];
        const size_t n = begin_of_longer[i + 1] - begin_of_longer[i];
        if (!chains) {
            block.pairs.at(pair_of(part[0], part[1])) = row;
            continue;
        }
        u32 gram = part[0];
        for (size_t j = 1; j < n; ++j) {
            if (j > 1) block.gram_starts[gram - block.n_words] = true;
            u32& longer_gram = block.pairs.at(pair_of(gram, part[j]));
            if (longer_gram == none) {
                longer_gram = block.n_words + u32(block.gram_row.size());
                block.gram_row.push_back(none);
                block.gram_starts.push_back(false);
            }
            gram = longer_gram;
        }
        block.gram_row[gram - block.n_words] = row;
    }

    block.strings.start(words.size());
    for (size_t i = 0; i < words.size(); ++i)
        block.strings.add(words[i].first, words[i].second, u32(i) << number_shift | flags[i]);
    if (plan.has_vocabulary) fold_rows(block, columns);
}

}  // namespace

void build(Block& block, const BlockPlan& plan) {
    block.plan = plan;
    if (plan.analyzer == Analyzer::word) {
        build_words(block);
    } else if (plan.has_vocabulary) {
        build_characters(block);
    }
    if (!plan.has_vocabulary) {
        std::vector<u32> columns(plan.n_columns);
        std::iota(columns.begin(), columns.end(), 0);
        fold_rows(block, columns);
    }
}

}  // namespace stance
