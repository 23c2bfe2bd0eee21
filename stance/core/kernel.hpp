// Clean texts → scores. Included once for each set of instructions, inside its namespace.

// Words, n-grams of words and their rows for texts whose tokens are known.
template <class Sums>
struct WordScorer {
    const Block& block;
    Scratch& scratch;
    Sums sums;

    WordScorer(const Block& b, Counts& counts, Scratch& s) : block(b), scratch(s), sums(b, counts, s) {}

    struct Ends {
        size_t token, pair, single, longer;
    };

    // Values of tokens [from, to) behind `at` in scratch.words, the rows of single words, and the pairs to look up.
    // `before` is the value of the word before them, or none.
    STAGE size_t look_up_words(size_t from, size_t to, size_t at, u32& before, size_t& n_singles, size_t& n_pairs) {
        scratch.words.reserve(at + to - from + 1);
        scratch.singles.reserve(n_singles + to - from + 1);
        scratch.pairs.reserve(n_pairs + to - from + 1);
        scratch.pair_slots.reserve(n_pairs + to - from + 1);
        if (block.plan.high == 2 && !block.plan.has_stop_words)
            return look_up<true, false>(from, to, at, before, n_singles, n_pairs);
        if (block.plan.high == 2) return look_up<true, true>(from, to, at, before, n_singles, n_pairs);
        if (!block.plan.has_stop_words) return look_up<false, false>(from, to, at, before, n_singles, n_pairs);
        return look_up<false, true>(from, to, at, before, n_singles, n_pairs);
    }

    template <bool pairs_wanted, bool has_stops>
    INLINE size_t look_up(size_t from, size_t to, size_t at, u32& before, size_t& n_singles, size_t& n_pairs) {
        using namespace word_value;
        const Key* __restrict keys = scratch.keys.data();
        const u32* __restrict slots = scratch.slots.data();
        u32* __restrict words = scratch.words.data() + at;
        const StringTable::Bucket* const buckets = block.strings.buckets();
        size_t n = 0;
        for (size_t i = from; i < to; ++i) {
            u32 value = value_in(buckets[slots[i]], keys[i]);
            if (__builtin_expect(is_open(value), 0))
                value = block.strings.find_far(keys[i], slots[i], scratch.tokens[i].bytes, scratch.tokens[i].size);
            words[n] = value;
            n += !has_stops || (value & not_stop);
        }

        u32* __restrict singles = scratch.singles.data() + n_singles;
        u64* __restrict pairs = scratch.pairs.data() + n_pairs;
        u32* __restrict pair_slots = scratch.pair_slots.data() + n_pairs;
        const bool narrow = block.pairs.narrow();
        const size_t n_buckets = block.pairs.n_buckets();
        const PairTable::Bucket* const pair_buckets = block.pairs.buckets();
        const u32 n_word_rows = block.n_word_rows;
        const float* const rows = block.rows.data();
        const size_t stride = block.stride;
        size_t s = 0, q = 0;
        u32 last = before;
        for (size_t i = 0; i < n; ++i) {
            const u32 value = words[i], id = value >> number_shift;
            const bool single = id < n_word_rows;
            singles[s] = id;
            s += single;
            const float* row = rows + (single ? id : 0) * stride;
            __builtin_prefetch(row);
            __builtin_prefetch(row + 16);
            if (pairs_wanted) {
                const u64 pair = pair_of(last >> number_shift, id);
                const size_t slot = narrow ? PairTable::narrow_slot(PairTable::narrow_pair(last >> number_shift, id), u32(n_buckets)) : PairTable::wide_slot(pair, n_buckets);
                pairs[q] = pair;
                pair_slots[q] = u32(slot);
                q += ((last | value >> 1) & 1) ^ 1;
                __builtin_prefetch(pair_buckets + slot);
                last = value;
            }
        }
        before = last;
        n_singles += s;
        n_pairs += q;
        return n;
    }

    STAGE size_t look_up_pairs(size_t from, size_t to, size_t at) {
        u32* __restrict longer = scratch.longer.reserve(at + to - from + 1) + at;
        const u64* __restrict pairs = scratch.pairs.data();
        const u32* __restrict pair_slots = scratch.pair_slots.data();
        const float* const rows = block.rows.data();
        const size_t stride = block.stride;
        size_t n = 0;
        for (size_t i = from; i < to; ++i) {
            const u32 row = find_pair(block.pairs, pairs[i], pair_slots[i]);
            longer[n] = row;
            n += row != none;
            const float* values = rows + (row != none ? row : 0) * stride;
            __builtin_prefetch(values);
            __builtin_prefetch(values + 16);
        }
        return n;
    }

    // Rows of the n-grams of two words and more that begin at words [from, begin_to) of scratch.words and end before `to`.
    STAGE size_t look_up_chains(size_t from, size_t begin_to, size_t to, size_t at) {
        using namespace word_value;
        const size_t high = size_t(block.plan.high), low = size_t(block.plan.low);
        u32* longer = scratch.longer.reserve(at + 64);
        size_t n = at;
        for (size_t i = from; i < begin_to; ++i) {
            u32 value = scratch.words[i];
            if (value & never_starts) continue;
            u32 gram = value >> number_shift;
            for (size_t size = 2; size <= high && i + size <= to; ++size) {
                value = scratch.words[i + size - 1];
                if (value & never_follows) break;
                const u64 pair = pair_of(gram, value >> number_shift);
                gram = find_pair(block.pairs, pair, block.pairs.slot(pair));
                if (gram == none) break;
                const u32 row = block.gram_row[gram - block.n_words];
                longer = scratch.longer.reserve(n + 1);
                if (row != none && size >= low) longer[n++] = row;
                if (!block.gram_starts[gram - block.n_words]) break;
            }
        }
        return n - at;
    }

    void score_block(const CleanTexts& texts, size_t n_texts, double* totals, size_t stride_of_totals) {
        Ends ends[texts_at_once + 1];
        ends[0] = {0, 0, 0, 0};
        for (size_t t = 0; t < n_texts; ++t) {
            const Clean clean = texts[t];
            size_t n = 0;
            if (clean.n && clean.n <= long_text) {
                Runs runs(clean, block.plan.tokens);
                const size_t n_edges = runs.next(clean.n_words(), scratch.edges);
                n = keys_of_edges(block, clean, scratch.edges.data(), n_edges, ends[t].token, scratch);
            }
            ends[t + 1].token = ends[t].token + n;
        }
        const bool chains = block.plan.high >= 3;
        size_t n_words = 0;
        for (size_t t = 0; t < n_texts; ++t) {
            u32 before = none;
            ends[t + 1].single = ends[t].single;
            ends[t + 1].pair = ends[t].pair;
            const size_t first_word = chains ? n_words : 0;
            const size_t n = look_up_words(ends[t].token, ends[t + 1].token, first_word, before, ends[t + 1].single, ends[t + 1].pair);
            n_words = first_word + n;
            if (chains) ends[t + 1].pair = n_words;
        }
        for (size_t t = 0; t < n_texts; ++t) {
            const size_t from = ends[t].pair, to = ends[t + 1].pair;
            const size_t n = chains ? look_up_chains(from, to, to, ends[t].longer) : look_up_pairs(from, to, ends[t].longer);
            ends[t + 1].longer = ends[t].longer + n;
        }
        for (size_t t = 0; t < n_texts; ++t) {
            sums.begin();
            sums.add(scratch.singles.data() + ends[t].single, ends[t + 1].single - ends[t].single);
            sums.add(scratch.longer.data() + ends[t].longer, ends[t + 1].longer - ends[t].longer);
            sums.finish(totals + t * stride_of_totals);
        }
        for (size_t t = 0; t < n_texts; ++t)
            if (texts[t].n > long_text) score_long(texts[t], totals + t * stride_of_totals);
    }

    // A text of any length, in pieces: what is kept does not grow with it.
    void score_long(const Clean& clean, double* totals) {
        Runs runs(clean, block.plan.tokens);
        const size_t high = size_t(block.plan.high);
        u32 before = none;
        size_t kept = 0;  // words at the front of scratch.words whose n-grams are not complete
        sums.begin();
        while (runs.more()) {
            const size_t n_edges = runs.next(piece_words, scratch.edges);
            const size_t n_tokens = keys_of_edges(block, clean, scratch.edges.data(), n_edges, 0, scratch);
            size_t n_singles = 0, n_pairs = 0, n_longer = 0;
            const size_t n = kept + look_up_words(0, n_tokens, kept, before, n_singles, n_pairs);
            if (high >= 3) {
                const size_t begin_to = !runs.more() ? n : n >= high ? n - high + 1 : 0;
                n_longer = look_up_chains(0, begin_to, n, 0);
                kept = n - begin_to;
                std::memmove(scratch.words.data(), scratch.words.data() + begin_to, kept * sizeof(u32));
            } else {
                n_longer = look_up_pairs(0, n_pairs, 0);
            }
            sums.add(scratch.singles.data(), n_singles);
            sums.add(scratch.longer.data(), n_longer);
            sums.flush();
        }
        sums.finish(totals);
    }
};

// Hashed columns: rows are columns, with the sign in the high bit.
template <class Sums>
struct HashScorer {
    const Block& block;
    Scratch& scratch;
    Sums sums;

    HashScorer(const Block& b, Counts& counts, Scratch& s) : block(b), scratch(s), sums(b, counts, s) {}

    // In the original's encoding to UTF-8 a lone surrogate raises.
    INLINE void add(const u8* p, size_t n, size_t number) {
        for (size_t i = 0; i + 1 < n; ++i)
            if (p[i] == 0xED && p[i + 1] >= 0xA0)
                throw TextError(TextError::surrogate, number, std::string(reinterpret_cast<const char*>(p), n));
        add_checked(p, n);
    }
    INLINE void add_checked(const u8* p, size_t n) {
        const u32 h = murmur3(p, n);
        const u32 columns = u32(block.plan.n_columns);
        const u32 column = h == 0x80000000u ? (0x7FFFFFFFu - (columns - 1)) % columns : (h >> 31 ? 0 - h : h) % columns;
        const u32 row = column | (block.plan.alternate_sign ? h & 0x80000000u : 0);
        sums.add(&row, 1);
    }

    void score_words(const Clean& clean, size_t number, double* totals) {
        Runs runs(clean, block.plan.tokens);
        const size_t high = size_t(block.plan.high), low = size_t(block.plan.low);
        size_t kept = 0, used = 0;  // tokens and bytes at the front of scratch.joined
        sums.begin();
        while (runs.more()) {
            const size_t n_edges = runs.next(piece_words, scratch.edges);
            const size_t n_tokens = keys_of_edges(block, clean, scratch.edges.data(), n_edges, 0, scratch);
            size_t n = kept;
            scratch.joined_starts.reserve(kept + n_tokens + 1);
            scratch.joined_ends.reserve(kept + n_tokens + 1);
            for (size_t i = 0; i < n_tokens; ++i) {
                const auto [p, size] = scratch.tokens[i];
                if (block.plan.has_stop_words &&
                    block.strings.find_far(scratch.keys[i], scratch.slots[i], p, size) != none)
                    continue;
                u8* joined = scratch.joined.reserve(used + size + 2);
                if (n) joined[used++] = ' ';
                scratch.joined_starts[n] = used;
                std::memcpy(joined + used, p, size);
                used += size;
                scratch.joined_ends[n++] = used;
            }
            for (size_t last = kept; last < n; ++last)
                for (size_t size = low; size <= high && size <= last + 1; ++size) {
                    const size_t from = scratch.joined_starts[last + 1 - size];
                    add(scratch.joined.data() + from, scratch.joined_ends[last] - from, number);
                }
            const size_t still = n < high - 1 ? n : high - 1;
            if (still == 0) {
                kept = used = 0;
                continue;
            }
            const size_t cut = scratch.joined_starts[n - still];
            std::memmove(scratch.joined.data(), scratch.joined.data() + cut, used - cut);
            used -= cut;
            for (size_t i = 0; i < still; ++i) {
                scratch.joined_starts[i] = scratch.joined_starts[n - still + i] - cut;
                scratch.joined_ends[i] = scratch.joined_ends[n - still + i] - cut;
            }
            kept = still;
        }
        sums.finish(totals);
    }
};

// Characters: calls `use(p, n)` for every n-gram of code points of the text, whole or piece by piece.
constexpr size_t points_at_once = 512;

// Fill `points` with the starts of up to `n_points` code points from `at` on, and their end behind them.
INLINE size_t points_of(const u8* bytes, size_t n, size_t at, size_t n_points, u32* points, size_t base) {
    size_t k = 0;
    while (k < n_points && at < n) {
        points[k++] = u32(at - base);
        at += utf8_length(bytes[at]);
    }
    points[k] = u32(at - base);
    return k;
}

template <class Use>
INLINE void each_character_ngram(const u8* bytes, size_t n, size_t low, size_t high, Buffer<u32>& buffer, Use use) {
    size_t at = 0;
    while (at < n) {
        u32* points = buffer.reserve(points_at_once + high + 2);
        const size_t k = points_of(bytes, n, at, points_at_once + high, points, at);
        const size_t begins = k < points_at_once ? k : points_at_once;
        for (size_t i = 0; i < begins; ++i)
            for (size_t size = low; size <= high && i + size <= k; ++size)
                use(bytes + at + points[i], points[i + size] - points[i]);
        at += points[begins];
    }
}

// The n-grams of one word between spaces (char_wb): all of a size, then the next size, up to the one that is the
// whole of it. `bytes` are " word "; `n_points` how many code points that is.
template <class Use>
INLINE void each_padded_ngram(const u8* bytes, size_t n, size_t low, size_t high, Buffer<u32>& buffer, Use use) {
    size_t n_points = 0;
    for (size_t i = 0; i < n; ++i) n_points += !is_continuation(bytes[i]);
    if (low >= n_points) return use(bytes, n);
    each_character_ngram(bytes, n, low, high < n_points ? high : n_points, buffer, use);
}

// Rows of character n-grams, looked up some hundreds at a time.
template <class Take>
struct GramRows {
    static constexpr size_t at_once = 512;
    const StringTable& strings;
    const float* const weights;
    const size_t stride;
    Scratch& scratch;
    Take take;  // take(rows, n)
    size_t n_keys = 0;

    GramRows(const Block& block, Scratch& s, Take t) : strings(block.strings), weights(block.rows.data()), stride(block.stride), scratch(s), take(t) {
        scratch.gram_keys.reserve(at_once);
        scratch.gram_slots.reserve(at_once);
        scratch.gram_tokens.reserve(at_once);
        scratch.gram_rows.reserve(at_once + 1);
    }
    // `p` is padded and stays where it is until empty() has been called.
    INLINE void put(const u8* p, size_t n) {
        if (n > strings.longest()) return;
        const Key key = n <= short_key ? short_key_of(p, n) : long_key_of(p, n);
        const size_t slot = hash(key) & strings.mask();
        __builtin_prefetch(strings.buckets() + slot);
        scratch.gram_keys[n_keys] = key;
        scratch.gram_slots[n_keys] = u32(slot);
        scratch.gram_tokens[n_keys] = {p, n};
        if (++n_keys == at_once) empty();
    }
    INLINE void empty() {
        const Key* __restrict keys = scratch.gram_keys.data();
        const u32* __restrict slots = scratch.gram_slots.data();
        const Token* __restrict tokens = scratch.gram_tokens.data();
        u32* __restrict rows = scratch.gram_rows.data();
        size_t n = 0;
        for (size_t i = 0; i < n_keys; ++i) {
            u32 row = value_in(strings.buckets()[slots[i]], keys[i]);
            if (__builtin_expect(is_open(row), 0)) row = strings.find_far(keys[i], slots[i], tokens[i].bytes, tokens[i].size);
            rows[n] = row;
            n += row != none;
            const float* values = weights + (row & (u32(row == none) - 1)) * stride;
            __builtin_prefetch(values);
            __builtin_prefetch(values + 16);
        }
        n_keys = 0;
        take(rows, n);
    }
};

template <class Take>
GramRows<Take> gram_rows(const Block& block, Scratch& scratch, Take take) { return GramRows<Take>(block, scratch, take); }

// A word with a space on both sides, in scratch.joined; padded.
INLINE const u8* padded_word(const u8* word, size_t size, Scratch& scratch) {
    u8* padded = scratch.joined.reserve(size + 2);
    padded[0] = ' ';
    std::memcpy(padded + 1, word, size);
    padded[size + 1] = ' ';
    return padded;
}

// The words of the text, a piece at a time: use(p, n).
template <class Use>
INLINE void each_word(const Clean& clean, Scratch& scratch, Use use) {
    Runs runs(clean, Tokens::space);
    while (runs.more()) {
        const size_t n_edges = runs.next(piece_words, scratch.edges);
        for (size_t i = 0; i < n_edges; i += 2)
            use(clean.bytes + scratch.edges[i], scratch.edges[i + 1] - scratch.edges[i]);
    }
}

// Characters of whole texts.
template <class Sums>
struct CharacterScorer {
    const Block& block;
    Scratch& scratch;
    Sums sums;

    CharacterScorer(const Block& b, Counts& counts, Scratch& s) : block(b), scratch(s), sums(b, counts, s) {}

    void score(const Clean& clean, double* totals) {
        sums.begin();
        auto rows = gram_rows(block, scratch, [&](const u32* found, size_t n) {
            sums.add(found, n);
            sums.flush();
        });
        each_character_ngram(clean.bytes, clean.n, size_t(block.plan.low), size_t(block.plan.high), scratch.points,
                             [&](const u8* p, size_t n) { rows.put(p, n); });
        rows.empty();
        sums.finish(totals);
    }
};

// Characters within words (char_wb). Most words come again, so what a word gives is kept; in float32 also its sum, and
// only n-grams that occur more than once in the text are put right behind.
template <class Sums>
struct WordCharacterScorer {
    static constexpr bool with_sums = std::is_same<Sums, FloatSums>::value;
    static constexpr size_t most_words = 128;  // of a text scored by sums: a larger count would cost digits
    const Block& block;
    Scratch& scratch;
    WordMemo& memo;
    Sums sums;

    WordCharacterScorer(const Block& b, Counts& counts, Scratch& s, WordMemo& m) : block(b), scratch(s), memo(m), sums(b, counts, s) {
        if (memo.room == 0) {
            const size_t sizes = size_t(block.plan.high - block.plan.low + 1), most = short_key + 2;
            memo.room = block.stride + 2 + most * (sizes < most ? sizes : most) + 16;
            memo.arena.reserve(WordMemo::arena_size > memo.room ? WordMemo::arena_size : memo.room);
            memo.clear();
        }
    }

    // The rows of a word's n-grams, in pieces.
    template <class Take>
    INLINE void look_up(const u8* word, size_t size, Take take) {
        auto rows = gram_rows(block, scratch, take);
        each_padded_ngram(padded_word(word, size, scratch), size + 2, size_t(block.plan.low), size_t(block.plan.high), scratch.points,
                          [&](const u8* p, size_t n) { rows.put(p, n); });
        rows.empty();
    }

    // Where the memo has this word of up to 15 bytes; it is put there if it is not. `none`: there is no room.
    INLINE u32 place_of(const Key& key, size_t slot, const u8* word, size_t size) {
        WordMemo::Bucket& b = memo.buckets[slot];
        for (int j = 0; j < 3; ++j)
            if (b.low[j] == key.low && b.high[j] == key.high) return b.place[j];
        return remember(b, key, word, size);
    }
    __attribute__((noinline)) u32 remember(WordMemo::Bucket& b, const Key& key, const u8* word, size_t size) {
        if (memo.used + memo.room > memo.arena.capacity()) return none;
        const u32 place = u32(memo.used);
        u32* const entry = memo.arena.data() + place;
        u32* const rows = entry + block.stride + 2;
        u32 n = 0;
        look_up(word, size, [&](const u32* found, size_t n_found) {
            for (size_t i = 0; i < n_found; ++i) rows[n++] = found[i];
        });
        u32 distinct = 0;
        for (u32 i = 0; i < n; ++i) {  // distinct rows to the front, in order
            bool again = false;
            for (u32 j = 0; j < distinct; ++j) again |= rows[j] == rows[i];
            if (!again) std::swap(rows[distinct++], rows[i]);
        }
        double* const sum = sums_of_word();
        each_width(block.stride, [&](auto width, size_t column) {
            add_rows<width>(block.rows.data() + column, block.stride, rows, distinct, sum + column);
        });
        for (size_t j = 0; j < block.stride; ++j) reinterpret_cast<float*>(entry)[j] = float(sum[j]);
        entry[block.stride] = distinct;
        entry[block.stride + 1] = n - distinct;
        memo.used = (memo.used + block.stride + 2 + n + 15) / 16 * 16;
        const u32 j = b.next;
        b.next = j == 2 ? 0 : j + 1;
        b.low[j] = key.low;
        b.high[j] = key.high;
        b.place[j] = place;
        return place;
    }
    double* sums_of_word() {
        double* sum = scratch.word_sums.reserve(block.stride);
        for (size_t j = 0; j < block.stride; ++j) sum[j] = 0;
        return sum;
    }

    // One word after another, each n-gram counted.
    void score_by_counts(const Clean& clean, double* totals) {
        sums.begin();
        const auto count = [&](const u32* rows, size_t n) {
            sums.add(rows, n);
            sums.flush();
        };
        each_word(clean, scratch, [&](const u8* word, size_t size) {
            u32 place = none;
            if (size <= short_key) {
                const Key key = short_key_of(word, size);
                place = place_of(key, hash(key) & (WordMemo::n_buckets - 1), word, size);
            }
            if (place == none) return look_up(word, size, count);
            const u32* entry = memo.arena.data() + place + block.stride;
            count(entry + 2, entry[0] + entry[1]);
        });
        sums.finish(totals);
    }

    void score_block(const CleanTexts& texts, size_t n_texts, double* totals, size_t stride_of_totals) {
        if (memo.used + texts_at_once * most_words * memo.room > memo.arena.capacity()) {
            memo.arena.reserve(texts_at_once * most_words * memo.room * 2);
            memo.clear();
        }
        size_t ends[texts_at_once + 1] = {};
        bool by_sums[texts_at_once];
        for (size_t t = 0; t < n_texts; ++t) {
            const Clean clean = texts[t];
            ends[t + 1] = ends[t];
            by_sums[t] = with_sums && clean.n <= long_text;
            if (!by_sums[t]) continue;
            Runs runs(clean, Tokens::space);
            const size_t n_edges = runs.next(clean.n_words(), scratch.edges);
            by_sums[t] = n_edges <= 2 * most_words;
            if (by_sums[t]) ends[t + 1] += word_keys(clean, n_edges, ends[t]);
        }
        u32* places = scratch.places.reserve(ends[n_texts] + 1);
        for (size_t i = 0; i < ends[n_texts]; ++i) {
            const Token& word = scratch.tokens[i];
            places[i] = none;
            if (word.size > short_key) continue;
            places[i] = place_of(scratch.keys[i], scratch.slots[i], word.bytes, word.size);
            const u32* entry = memo.arena.data() + places[i];
            for (size_t line = 0; line < block.stride + 24; line += 16) __builtin_prefetch(entry + line);
        }
        for (size_t t = 0; t < n_texts; ++t) {
            if (by_sums[t])
                score_by_sums(ends[t], ends[t + 1], totals + t * stride_of_totals);
            else
                score_by_counts(texts[t], totals + t * stride_of_totals);
        }
    }

    STAGE size_t word_keys(const Clean& clean, size_t n_edges, size_t at) {
        const size_t n = n_edges / 2;
        Key* keys = scratch.keys.reserve(at + n + 1) + at;
        u32* slots = scratch.slots.reserve(at + n + 1) + at;
        Token* tokens = scratch.tokens.reserve(at + n + 1) + at;
        const size_t* edges = scratch.edges.data();
        for (size_t i = 0; i < n; ++i) {
            const u8* p = clean.bytes + edges[2 * i];
            const size_t size = edges[2 * i + 1] - edges[2 * i];
            tokens[i] = {p, size};
            keys[i] = short_key_of(p, size <= short_key ? size : 0);
            slots[i] = u32(hash(keys[i]) & (WordMemo::n_buckets - 1));
            __builtin_prefetch(&memo.buckets[slots[i]]);
        }
        return n;
    }

    STAGE void score_by_sums(size_t from, size_t to, double* totals) {
        score_words(from, to, totals, std::integral_constant<bool, with_sums>());
    }
    void score_words(size_t, size_t, double*, std::false_type) {}
    INLINE void score_words(size_t from, size_t to, double* totals, std::true_type) {
        sums.begin();
        const u32* places = scratch.places.data();
        const size_t stride = block.stride;
        u32* listed = scratch.singles.reserve(to - from + 1);  // places of words that have their sum, in lines
        size_t n_listed = 0;
        for (size_t i = from; i < to; ++i) {
            if (places[i] == none) {
                look_up(scratch.tokens[i].bytes, scratch.tokens[i].size, [&](const u32* rows, size_t n) { sums.add(rows, n); });
                continue;
            }
            listed[n_listed++] = places[i] / 16;
            const u32* entry = memo.arena.data() + places[i] + stride;
            sums.add_summed(entry + 2, entry[0]);
            for (u32 j = 0; j < entry[1]; ++j) sums.add_extra(entry[2 + entry[0] + j]);
        }
        const float* arena = reinterpret_cast<const float*>(memo.arena.data());
        each_width(stride, [&](auto width, size_t column) { add_rows<width>(arena + column, 16, listed, n_listed, sums.sums + column); });
        sums.finish(totals);
    }
};

template <class Sums>
void score_hashed_characters(const Block& block, const Clean& clean, size_t number, Counts& counts, Scratch& scratch, double* totals) {
    HashScorer<Sums> hasher(block, counts, scratch);
    const size_t low = size_t(block.plan.low), high = size_t(block.plan.high);
    hasher.sums.begin();
    const auto add = [&](const u8* p, size_t n) { hasher.add(p, n, number); };
    if (block.plan.analyzer == Analyzer::character)
        each_character_ngram(clean.bytes, clean.n, low, high, scratch.points, add);
    else
        each_word(clean, scratch, [&](const u8* word, size_t size) {
            each_padded_ngram(padded_word(word, size, scratch), size + 2, low, high, scratch.points, add);
        });
    hasher.sums.finish(totals);
}

// Rows of totals have room for the stride of any block.
INLINE size_t totals_stride(const Engine& engine) { return (engine.n_outputs() + 1 + 7) / 8 * 8; }

template <class Sums>
void score_group(const Engine& engine, const Block& block, const CleanTexts& texts, size_t n_texts, size_t first, Counts& counts, WordMemo& memo, Scratch& scratch, double* totals) {
    const size_t stride_of_totals = totals_stride(engine);
    if (block.plan.analyzer == Analyzer::word && !block.hashed()) {
        if (std::is_same<Sums, FloatSums>::value && block.plan.high <= 2) {
            WordBlockScorer(block, counts, scratch).score(texts, n_texts, totals, stride_of_totals);
            for (size_t t = 0; t < n_texts; ++t)
                if (texts.size[t] > long_text) WordScorer<Sums>(block, counts, scratch).score_long(texts[t], totals + t * stride_of_totals);
            return;
        }
        WordScorer<Sums> scorer(block, counts, scratch);
        scorer.score_block(texts, n_texts, totals, stride_of_totals);
    } else if (block.plan.analyzer == Analyzer::word) {
        HashScorer<Sums> scorer(block, counts, scratch);
        for (size_t t = 0; t < n_texts; ++t) scorer.score_words(texts[t], first + t, totals + t * stride_of_totals);
    } else if (!block.hashed() && block.plan.analyzer == Analyzer::character_wb) {
        WordCharacterScorer<Sums>(block, counts, scratch, memo).score_block(texts, n_texts, totals, stride_of_totals);
    } else if (!block.hashed()) {
        CharacterScorer<Sums> scorer(block, counts, scratch);
        for (size_t t = 0; t < n_texts; ++t) scorer.score(texts[t], totals + t * stride_of_totals);
    } else {
        for (size_t t = 0; t < n_texts; ++t)
            score_hashed_characters<Sums>(block, texts[t], first + t, counts, scratch, totals + t * stride_of_totals);
    }
}

template <class Out>
void score_texts(const Engine& engine, const Text* texts, size_t n, Out* out, Scratch& scratch) {
    const size_t n_outputs = engine.n_outputs();
    const size_t stride = totals_stride(engine);
    double* totals = scratch.totals.reserve(texts_at_once * stride);
    for (size_t first = 0; first < n;) {
        size_t n_texts = 0;
        while (first + n_texts < n && n_texts < texts_at_once && texts[first + n_texts].length <= long_text) ++n_texts;
        if (n_texts == 0) n_texts = 1;
        for (size_t c = 0; c < engine.cleanings().size(); ++c) {
            CleanTexts& clean = scratch.cleans[c];
            size_t offset = 0;
            for (size_t t = 0; t < n_texts; ++t) {
                clean.offset[t] = offset;
                clean_text(texts[first + t], t, first + t, engine.cleanings()[c], clean, scratch);
                offset += clean.size[t];
                if (offset % 64 == 0) clean.word_bits[offset / 64] = clean.solid_bits[offset / 64] = 0;  // a text ends outside of a run
                offset = (offset + 64) / 64 * 64;
            }
        }
        std::memset(totals, 0, n_texts * stride * sizeof(double));
        for (size_t b = 0; b < engine.blocks().size(); ++b) {
            const Block& block = *engine.blocks()[b];
            const CleanTexts& clean = scratch.cleans[block.cleaning];
            Counts& counts = scratch.counts[b];
            if (sizeof(Out) == 8)
                score_group<CountSums<true>>(engine, block, clean, n_texts, first, counts, scratch.memos[b], scratch, totals);
            else if (block.hashed())
                score_group<CountSums<false>>(engine, block, clean, n_texts, first, counts, scratch.memos[b], scratch, totals);
            else
                score_group<FloatSums>(engine, block, clean, n_texts, first, counts, scratch.memos[b], scratch, totals);
        }
        const double* intercept = engine.intercept();
        for (size_t t = 0; t < n_texts; ++t)
            for (size_t j = 0; j < n_outputs; ++j)
                out[(first + t) * n_outputs + j] = Out(totals[t * stride + j] + intercept[j]);
        first += n_texts;
    }
}

void score(const Engine& engine, const Text* texts, size_t n, float* out, Scratch& scratch) {
    score_texts(engine, texts, n, out, scratch);
}

void score(const Engine& engine, const Text* texts, size_t n, double* out, Scratch& scratch) {
    score_texts(engine, texts, n, out, scratch);
}

std::string nltk_text(const std::string& text, bool directly) {
    Scratch scratch;
    size_t size = nltk_direct::declined;
    std::string padded = text + std::string(64, '\0');
    const u8* in = reinterpret_cast<const u8*>(padded.data());
    const u8* out = nullptr;
    if (directly) {
        size = nltk_direct::transform(in, text.size(), scratch.bits, scratch.nltk.a);
        out = scratch.nltk.a.data();
    }
    if (size == nltk_direct::declined) out = nltk::literal(in, text.size(), scratch.nltk, size);
    return std::string(reinterpret_cast<const char*>(out), size);
}
