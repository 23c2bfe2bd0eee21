// Bits → runs → keys of tokens. Part of the kernel: included once for each set of instructions.

// Write where runs of set bits begin and end, by turns, for words [from, to) of the bits; `carry` is the last bit
// before them and becomes the last bit of them. Room for 64 * (to - from) + 64 positions.
INLINE size_t edges_of(const u64* bits, size_t from, size_t to, u64& carry, size_t* out) {
    size_t n = 0;
    for (size_t i = from; i < to; ++i) {
        const u64 word = bits[i];
        u64 turns = word ^ (word << 1 | carry);
        carry = word >> 63;
        const size_t base = i * 64;
        const size_t count = size_t(__builtin_popcountll(turns));
        size_t* q = out + n;
        n += count;
        for (size_t done = 0; done < count; done += 8)
            for (size_t j = 0; j < 8; ++j) {
                size_t edge = base + size_t(__builtin_ctzll(turns | 1ull << 63));
                asm("" : "+r"(edge));  // gathering these into vectors, as GCC would, is slower
                *q++ = edge;
                turns &= turns - 1;
            }
    }
    return n;
}

// A run of one code point, which \b\w\w+\b passes over.
INLINE bool is_single(const u8* p, size_t n, bool ascii) {
    return n == 1 || (!ascii && n <= 4 && utf8_length(*p) == n);
}

// The tokens of one text, whole or piece by piece: runs of bits, or what the scanner of our own pattern finds.
struct Runs {
    const u64* bits;
    size_t n, at = 0;  // bytes; next word of bits
    u64 carry = 0;
    size_t open = size_t(-1);  // where a run began that the last piece did not end
    bool scans;
    const u8* bytes;
    tokens::Scanner<u8> scanner;

    Runs(const Clean& clean, Tokens kind)
        : bits(kind == Tokens::default_ || kind == Tokens::word ? clean.word_bits : clean.solid_bits), n(clean.n),
          scans(kind == Tokens::stance), bytes(clean.bytes), scanner(clean.bytes, clean.bytes + clean.n) {}

    bool more() const { return at * 64 < n; }

    // Put starts and ends of the tokens that end in the next `n_words` words of bits into `edges`; their number is even.
    STAGE size_t next(size_t n_words, Buffer<size_t>& edges) {
        const size_t all = (n + 63) / 64, to = all - at < n_words ? all : at + n_words;
        if (scans) return scan(to, edges);
        size_t* out = edges.reserve((to - at) * 64 + 80);
        size_t k = 0;
        if (open != size_t(-1)) out[k++] = open;
        k += edges_of(bits, at, to, carry, out + k);
        at = to;
        if (to == all && carry) out[k++] = n;
        open = k % 2 ? out[--k] : size_t(-1);
        return k;
    }

    INLINE size_t scan(size_t to, Buffer<size_t>& edges) {
        const u8* const until = bytes + (to * 64 < n ? to * 64 : n);
        const u8* p = scanner.position();
        size_t* out = edges.reserve(p < until ? size_t(until - p) * 2 + 2 : 2);
        size_t k = 0;
        while (p < until && scanner.next(p)) {
            out[k++] = size_t(p - bytes);
            p = scanner.position();
            out[k++] = size_t(p - bytes);
        }
        at = to;
        return k;
    }
};

// The value in this bucket of the string with this key; is_open() tells what is still to be asked of the table.
INLINE u32 value_in(const StringTable::Bucket& b, const Key& key) {
#if defined(STANCE_KERNEL_AVX2)
    // Bits 0 and 1: the halves of the first key agree; and so on.
    static constexpr u8 which[64] = {3, 3, 3, 0, 3, 3, 3, 0, 3, 3, 3, 0, 1, 1, 1, 0, 3, 3, 3, 0, 3, 3, 3, 0, 3, 3, 3, 0, 1, 1, 1, 0,
                                     3, 3, 3, 0, 3, 3, 3, 0, 3, 3, 3, 0, 1, 1, 1, 0, 2, 2, 2, 0, 2, 2, 2, 0, 2, 2, 2, 0, 1, 1, 1, 0};
    const __m128i k = _mm_loadu_si128(reinterpret_cast<const __m128i*>(&key));
    const __m256i first = _mm256_cmpeq_epi64(_mm256_broadcastsi128_si256(k), _mm256_load_si256(reinterpret_cast<const __m256i*>(&b.key[0])));
    const __m128i last = _mm_cmpeq_epi64(k, _mm_load_si128(reinterpret_cast<const __m128i*>(&b.key[2])));
    const u32 same = u32(_mm256_movemask_pd(_mm256_castsi256_pd(first))) | u32(_mm_movemask_pd(_mm_castsi128_pd(last))) << 4;
    return b.value[which[same]];
#else
    u32 value = b.value[3];
    for (int j = 0; j < 3; ++j) {  // written so that no compiler makes a branch of it, which would be guessed wrong
        const u32 same = 0 - u32(((b.key[j].low ^ key.low) | (b.key[j].high ^ key.high)) == 0);
        value = (value & ~same) | (b.value[j] & same);
    }
    return value;
#endif
}

// The same for pairs, in 32 bits or in 64; `beyond` is still to be asked.
INLINE u32 value_in(const PairTable::Narrow& b, u32 pair) {
    constexpr int last = PairTable::narrow_width;
#if defined(STANCE_KERNEL_AVX2)
    const __m256i same = _mm256_cmpeq_epi32(_mm256_set1_epi32(int(pair)), _mm256_load_si256(reinterpret_cast<const __m256i*>(b.pair)));
    return b.value[__builtin_ctz(u32(_mm256_movemask_ps(_mm256_castsi256_ps(same))) | 1u << last)];
#else
    u32 value = b.value[last];
    for (int j = 0; j < last; ++j) {
        const u32 same = 0 - u32(b.pair[j] == pair);
        value = (value & ~same) | (b.value[j] & same);
    }
    return value;
#endif
}

INLINE u32 value_in(const PairTable::Wide& b, u64 pair) {
#if defined(STANCE_KERNEL_AVX2)
    static constexpr u8 which[32] = {5, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0, 4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0};
    const __m256i first = _mm256_cmpeq_epi64(_mm256_set1_epi64x(static_cast<long long>(pair)), _mm256_load_si256(reinterpret_cast<const __m256i*>(&b.pair[0])));
    const u32 same = u32(_mm256_movemask_pd(_mm256_castsi256_pd(first))) | u32(b.pair[4] == pair) << 4;
    return b.value[which[same]];
#else
    u32 value = b.value[PairTable::width];
    for (int j = 0; j < PairTable::width; ++j) {
        const u32 same = 0 - u32(b.pair[j] == pair);
        value = (value & ~same) | (b.value[j] & same);
    }
    return value;
#endif
}

INLINE u32 find_pair(const PairTable& pairs, u64 pair, size_t slot) {
    const PairTable::Bucket& b = pairs.buckets()[slot];
    const u32 value = pairs.narrow() ? value_in(b.narrow, PairTable::narrow_pair(u32(pair >> 32), u32(pair))) : value_in(b.wide, pair);
    return __builtin_expect(value == beyond, 0) ? pairs.find_far(pair, slot) : value;
}

// The key of a token with 16 bytes or more behind its begin; of one longer than any in the table, a key that none has.
INLINE Key key_of_token(const u8* p, size_t size, size_t longest) {
    if (__builtin_expect(size <= short_key, 1)) return short_key_of(p, size);
    return size > longest ? Key{size, long_mark} : long_key_of(p, size);
}

template <bool drop_singles, bool ascii>
INLINE size_t keys_of_runs(const Block& block, const Clean& clean, const size_t* __restrict edges, size_t n_edges, size_t at, Scratch& scratch) {
    Key* __restrict keys = scratch.keys.data() + at;
    u32* __restrict slots = scratch.slots.data() + at;
    Token* __restrict tokens = scratch.tokens.data() + at;
    const size_t mask = block.strings.mask(), longest = block.strings.longest();
    const StringTable::Bucket* const buckets = block.strings.buckets();
    const u8* const bytes = clean.bytes;
    size_t n = 0;
    for (size_t i = 0; i < n_edges; i += 2) {
        const u8* p = bytes + edges[i];
        const size_t size = edges[i + 1] - edges[i];
        const Key key = key_of_token(p, size, longest);
        const size_t slot = hash(key) & mask;
        __builtin_prefetch(buckets + slot);
        keys[n] = key;
        slots[n] = u32(slot);
        tokens[n] = {p, size};
        n += !(drop_singles && is_single(p, size, ascii));
    }
    return n;
}

// Behind `at` in scratch.keys, slots and tokens: the tokens of these edges. Gives back how many.
STAGE size_t keys_of_edges(const Block& block, const Clean& clean, const size_t* edges, size_t n_edges, size_t at, Scratch& scratch) {
    scratch.keys.reserve(at + n_edges / 2 + 1);
    scratch.slots.reserve(at + n_edges / 2 + 1);
    scratch.tokens.reserve(at + n_edges / 2 + 1);
    if (block.plan.tokens != Tokens::default_) return keys_of_runs<false, true>(block, clean, edges, n_edges, at, scratch);
    return clean.ascii ? keys_of_runs<true, true>(block, clean, edges, n_edges, at, scratch)
                       : keys_of_runs<true, false>(block, clean, edges, n_edges, at, scratch);
}

// The places of the bits in each byte.
struct BitPlaces {
    u8 of[256][8];
    constexpr BitPlaces() : of() {
        for (int byte = 0; byte < 256; ++byte)
            for (int bit = 0, n = 0; bit < 8; ++bit)
                if (byte >> bit & 1) of[byte][n++] = u8(bit);
    }
};
constexpr BitPlaces bit_places;

// Write base + the place of each bit; 8 numbers may be written behind them. Gives back the end of what counts.
INLINE u32* places_of(u64 bits, u32 base, u32* out) {
#if defined(STANCE_KERNEL_AVX2)
    __m256i bases = _mm256_set1_epi32(int(base));
    for (int i = 0; i < 8; ++i, bits >>= 8) {
        const __m128i places = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bit_places.of[u8(bits)]));
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm256_add_epi32(bases, _mm256_cvtepu8_epi32(places)));
        bases = _mm256_add_epi32(bases, _mm256_set1_epi32(8));
        out += __builtin_popcount(u8(bits));
    }
#else
    for (u32 i = 0; i < 8; ++i, base += 8, bits >>= 8) {
        for (int j = 0; j < 8; ++j) out[j] = base + bit_places.of[u8(bits)][j];
        out += __builtin_popcount(u8(bits));
    }
#endif
    return out;
}

// Where runs of bits begin and end in words [from, to), which end outside of a run; behind `n` in `out`, and in
// `counts` how many there are up to the end of each word. Runs of one byte may be left out.
template <bool drop_singles>
INLINE size_t edges_of_block(const u64* bits, size_t from, size_t to, u32* out, size_t n, u32* counts) {
    u32* end = out + n;
    u64 before = 0, kept_before = 0, word = bits[from];
    for (size_t i = from; i < to; ++i) {
        const u64 next = i + 1 < to ? bits[i + 1] : 0;
        u64 kept = word;
        if (drop_singles) kept &= (word << 1 | before >> 63) | (word >> 1 | next << 63);
        end = places_of(kept ^ (kept << 1 | kept_before >> 63), u32(i) * 64, end);
        counts[i] = u32(end - out);
        before = word;
        kept_before = kept;
        word = next;
    }
    return size_t(end - out);
}

// Drop the tokens of one code point beyond ASCII, which edges_of_block() has not seen to be single.
INLINE size_t without_singles(const CleanTexts& texts, size_t n_texts, size_t* ends, u32* edges) {
    size_t kept = 0, i = 0;
    for (size_t t = 0; t < n_texts; ++t) {
        for (; i < ends[t]; ++i) {
            const u32 start = edges[2 * i], end = edges[2 * i + 1];
            edges[2 * kept] = start;
            edges[2 * kept + 1] = end;
            kept += utf8_length(texts.bytes[start]) < end - start;
        }
        ends[t] = kept;
    }
    return kept;
}

// The tokens of a block of texts, in scratch.token_edges; those of text t end at number ends[t]. Of texts longer than
// `long_text` there are none. Gives back how many there are.
STAGE size_t tokens_of_texts(const CleanTexts& texts, size_t n_texts, Tokens kind, size_t* ends, Scratch& scratch) {
    size_t n = 0;
    if (kind == Tokens::stance) {
        for (size_t t = 0; t < n_texts; ++t) {
            const Clean clean = texts[t];
            const u32 base = u32(texts.offset[t]);
            tokens::Scanner<u8> scanner(clean.bytes, clean.bytes + (clean.n <= long_text ? clean.n : 0));
            u32* edges = scratch.token_edges.reserve(n + clean.n + 2);
            for (const u8* p; scanner.next(p); n += 2) {
                edges = scratch.token_edges.reserve(n + 2);
                edges[n] = base + u32(p - clean.bytes);
                edges[n + 1] = base + u32(scanner.position() - clean.bytes);
            }
            ends[t] = n / 2;
        }
        return n / 2;
    }
    const u64* const bits = kind == Tokens::default_ || kind == Tokens::word ? texts.word_bits.data() : texts.solid_bits.data();
    const auto last_word = [&](size_t t) { return (texts.offset[t] + texts.size[t]) / 64; };
    bool ascii = true;
    for (size_t t = 0; t < n_texts;) {
        if (texts.size[t] > long_text) {
            ends[t++] = n / 2;
            continue;
        }
        size_t until = t + 1;  // one loop over all texts up to here
        while (until < n_texts && texts.size[until] <= long_text) ++until;
        const size_t from = texts.offset[t] / 64, to = last_word(until - 1) + 1;
        u32* const counts = scratch.edge_counts.reserve(to);
        u32* const edges = scratch.token_edges.reserve(n + (to - from) * 64 + 8);
        n = kind == Tokens::default_ ? edges_of_block<true>(bits, from, to, edges, n, counts) : edges_of_block<false>(bits, from, to, edges, n, counts);
        for (; t < until; ++t) {
            ends[t] = counts[last_word(t)] / 2;
            ascii &= texts.ascii[t];
        }
    }
    return kind == Tokens::default_ && !ascii ? without_singles(texts, n_texts, ends, scratch.token_edges.data()) : n / 2;
}

// Keys of the block's first `n` tokens, and where they are looked up, in scratch.lookups.
STAGE void keys_of_tokens(const StringTable& strings, const u8* bytes, size_t n, Scratch& scratch) {
    Lookup* __restrict lookups = scratch.lookups.reserve(n + 1);
    const u32* __restrict edges = scratch.token_edges.data();
    const size_t mask = strings.mask(), longest = strings.longest();
    const StringTable::Bucket* const buckets = strings.buckets();
    for (size_t i = 0; i < n; ++i) {
        const u32 start = edges[2 * i];
        const Key key = key_of_token(bytes + start, edges[2 * i + 1] - start, longest);
        const StringTable::Bucket* const bucket = buckets + (hash(key) & mask);
        __builtin_prefetch(bucket);
        lookups[i] = {key, bucket};
    }
}
