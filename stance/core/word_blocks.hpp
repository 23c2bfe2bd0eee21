// The scores of a block of texts by words and pairs of words, in float32: every stage is one loop over many words that
// fetches ahead what the next one reads. Part of the kernel: included once for each set of instructions.

struct WordBlockScorer {
    // Where the lists of one text end: its tokens, its words with a row by first sight and seen again, its pairs.
    struct Ends {
        size_t token = 0, single = 0, again = 0, pair = 0, longer = 0;
        bool pairs_again = false;  // a pair may have come twice
    };
    static constexpr size_t few_tokens = rows_at_once / 2;

    const Block& block;
    Counts& counts;
    Scratch& scratch;
    FloatSums sums;

    WordBlockScorer(const Block& b, Counts& c, Scratch& s) : block(b), counts(c), scratch(s), sums(b, c, s) {}

    // Texts longer than `long_text` are left out.
    void score(const CleanTexts& texts, size_t n_texts, double* totals, size_t stride_of_totals) {
        Ends ends[texts_at_once + 1];
        size_t n = 0;
        for (size_t t = 0; t < n_texts; ++t) {
            const Clean clean = texts[t];
            if (clean.n <= long_text) n += tokens_of(clean, block.plan.tokens, u32(texts.offset[t]), n, scratch);
            ends[t + 1].token = n;
        }
        keys_of_tokens(block.strings, texts.bytes.data(), n, scratch);
        values_of_tokens(block.strings, texts.bytes.data(), n, scratch);
        scratch.singles.reserve(n + 1);
        scratch.again.reserve(n + 1);
        scratch.pairs.reserve(n + 1);
        scratch.narrow_pairs.reserve(n + 1);
        scratch.pair_slots.reserve(n + 1);
        scratch.longer.reserve(n + 1);
        for (size_t t = 0; t < n_texts; ++t) sort_words(ends[t], ends[t + 1]);
        for (size_t t = 0; t < n_texts; ++t) ends[t + 1].longer = ends[t].longer + find_pairs(ends[t].pair, ends[t + 1].pair, ends[t].longer);
        for (size_t t = 0; t < n_texts; ++t)
            if (texts.size[t] <= long_text) add_up(ends[t], ends[t + 1], totals + t * stride_of_totals);
    }

    void sort_words(const Ends& from, Ends& to) {
        const size_t n = block.plan.has_stop_words ? sort<true>(from, to) : sort<false>(from, to);
        to.pair = from.pair;
        if (block.plan.high == 2) block.pairs.narrow() ? pair<true>(from.token, n, to) : pair<false>(from.token, n, to);
    }

    // Words by first sight and seen again. In scratch.words stop words go, and the bit that told them says from now on
    // that a word was seen before. Gives back how many are left.
    template <bool has_stops>
    STAGE size_t sort(const Ends& from, Ends& to) {
        using namespace word_value;
        u32* const words = scratch.words.data() + from.token;
        u32* __restrict single = scratch.singles.data() + from.single;
        u32* __restrict again = scratch.again.data() + from.again;
        u16* __restrict last_text = counts.last_text.data();
        const u16 text = counts.next_text();
        const u32 n_words = block.n_words, n_word_rows = block.n_word_rows;
        const char* const rows = reinterpret_cast<const char*>(block.rows.data());
        const size_t row_size = block.stride * sizeof(float), n = to.token - from.token;
        u32* kept = words;
        for (size_t i = 0; i < n; ++i) {
            const u32 value = words[i], number = value >> number_shift;
            const u32 place = number < n_words ? number : n_words;
            u32 known = last_text[place] == text;
            asm("" : "+r"(known));  // one comparison is enough
            last_text[place] = text;
            u32 has_row = number < n_word_rows;
            if (has_stops) has_row &= value / not_stop;
            *kept = (value & ~not_stop) | known * seen_before;
            kept += !has_stops || (value & not_stop);
            *single = *again = number;
            again += has_row & known;
            single += has_row & ~known;
            const char* const row = rows + place * row_size;  // beyond the last row if it has none: harmless
            __builtin_prefetch(row);
            __builtin_prefetch(row + 64);
        }
        to.single = size_t(single - scratch.singles.data());
        to.again = size_t(again - scratch.again.data());
        return size_t(kept - words);
    }

    // The pairs to look up among `n` words.
    template <bool narrow>
    STAGE void pair(size_t at, size_t n, Ends& to) {
        using namespace word_value;
        const u32* __restrict words = scratch.words.data() + at;
        u64* __restrict pairs = scratch.pairs.data() + to.pair;
        u32* __restrict narrow_pairs = scratch.narrow_pairs.data() + to.pair;
        u32* __restrict slots = scratch.pair_slots.data() + to.pair;
        const PairTable::Bucket* const buckets = block.pairs.buckets();
        const size_t n_buckets = block.pairs.n_buckets();
        size_t n_pairs = 0;
        u32 again = 0, before = none;
        for (size_t i = 0; i < n; ++i) {
            const u32 word = words[i];
            size_t slot;
            if (narrow) {
                const u32 one = PairTable::narrow_pair(before >> number_shift, word >> number_shift);
                slot = PairTable::narrow_slot(one, n_buckets);
                narrow_pairs[n_pairs] = one;
            } else {
                const u64 one = pair_of(before >> number_shift, word >> number_shift);
                slot = PairTable::wide_slot(one, n_buckets);
                pairs[n_pairs] = one;
            }
            slots[n_pairs] = u32(slot);
            __builtin_prefetch(buckets + slot);
            const u32 wanted = ((before | word >> 1) & 1) ^ 1;
            n_pairs += wanted;
            again |= before & word & (0 - wanted);
            before = word;
        }
        to.pair += n_pairs;
        to.pairs_again = again & seen_before;
    }

    size_t find_pairs(size_t from, size_t to, size_t at) { return block.pairs.narrow() ? find<true>(from, to, at) : find<false>(from, to, at); }

    // Rows of pairs [from, to) behind `at` in scratch.longer; gives back how many there are.
    template <bool narrow>
    STAGE size_t find(size_t from, size_t to, size_t at) {
        const u32* __restrict narrow_pairs = scratch.narrow_pairs.data();
        const u64* __restrict pairs = scratch.pairs.data();
        const u32* __restrict slots = scratch.pair_slots.data();
        u32* __restrict found = scratch.longer.data() + at;
        const PairTable::Bucket* const buckets = block.pairs.buckets();
        const char* const rows = reinterpret_cast<const char*>(block.rows.data());
        const size_t row_size = block.stride * sizeof(float);
        size_t n = 0;
        for (size_t i = from; i < to; ++i) {
            u32 row = narrow ? value_in(buckets[slots[i]].narrow, narrow_pairs[i]) : value_in(buckets[slots[i]].wide, pairs[i]);
            if (__builtin_expect(row == beyond, 0))
                row = block.pairs.find_far(narrow ? pair_of(narrow_pairs[i] >> 16, narrow_pairs[i] & 0xFFFF) : pairs[i], slots[i]);
            found[n] = row;
            n += row != none;
            const char* const values = rows + (row != none ? row : 0) * row_size;
            __builtin_prefetch(values);
            __builtin_prefetch(values + 64);
        }
        return n;
    }

    STAGE void add_up(const Ends& from, const Ends& to, double* totals) {
        const u32* const singles = scratch.singles.data() + from.single;
        const u32* const again = scratch.again.data() + from.again;
        const u32* const longer = scratch.longer.data() + from.longer;
        const size_t n_singles = to.single - from.single, n_again = to.again - from.again, n_longer = to.longer - from.longer;
        if (to.token - from.token <= few_tokens && block.stride <= 64) {
            sums.note(again, n_again);
            if (!to.pairs_again) return sums.finish_few(singles, n_singles, longer, n_longer, totals);
            sums.add(longer, n_longer);
            sums.finish_few(singles, n_singles, counts.unique.data(), counts.n_unique, totals);
            return sums.forget();
        }
        sums.begin();
        sums.add(singles, n_singles);
        sums.add(again, n_again);
        sums.add(longer, n_longer);
        sums.finish(totals);
    }
};
