#include "block.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "arena.hpp"
#include "prefetch.hpp"
#include "rows.hpp"

namespace stance {

double sublinear_of[n_logs];

namespace {

// Columns in some order.
struct Columns {
    u32* list;
    size_t n;
};

// A string of the caller, and its key.
struct Word {
    Key key;
    const u8* bytes;
    size_t size;
};

// `end` is the end of the buffer in which the string stands.
inline Word word_of(const u8* p, size_t n, const u8* end) {
    return {n <= short_key && end - p >= 16 ? short_key_of(p, n) : key_of(p, n), p, n};
}

// Numbers for distinct strings, in order of first sight.
class Numbering {
  public:
    Numbering(Arena& arena, size_t expected) : arena_(arena), words_(arena, expected) {
        size_t places = 16;
        while (places < expected * 2) places *= 2;
        make(places);
    }
    size_t size() const { return words_.size(); }
    const Word& operator[](size_t i) const { return words_[i]; }

    void prefetch(const Key& key) const { __builtin_prefetch(&places_[hash(key) & mask_]); }

    u32 number(const Word& word) {
        if (words_.size() * 2 > mask_) {
            make(2 * (mask_ + 1));
            for (u32 j = 0; j < words_.size(); ++j) {
                size_t i = hash(words_[j].key) & mask_;
                while (places_[i].number != none) i = (i + 1) & mask_;
                places_[i] = {words_[j].key, j};
            }
        }
        for (size_t i = hash(word.key) & mask_;; i = (i + 1) & mask_) {
            Place& place = places_[i];
            if (place.number == none) {
                place = {word.key, u32(words_.size())};
                words_.push_back(word);
                return place.number;
            }
            if (place.key.low != word.key.low || place.key.high != word.key.high) continue;
            if (!is_long(word.key)) return place.number;
            const Word& other = words_[place.number];
            if (other.size == word.size && std::memcmp(other.bytes, word.bytes, word.size) == 0) return place.number;
        }
    }

  private:
    struct Place {
        Key key;
        u32 number;
    };
    void make(size_t places) {
        places_ = arena_.take<Place>(places);
        std::fill_n(places_, places, Place{{0, 0}, none});
        mask_ = places - 1;
    }
    Arena& arena_;
    Place* places_;
    size_t mask_;
    Growing<Word> words_;
};

// A number that rises with the value: -0 as 0, NaN at an end.
inline u64 rank_of(double value) {
    u64 bits;
    value += 0.0;
    std::memcpy(&bits, &value, 8);
    return bits >> 63 ? ~bits : bits | 1ull << 63;
}

// Put the columns, which rise, in the order of their rows: by scale, which under idf puts the frequent ones together.
// There are as many values of it as numbers of documents that a term can be in, so they are counted.
void sort_by_scale(Arena& arena, const double* scale, Columns columns) {
    const auto lower = [&](u32 a, u32 b) { return rank_of(scale[a]) < rank_of(scale[b]); };
    if (std::is_sorted(columns.list, columns.list + columns.n, lower)) return;
    constexpr size_t n_places = 1 << 13, most_values = 1 << 12;
    struct Place {
        u64 rank;
        u32 value;
    };
    Place* const places = arena.take<Place>(n_places);
    std::fill_n(places, n_places, Place{0, none});
    u32* const value_of = arena.take<u32>(columns.n);
    std::vector<u64> ranks;  // of the distinct values
    for (size_t i = 0; i < columns.n && ranks.size() <= most_values; ++i) {
        const u64 rank = rank_of(scale[columns.list[i]]);
        size_t at = size_t(rank * 0x9E3779B97F4A7C15ull >> 51);
        while (places[at].value != none && places[at].rank != rank) at = (at + 1) & (n_places - 1);
        if (places[at].value == none) {
            places[at] = {rank, u32(ranks.size())};
            ranks.push_back(rank);
        }
        value_of[i] = places[at].value;
    }
    if (ranks.size() > most_values) {
        std::stable_sort(columns.list, columns.list + columns.n, lower);
        return;
    }
    std::vector<u32> rising(ranks.size()), begins(ranks.size());
    std::iota(rising.begin(), rising.end(), 0);
    std::sort(rising.begin(), rising.end(), [&](u32 a, u32 b) { return ranks[a] < ranks[b]; });
    for (size_t i = 0; i < columns.n; ++i) ++begins[value_of[i]];
    u32 begin = 0;
    for (const u32 value : rising) begin += std::exchange(begins[value], begin);
    u32* const unsorted = arena.take<u32>(columns.n);
    std::copy_n(columns.list, columns.n, unsorted);
    for (size_t i = 0; i < columns.n; ++i) columns.list[begins[value_of[i]]++] = unsorted[i];
}

Columns all_columns(Arena& arena, size_t n) {
    const Columns columns{arena.take<u32>(n), n};
    std::iota(columns.list, columns.list + n, 0);
    return columns;
}

// Bring `n` strings into the table, word(i) and value(i) of each; an empty one is in no text.
template <class WordOf, class Value>
void fill(StringTable& strings, size_t n, WordOf word, Value value) {
    strings.start(n);
    const auto ahead = [&](size_t i) { __builtin_prefetch(strings.buckets() + (hash(word(i).key) & strings.mask()), 1); };
    each_prefetched(n, ahead, [&](size_t i) {
        const Word w = word(i);
        if (w.size > 0) strings.add(w.key, w.bytes, w.size, value(i));
    });
}

// The same for pairs of numbers below `numbers`.
template <class PairOf, class Value>
void fill(PairTable& pairs, size_t n, size_t numbers, PairOf pair, Value value) {
    pairs.start(n, numbers);
    each_prefetched(n, [&](size_t i) { __builtin_prefetch(pairs.buckets() + pairs.slot(pair(i)), 1); },
                    [&](size_t i) { pairs.at(pair(i)) = value(i); });
}

void build_characters(Block& block, Arena& arena) {
    const Terms& terms = block.plan.vocabulary;
    const Columns columns = all_columns(arena, terms.n);
    sort_by_scale(arena, block.plan.scale, columns);
    const u8* const end = terms.data + terms.offsets[terms.n];
    const auto word = [&](size_t r) { return word_of(terms.begin(columns.list[r]), terms.size(columns.list[r]), end); };
    fill(block.strings, columns.n, word, [](size_t r) { return u32(r); });
    fold_rows(block, columns.list, columns.n);
}

// A bit for each space among `n` bytes, at most 64; 7 bytes may be read behind them.
inline u64 spaces_in(const u8* p, size_t n) {
    constexpr u64 ones = 0x0101010101010101, low = 0x7F * ones;
    u64 spaces = 0;
    for (size_t i = 0; i < n; i += 8) {
        const u64 other = load8(p + i) ^ 0x20 * ones;
        const u64 found = ~(((other & low) + low) | other | low);  // the high bit of each byte that is 0
        spaces |= ((found >> 7) * 0x0102040810204080 >> 56) << i;
    }
    return n < 64 ? spaces & ((1ull << n) - 1) : spaces;
}

// The number of words of an n-gram; 0 where one is empty, which no text has. `end`: of the buffer.
inline size_t count_words(const u8* p, size_t n, const u8* end) {
    if (n > 0 && n <= 64 && size_t(end - p) >= n + 7) {
        const u64 spaces = spaces_in(p, n);
        if (spaces == 0) return 1;
        if ((spaces | spaces >> (n - 1)) & 1 || spaces & spaces >> 1) return 0;
        return (spaces & (spaces - 1)) == 0 ? 2 : size_t(__builtin_popcountll(spaces)) + 1;
    }
    size_t words = 1;
    bool at_start = true;
    for (size_t i = 0; i < n; ++i) {
        const bool is_space = p[i] == ' ';
        if (is_space && at_start) return 0;
        words += is_space;
        at_start = is_space;
    }
    return at_start ? 0 : words;
}

// The words of the n-grams of two words and more, by number.
class Parts {
  public:
    Parts(Arena& arena, const Terms& terms, Numbering& words, size_t n_terms)
        : terms_(terms), words_(words), end_(terms.data + terms.offsets[terms.n]), parts_(arena, 2 * n_terms), begins_(arena, n_terms + 1),
          waiting_(arena, 2 * at_once) {}

    // The n-gram of column `c` comes next.
    void add(u32 c) {
        begins_.push_back(u32(parts_.size()));
        const u8 *p = terms_.begin(c), *const end = p + terms_.size(c);
        for (bool first = true; p <= end; first = false) {
            const void* const space = std::memchr(p, ' ', size_t(end - p));
            const u8* const q = space ? static_cast<const u8*>(space) : end;
            const u8* const begin = std::exchange(p, q + 1);
            const size_t n = size_t(q - begin);
            if (first && n == first_size_ && std::memcmp(begin, first_, n) == 0) {  // often so: vocabularies are sorted
                parts_.push_back(first_place_);
                continue;
            }
            waiting_.push_back(word_of(begin, n, end_));
            words_.prefetch(waiting_.back().key);
            parts_.push_back(u32(waiting_.size() - 1));
            if (first) first_ = begin, first_size_ = n, first_place_ = parts_.back();
        }
        if (waiting_.size() >= at_once) take();
    }
    void finish() {
        take();
        begins_.push_back(u32(parts_.size()));
    }
    // Of the n-gram that came as number `i`.
    const u32* begin(size_t i) const { return parts_.data() + begins_[i]; }
    size_t size(size_t i) const { return begins_[i + 1] - begins_[i]; }
    size_t total() const { return parts_.size(); }

  private:
    static constexpr size_t at_once = 64;

    // Give the words that wait their numbers.
    void take() {
        numbers_.resize(waiting_.size());
        for (size_t i = 0; i < waiting_.size(); ++i) numbers_[i] = words_.number(waiting_[i]);
        for (; taken_ < parts_.size(); ++taken_) parts_[taken_] = numbers_[parts_[taken_]];
        waiting_.clear();
        first_size_ = 0;
    }

    const Terms& terms_;
    Numbering& words_;
    const u8* end_;
    Growing<u32> parts_, begins_;  // parts: first the place of a word in `waiting_`, then its number
    Growing<Word> waiting_;
    std::vector<u32> numbers_;
    size_t taken_ = 0;
    const u8* first_ = nullptr;
    size_t first_size_ = 0;
    u32 first_place_ = 0;
};

// Pairs of the n-grams of three words and more: each is what comes before its last word, and that word.
void chain(Block& block, const Parts& parts, const u32* longer, size_t n_longer, u32 first_row) {
    for (size_t i = 0; i < n_longer; ++i) {
        const u32* const part = parts.begin(longer[i]);
        const size_t n = parts.size(longer[i]);
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
        block.gram_row[gram - block.n_words] = first_row + u32(i);
    }
}

// Flags of words that are in no pair, until one turns up.
constexpr u8 in_no_pair = word_value::never_starts | word_value::never_follows | word_value::not_stop;

void build_words(Block& block, Arena& arena) {
    using namespace word_value;
    const BlockPlan& plan = block.plan;
    const Terms& terms = plan.vocabulary;
    const size_t n_terms = plan.has_vocabulary ? plan.n_columns : 0;
    const u8* const end = n_terms ? terms.data + terms.offsets[n_terms] : nullptr;
    Columns columns{arena.take<u32>(n_terms), 0};               // those that a text can have
    u32* const number_among_longer = arena.take<u32>(n_terms);  // none: one word
    size_t n_longer = 0;
    for (size_t c = 0; c < n_terms; ++c) {
        const size_t n_words = count_words(terms.begin(c), terms.size(c), end);
        if (n_words < size_t(plan.low) || n_words > size_t(plan.high)) continue;  // low is 1 or more
        columns.list[columns.n++] = u32(c);
        number_among_longer[c] = n_words > 1 ? u32(n_longer++) : none;
    }
    const size_t n_single = columns.n - n_longer;
    block.n_word_rows = u32(n_single);

    Numbering words(arena, n_single + plan.stop_words.n + n_longer / 8 + 1);
    static const int64_t no_offsets[1] = {0};
    const Terms none_at_all{nullptr, no_offsets, 0};
    Parts parts(arena, n_terms ? terms : none_at_all, words, n_longer);
    u32* const longer_columns = arena.take<u32>(n_longer);
    for (size_t i = 0, n = 0; i < columns.n; ++i)
        if (number_among_longer[columns.list[i]] != none) longer_columns[n++] = columns.list[i];

    sort_by_scale(arena, plan.scale, columns);
    u32* const longer = arena.take<u32>(n_longer);  // in the order of rows: which of `parts`
    for (size_t i = 0, single = 0, n = 0; i < columns.n; ++i) {
        const u32 c = columns.list[i];
        if (number_among_longer[c] == none)
            columns.list[single++] = c;
        else
            longer[n++] = number_among_longer[c];
    }
    for (size_t i = 0; i < n_longer; ++i) columns.list[n_single + i] = longer_columns[longer[i]];

    // Words with a column of their own have its row as their number; the others come behind them.
    Word* const single = arena.take<Word>(n_single);
    const auto term = [&](size_t r) { return terms.begin(columns.list[r]); };
    each_prefetched(n_single, [&](size_t r) { __builtin_prefetch(term(r)); },
                    [&](size_t r) { single[r] = word_of(term(r), terms.size(columns.list[r]), end); });
    each_prefetched(n_single, [&](size_t r) { words.prefetch(single[r].key); }, [&](size_t r) { words.number(single[r]); });
    std::vector<u32> stops;
    for (size_t i = 0; i < plan.stop_words.n; ++i) {
        const u8* const p = plan.stop_words.begin(i);
        const size_t n = plan.stop_words.size(i);
        if (n > 0) stops.push_back(words.number(word_of(p, n, p + n)));
    }
    for (size_t i = 0; i < n_longer; ++i) parts.add(longer_columns[i]);
    parts.finish();
    block.n_words = u32(words.size());

    std::vector<u8> flags(words.size(), in_no_pair);
    for (const u32 word : stops) flags[word] &= u8(~not_stop);
    for (size_t i = 0; i < n_longer; ++i) {
        const u32* const part = parts.begin(i);
        flags[part[0]] &= u8(~never_starts);
        for (size_t j = 1; j < parts.size(i); ++j) flags[part[j]] &= u8(~never_follows);
    }

    if (plan.high >= 3) {
        block.pairs.start(parts.total(), words.size() + parts.total());  // each n-gram brings at most its prefixes
        chain(block, parts, longer, n_longer, u32(n_single));
    } else {
        u64* const pairs = arena.take<u64>(n_longer);
        each_prefetched(n_longer, [&](size_t i) { __builtin_prefetch(parts.begin(longer[i])); },
                        [&](size_t i) { pairs[i] = pair_of(parts.begin(longer[i])[0], parts.begin(longer[i])[1]); });
        fill(block.pairs, n_longer, words.size(), [&](size_t i) { return pairs[i]; }, [&](size_t i) { return u32(n_single + i); });
    }
    fill(block.strings, words.size(), [&](size_t i) { return words[i]; },
         [&](size_t i) { return u32(i) << number_shift | flags[i]; });
    if (plan.has_vocabulary) fold_rows(block, columns.list, columns.n);
}

// A vocabulary of words and pairs of them by number, columns in the order of rows.
void build_pairs(Block& block, Arena& arena) {
    using namespace word_value;
    const BlockPlan& plan = block.plan;
    const Terms& words = plan.vocabulary;
    const Pairs& pairs = plan.pairs;
    block.n_words = u32(words.n);
    block.n_word_rows = u32(pairs.n_single);
    std::vector<u8> flags(words.n, in_no_pair);
    for (size_t i = 0; i < pairs.n; ++i) {
        flags[pairs.data[2 * i]] &= u8(~never_starts);
        flags[pairs.data[2 * i + 1]] &= u8(~never_follows);
    }
    fill(block.pairs, pairs.n, words.n, [&](size_t i) { return pairs[i]; }, [&](size_t i) { return u32(pairs.n_single + i); });
    const u8* const end = words.data + words.offsets[words.n];
    fill(block.strings, words.n, [&](size_t i) { return word_of(words.begin(i), words.size(i), end); },
         [&](size_t i) { return u32(i) << number_shift | flags[i]; });
    fold_rows(block, all_columns(arena, plan.n_columns).list, plan.n_columns);
}

}  // namespace

void build(Block& block, const BlockPlan& plan) {
    block.plan = plan;
    Arena arena;
    if (plan.pairs.data) {
        build_pairs(block, arena);
    } else if (plan.analyzer == Analyzer::word) {
        build_words(block, arena);
    } else if (plan.has_vocabulary) {
        build_characters(block, arena);
    }
    if (!plan.has_vocabulary) fold_rows(block, all_columns(arena, plan.n_columns).list, plan.n_columns);
}

}  // namespace stance
