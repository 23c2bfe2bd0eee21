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
                *q++ = base + size_t(__builtin_ctzll(turns | 1ull << 63));
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
        Key key;
        if (__builtin_expect(size <= short_key, 1))
            key = short_key_of(p, size);
        else if (size > longest)
            key = {size, long_mark};
        else
            key = long_key_of(p, size);
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
