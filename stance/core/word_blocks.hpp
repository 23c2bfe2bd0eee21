// The scores of a block of texts by words and pairs of words, in float32: every stage is one loop over many words that
// fetches ahead what the next one reads. Part of the kernel: included once for each set of instructions.

struct WordBlockScorer {
    // The tokens of one text end at `tokens` in the block's lists, its words at `words` in scratch.words. Its rows stand
    // from 2 * (the tokens before it) on: of words and then of pairs; so do, elsewhere, rows that come again.
    struct Part {
        size_t tokens = 0, words = 0, n_rows = 0, n_again = 0;
        bool pairs_again = false;  // two words seen before stood side by side: a pair may have come twice
    };
    static constexpr size_t few_tokens = rows_at_once / 2;

    const Block& block;
    Counts& counts;
    Scratch& scratch;
    FloatSums sums;

    WordBlockScorer(const Block& b, Counts& c, Scratch& s) : block(b), counts(c), scratch(s), sums(b, c, s) {}

    // Texts longer than `long_text` are left out.
    void score(const CleanTexts& texts, size_t n_texts, double* totals, size_t stride_of_totals) {
        Part parts[texts_at_once + 1];
        size_t ends[texts_at_once];
        const size_t n = tokens_of_texts(texts, n_texts, block.plan.tokens, ends, scratch);
        for (size_t t = 0; t < n_texts; ++t) parts[t + 1].tokens = ends[t];
        keys_of_tokens(block.strings, texts.bytes.data(), n, scratch);
        scratch.rows.reserve(2 * n + 1);
        scratch.again.reserve(2 * n + 1);
        scratch.words.reserve(n + n_texts + 1);
        for (size_t t = 0; t < n_texts; ++t) block.plan.has_stop_words ? look_up<true>(texts, parts[t], parts[t + 1]) : look_up<false>(texts, parts[t], parts[t + 1]);
        if (block.plan.high == 2) block.pairs.narrow() ? add_pairs<true>(parts, n_texts) : add_pairs<false>(parts, n_texts);
        for (size_t t = 0; t < n_texts; ++t)
            if (texts.size[t] <= long_text) add_up(parts[t], parts[t + 1], totals + t * stride_of_totals);
    }

    // A text's words behind a place that is no word, the rows of those seen first, and of those seen again.
    template <bool has_stops>
    STAGE void look_up(const CleanTexts& texts, const Part& from, Part& to) {
        using namespace word_value;
        u32* __restrict words = scratch.words.data() + from.words;
        u32* const first_row = scratch.rows.data() + 2 * from.tokens;
        u32* const first_again = scratch.again.data() + 2 * from.tokens;
        u32 *__restrict rows = first_row, *__restrict again = first_again;
        u16* __restrict last_text = counts.last_text.data();
        const u16 text = counts.next_text();
        const u32 n_word_rows = block.n_word_rows, row_of_zeros = u32(block.n_rows);
        const char* const weights = reinterpret_cast<const char*>(block.rows.data());
        const size_t row_size = block.stride * sizeof(float);
        *words++ = no_word;
        u64 known_words = 0;  // one bit each, of the last 64
        const Lookup* const end = scratch.lookups.data() + to.tokens;
        for (const Lookup* l = scratch.lookups.data() + from.tokens; l < end; ++l) {
            u32 value = value_in(*l->bucket, l->key);
            if (__builtin_expect(is_open(value), 0)) value = find_far(*l, texts);
            if (has_stops && !(value & not_stop)) continue;
            const u32 word = value >> number_shift;
            *words++ = word;
            const u32 row = word < n_word_rows ? word : row_of_zeros;
            u32 known = last_text[row] == text;
            asm("" : "+r"(known));  // one comparison is enough
            last_text[row] = text;
            *rows = *again = row;
            rows += known ^ 1;
            again += known;
            known_words = 2 * known_words + known;
            const char* const values = weights + row * row_size;
            __builtin_prefetch(values);
            __builtin_prefetch(values + 64);
        }
        to.words = size_t(words - scratch.words.data());
        to.n_rows = size_t(rows - first_row);
        to.n_again = size_t(again - first_again);
        to.pairs_again = known_words & known_words >> 1;
    }

    __attribute__((noinline)) u32 find_far(const Lookup& l, const CleanTexts& texts) const {
        const u32* const edges = scratch.token_edges.data() + 2 * (&l - scratch.lookups.data());
        return block.strings.find_far(l.key, size_t(l.bucket - block.strings.buckets()), texts.bytes.data() + edges[0], edges[1] - edges[0]);
    }

    // Each word but a text's first makes a pair with the one before it.
    template <bool narrow>
    void add_pairs(Part* parts, size_t n_texts) {
        typedef std::conditional_t<narrow, u32, u64> Pair;
        const size_t n = parts[n_texts].words;
        Pair* const pairs = reinterpret_cast<Pair*>(scratch.pairs.reserve(n + 1));
        pair_up<narrow>(n, pairs);
        for (size_t t = 0; t < n_texts; ++t) find<narrow>(parts[t], parts[t + 1], pairs);
    }

    template <bool narrow, class Pair>
    STAGE void pair_up(size_t n, Pair* __restrict pairs) {
        const u32* __restrict words = scratch.words.data();
        u32* __restrict slots = scratch.pair_slots.reserve(n + 4);
        const size_t n_buckets = block.pairs.n_buckets();
        for (size_t i = 1; i < n; ++i) {
            if constexpr (narrow) {
                pairs[i] = PairTable::narrow_pair(words[i - 1], words[i]);
                slots[i] = PairTable::narrow_slot(pairs[i], u32(n_buckets));
            } else {
                pairs[i] = pair_of(words[i - 1], words[i]);
                slots[i] = u32(PairTable::wide_slot(pairs[i], n_buckets));
            }
        }
        const PairTable::Bucket* const buckets = block.pairs.buckets();
        for (size_t i = n; i < n + 3; ++i) slots[i] = 0;
        for (size_t i = 1; i < n; i += 4)
            for (size_t j = 0; j < 4; ++j) __builtin_prefetch(buckets + slots[i + j]);
    }

    // The rows of a text's pairs, behind those of its words.
    template <bool narrow, class Pair>
    STAGE void find(const Part& from, Part& to, const Pair* __restrict pairs) {
        const u32* __restrict slots = scratch.pair_slots.data();
        u32* const found = scratch.rows.data() + 2 * from.tokens + to.n_rows;
        u32* __restrict next = found;
        const PairTable::Bucket* const buckets = block.pairs.buckets();
        const char* const weights = reinterpret_cast<const char*>(block.rows.data());
        const size_t row_size = block.stride * sizeof(float);
        for (size_t i = from.words + 2; i < to.words; ++i) {
            const Pair pair = pairs[i];
            u32 row;
            if constexpr (narrow)
                row = value_in(buckets[slots[i]].narrow, pair);
            else
                row = value_in(buckets[slots[i]].wide, pair);
            if (__builtin_expect(row == beyond, 0)) row = block.pairs.find_far(narrow ? pair_of(u32(pair >> 16), pair & 0xFFFF) : pair, slots[i]);
            *next = row;
            next += row != none;
            const char* const values = weights + (row != none ? row : 0) * row_size;
            __builtin_prefetch(values);
            __builtin_prefetch(values + 64);
        }
        if (to.pairs_again) next = without_repeats(found, next, scratch.again.data() + 2 * from.tokens, to.n_again);
        to.n_rows += size_t(next - found);
    }

    // Move rows that come again behind the others of their kind; gives back where the rest ends.
    INLINE u32* without_repeats(u32* rows, u32* end, u32* again, size_t& n_again) {
        u64* __restrict seen = counts.seen.data();
        u32* kept = rows;
        for (const u32* p = rows; p < end; ++p) {
            const u32 row = *p;
            const u64 bits = seen[row / 64];
            const u32 known = u32(bits >> row % 64 & 1);
            seen[row / 64] = bits | 1ull << row % 64;
            *kept = again[n_again] = row;
            kept += known ^ 1;
            n_again += known;
        }
        for (const u32* p = rows; p < kept; ++p) seen[*p / 64] = 0;
        return kept;
    }

    STAGE void add_up(const Part& from, const Part& to, double* totals) {
        const u32* const rows = scratch.rows.data() + 2 * from.tokens;
        const u32* const again = scratch.again.data() + 2 * from.tokens;
        if (to.tokens - from.tokens <= few_tokens && block.stride <= 64) {
            sums.note(again, to.n_again);
            return sums.finish_few(rows, to.n_rows, totals);
        }
        sums.begin();
        sums.add(rows, to.n_rows);
        sums.add(again, to.n_again);
        sums.finish(totals);
    }
};
