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

// The place of the lowest bit; anything if there is none.
INLINE u32 lowest_bit(u64 bits) {
#if defined(STANCE_KERNEL_AVX2)
    return u32(_tzcnt_u64(bits));
#else
    return u32(__builtin_ctzll(bits | 1ull << 63));
#endif
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

// Where the runs of bits of one text begin, and their last bytes, counted from `base`. Gives back how many; room for
// half the bytes and 16 more. Runs of one byte may be left out.
template <bool drop_singles>
INLINE size_t runs_of(const u64* bits, size_t n_bytes, u32 base, u32* __restrict starts, u32* __restrict ends) {
    const size_t n_words = (n_bytes + 63) / 64;
    const auto write = [](u64& left, u32 at, u32* out) {
        u32 place = at + u32(lowest_bit(left));
        asm("" : "+r"(place));  // gathering these into vectors, as GCC would, is slower
        *out = place;
        left &= left - 1;
    };
    size_t n_starts = 0, n_ends = 0;
    u64 before = 0, word = n_words ? bits[0] : 0;
    for (size_t i = 0; i < n_words; ++i) {
        const u64 next = i + 1 < n_words ? bits[i + 1] : 0;
        u64 start = word & ~(word << 1 | before), end = word & ~(word >> 1 | next << 63);
        if (drop_singles) {
            const u64 alone = start & end;
            start ^= alone;
            end ^= alone;
        }
        before = word >> 63;
        word = next;
        const u32 at = base + u32(i) * 64;
        u32 *s = starts + n_starts, *e = ends + n_ends;
        n_starts += size_t(__builtin_popcountll(start));
        n_ends += size_t(__builtin_popcountll(end));
        for (int j = 0; j < 12; ++j) write(start, at, s++), write(end, at, e++);  // mostly all of them
        while (__builtin_expect((start | end) != 0, 0))
            for (int j = 0; j < 4; ++j) write(start, at, s++), write(end, at, e++);
    }
    return n_starts;
}

// Drop tokens of one code point beyond ASCII, which runs_of() has not seen to be single.
INLINE size_t without_singles(const u8* bytes, u32* starts, u32* ends, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; ++i) {
        const u32 start = starts[i], end = ends[i];
        starts[kept] = start;
        ends[kept] = end;
        kept += utf8_length(bytes[start]) < end + 1 - start;
    }
    return kept;
}

// The tokens of a text whose clean bytes stand at `base` in the block's, behind `at` in scratch.starts and .ends.
STAGE size_t tokens_of(const Clean& clean, Tokens kind, u32 base, size_t at, Scratch& scratch) {
    u32* starts = scratch.starts.reserve(at + clean.n / 2 + 20) + at;
    u32* ends = scratch.ends.reserve(at + clean.n / 2 + 20) + at;
    if (kind == Tokens::default_) {
        const size_t n = runs_of<true>(clean.word_bits, clean.n, base, starts, ends);
        return clean.ascii ? n : without_singles(clean.bytes - base, starts, ends, n);
    }
    if (kind != Tokens::stance) return runs_of<false>(kind == Tokens::word ? clean.word_bits : clean.solid_bits, clean.n, base, starts, ends);
    tokens::Scanner<u8> scanner(clean.bytes, clean.bytes + clean.n);
    size_t n = 0;
    for (const u8* p; scanner.next(p); ++n) {
        if (n == clean.n / 2 + 16) {
            starts = scratch.starts.reserve(at + clean.n + 20) + at;
            ends = scratch.ends.reserve(at + clean.n + 20) + at;
        }
        starts[n] = base + u32(p - clean.bytes);
        ends[n] = base + u32(scanner.position() - clean.bytes) - 1;
    }
    return n;
}

// Keys of the block's first `n` tokens, and where they are looked up.
STAGE void keys_of_tokens(const StringTable& strings, const u8* bytes, size_t n, Scratch& scratch) {
    Key* __restrict keys = scratch.keys.reserve(n + 1);
    u32* __restrict slots = scratch.slots.reserve(n + 1);
    const u32* __restrict starts = scratch.starts.data();
    const u32* __restrict ends = scratch.ends.data();
    const size_t mask = strings.mask(), longest = strings.longest();
    const StringTable::Bucket* const buckets = strings.buckets();
    for (size_t i = 0; i < n; ++i) {
        const u8* p = bytes + starts[i];
        const size_t size = ends[i] + 1 - starts[i];
        const Key key = key_of_token(p, size, longest);
        const size_t slot = hash(key) & mask;
        __builtin_prefetch(buckets + slot);
        keys[i] = key;
        slots[i] = u32(slot);
    }
}

// Their values.
STAGE void values_of_tokens(const StringTable& strings, const u8* bytes, size_t n, Scratch& scratch) {
    const Key* __restrict keys = scratch.keys.data();
    const u32* __restrict slots = scratch.slots.data();
    u32* __restrict words = scratch.words.reserve(n + 1);
    const StringTable::Bucket* const buckets = strings.buckets();
    for (size_t i = 0; i < n; ++i) {
        u32 value = value_in(buckets[slots[i]], keys[i]);
        if (__builtin_expect(is_open(value), 0))
            value = strings.find_far(keys[i], slots[i], bytes + scratch.starts[i], scratch.ends[i] + 1 - scratch.starts[i]);
        words[i] = value;
    }
}
