// Texts → clean bytes and bits. Part of the kernel: included once for each set of instructions.

// 32 bytes: write them, in lower case if asked, and give back one bit a byte.
struct Step {
    u32 word, solid, not_ascii;
};

template <bool lower>
INLINE Step step32(const u8* in, u8* out) {
    const Lanes x = lanes_at(in), letters = letters_of(x);
    const Lanes written = lower ? x | (letters & all_lanes(0x20)) : x;
    std::memcpy(out, &written, sizeof written);
    return {bits_of_lanes(words_of(x, letters)), ~bits_of_lanes(blanks_of(x)), bits_of_lanes(x)};
}

// Python's own forms of a str to UTF-8. Room for 4 bytes a unit is there.
inline size_t to_utf8(const Text& text, u8* out) {
    u8* const begin = out;
    if (text.encoding == Encoding::latin1) {
        const u8* p = static_cast<const u8*>(text.data);
        for (size_t i = 0; i < text.length; ++i) out = encode(p[i], out);
    } else if (text.encoding == Encoding::ucs2) {
        const u16* p = static_cast<const u16*>(text.data);
        size_t i = 0;
#if defined(__SSE2__)
        const __m128i high = _mm_set1_epi16(short(0xFF80));
        while (i + 8 <= text.length) {
            const __m128i units = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p + i));
            const __m128i ascii = _mm_cmpeq_epi16(_mm_and_si128(units, high), _mm_setzero_si128());
            _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_packus_epi16(units, units));
            const u32 others = ~u32(_mm_movemask_epi8(ascii)) & 0xFFFF;
            const size_t n = others ? size_t(__builtin_ctz(others)) / 2 : 8;
            out += n;
            i += n;
            while (i < text.length && p[i] >= 0x80) out = encode(p[i++], out);
        }
#endif
        for (; i < text.length; ++i) out = encode(p[i], out);
    } else {
        const u32* p = static_cast<const u32*>(text.data);
        for (size_t i = 0; i < text.length; ++i) out = encode(p[i] < 0x110000 ? p[i] : 0xFFFD, out);
    }
    return size_t(out - begin);
}

// How many bytes at `p` are ASCII, up to 32; they are written to `out` (room for 32), in lower case if asked.
template <bool lower>
INLINE size_t copy_ascii(const u8* p, const u8* end, u8* out) {
    if (end - p >= 32) {
        const Step s = step32<lower>(p, out);
        return s.not_ascii ? size_t(__builtin_ctz(s.not_ascii)) : 32;
    }
    size_t n = 0;
    for (; p + n < end && p[n] < 0x80; ++n) out[n] = lower && u8(p[n] - 'A') < 26 ? u8(p[n] | 0x20) : p[n];
    return n;
}

// Whether the capital sigma at [p, q) of the text stands last in its word, by str.lower's rule.
inline bool final_sigma(const u8* begin, const u8* p, const u8* q, const u8* end) {
    u8 before = 0, after = 0;
    while (p > begin && ((before = unicode::classes(decode_before(p))) & unicode::ignorable)) before = 0;
    if (!(before & unicode::cased)) return false;
    while (q < end && ((after = unicode::classes(decode(q))) & unicode::ignorable)) after = 0;
    return !(after & unicode::cased);
}

INLINE void put_bits(u64* bits, size_t at, u64 value, size_t count) {
    bits[at / 64] |= value << (at % 64);
    if (at % 64 + count > 64) bits[at / 64 + 1] |= value >> (64 - at % 64);
}

// str.lower. One code point becomes at most two, three bytes at most four: room for 2 * n + 64.
inline size_t lower_utf8(const u8* in, size_t n, u8* out) {
    u8* const out_begin = out;
    const u8 *p = in, *const end = in + n;
    while (p < end) {
        const size_t ascii = copy_ascii<true>(p, end, out);
        p += ascii;
        out += ascii;
        while (p < end && *p >= 0x80) {
            const u8* const at = p;
            const u32 c = decode(p);
            if (!(unicode::classes(c) & unicode::lowers)) {
                for (const u8* q = at; q < p; ++q) *out++ = *q;
            } else if (c == 0x3A3) {
                out = encode(final_sigma(in, at, p, end) ? 0x3C2 : 0x3C3, out);
            } else if (c == 0x130) {
                *out++ = 'i';
                out = encode(0x307, out);
            } else {
                out = encode(unicode::lower(c), out);
            }
        }
    }
    return size_t(out - out_begin);
}

// The same with the bits of what is written, every byte of a code point having its bit; room for the bits of 2 * n bytes.
inline size_t lower_utf8_with_bits(const u8* in, size_t n, u8* out, u64* word_bits, u64* solid_bits) {
    std::memset(word_bits, 0, (2 * n / 64 + 1) * 8);
    std::memset(solid_bits, 0, (2 * n / 64 + 1) * 8);
    u8* const out_begin = out;
    const u8 *p = in, *const end = in + n;
    u8 tail[32];
    while (p < end) {
        const u8* from = p;
        const size_t left = size_t(end - p);
        if (left < 32) {
            std::memset(tail, 0, sizeof tail);
            std::memcpy(tail, p, left);
            from = tail;
        }
        const Step s = step32<true>(from, out);
        size_t ascii = s.not_ascii ? size_t(__builtin_ctz(s.not_ascii)) : 32;
        if (ascii > left) ascii = left;
        if (ascii) {
            const u32 inside = ~0u >> (32 - ascii);
            const size_t at = size_t(out - out_begin);
            put_bits(word_bits, at, s.word & inside, ascii);
            put_bits(solid_bits, at, s.solid & inside, ascii);
            p += ascii;
            out += ascii;
        }
        while (p < end && *p >= 0x80) {
            const u8* const begin = p;
            u32 c = decode(p);
            u8 flags = unicode::classes(c);
            if (flags & unicode::lowers) {
                if (c == 0x130) {
                    put_bits(word_bits, size_t(out - out_begin), 1, 1);
                    put_bits(solid_bits, size_t(out - out_begin), 1, 1);
                    *out++ = 'i';
                    c = 0x307;
                } else {
                    c = c != 0x3A3 ? unicode::lower(c) : final_sigma(in, begin, p, end) ? 0x3C2 : 0x3C3;
                }
                flags = unicode::classes(c);
            }
            const size_t at = size_t(out - out_begin);
            out = encode(c, out);
            const size_t length = size_t(out - out_begin) - at;
            const u64 ones = (1u << length) - 1;
            if (flags & unicode::word) put_bits(word_bits, at, ones, length);
            if (!(flags & unicode::space)) put_bits(solid_bits, at, ones, length);
        }
    }
    return size_t(out - out_begin);
}

// scikit-learn's strip_accents_unicode, or its strip_accents_ascii.
inline size_t strip_utf8(const u8* in, size_t n, bool ascii_only, Buffer<u8>& buffer) {
    size_t used = 0, room = buffer.capacity();
    u8* out = buffer.data();
    const u8 *p = in, *const end = in + n;
    while (p < end) {
        if (room - used < 512 || room < 512) {
            out = buffer.reserve(used + size_t(end - p) + 1024);
            room = buffer.capacity();
        }
        const size_t ascii = copy_ascii<false>(p, end, out + used);
        p += ascii;
        used += ascii;
        for (int i = 0; i < 8 && p < end && *p >= 0x80; ++i) {
            const u8* const at = p;
            const u32 c = decode(p);
            u8 piece[16];
            const u8 *from = at, *to = p;
            if (c >= 0xAC00 && c < 0xD7A4) {
                const u32 syllable = c - 0xAC00;
                u8* q = encode(0x1100 + syllable / 588, piece);
                q = encode(0x1161 + syllable % 588 / 28, q);
                if (syllable % 28) q = encode(0x11A7 + syllable % 28, q);
                from = piece, to = q;
            } else if (unicode::classes(c) & unicode::strips) {
                const u32 place = unicode::strip(c);
                from = unicode::strip_bytes + (place >> 8), to = from + (place & 255);
            }
            for (; from < to; ++from)
                if (!ascii_only || *from < 0x80) out[used++] = *from;
        }
    }
    return used;
}

// The bits of clean bytes that are not all ASCII; every byte of a code point has its bit.
// `in` is padded.
inline void bits_of(const u8* in, size_t n, u64* word_bits, u64* solid_bits) {
    const size_t n_words = (n + 63) / 64;
    std::memset(word_bits, 0, n_words * 8);
    std::memset(solid_bits, 0, n_words * 8);
    const u8 *p = in, *const end = in + n;
    u8 ignored[64];
    while (p < end) {
        const size_t left = size_t(end - p);
        const Step s = step32<false>(p, ignored);
        size_t ascii = s.not_ascii ? size_t(__builtin_ctz(s.not_ascii)) : 32;
        if (ascii > left) ascii = left;
        if (ascii) {
            const u32 inside = ~0u >> (32 - ascii);
            put_bits(word_bits, size_t(p - in), s.word & inside, ascii);
            put_bits(solid_bits, size_t(p - in), s.solid & inside, ascii);
            p += ascii;
        }
        while (p < end && *p >= 0x80) {
            const size_t at = size_t(p - in);
            const u8 flags = unicode::classes(decode(p));
            const size_t length = size_t(p - in) - at;
            const u64 ones = (1u << length) - 1;
            if (flags & unicode::word) put_bits(word_bits, at, ones, length);
            if (!(flags & unicode::space)) put_bits(solid_bits, at, ones, length);
        }
    }
}

// re.sub(r"\s\s+", " ", text), in place; gives back the new length.
inline size_t collapse_spaces(u8* bytes, size_t n) {
    u8 *p = bytes, *out = bytes, *const end = bytes + n;
    while (p < end) {
        const u8* q = p;
        u32 c = decode(q);
        if (!(unicode::classes(c) & unicode::space)) {
            while (p < q) *out++ = *p++;
            continue;
        }
        const u8* const first_end = q;
        int run = 1;
        while (q < end) {
            const u8* next = q;
            c = decode(next);
            if (!(unicode::classes(c) & unicode::space)) break;
            q = next;
            ++run;
        }
        if (run == 1) {
            while (p < first_end) *out++ = *p++;
        } else {
            *out++ = ' ';
            p += q - p;
        }
    }
    return size_t(out - bytes);
}

// Whether two white-space bytes stand side by side.
inline bool has_double_space(const u64* solid_bits, size_t n) {
    bool carry = false;
    for (size_t i = 0; i < (n + 63) / 64; ++i) {
        u64 blank = ~solid_bits[i];
        if (i == n / 64) blank &= (1ull << n % 64) - 1;
        if (blank & (blank << 1 | u64(carry))) return true;
        carry = blank >> 63;
    }
    return false;
}

// Clean a common text by clean_common(); `no` also where the encoding and what is wanted do not go together.
template <bool lower>
INLINE Common clean_at_once(const Text& text, const Cleaning& cleaning, u8* out, u64* word_bits, u64* solid_bits) {
    const bool words_only = !cleaning.solid_bits;
    const u8* const bytes = static_cast<const u8*>(text.data);
    switch (text.encoding) {
        case Encoding::ascii:
        case Encoding::utf8:
            if (words_only) return clean_common<Utf8Source, lower, true>(bytes, text.length, out, word_bits, solid_bits);
            return clean_common<Utf8Source, lower, false>(bytes, text.length, out, word_bits, solid_bits);
        case Encoding::latin1: return words_only ? clean_common<Latin1Source, lower, true>(bytes, text.length, out, word_bits, solid_bits) : Common::no;
        case Encoding::ucs2:
            if (!words_only) return Common::no;
            return clean_common<Ucs2Source, lower, true>(static_cast<const u16*>(text.data), text.length, out, word_bits, solid_bits);
        default: return Common::no;
    }
}

// Clean one text into place `t` of `clean`, whose offset is set and behind which everything is free.
inline void clean_text(const Text& text, size_t t, size_t number, const Cleaning& cleaning, CleanTexts& clean, Scratch& scratch) {
    const size_t offset = clean.offset[t];
    const auto reserve = [&](size_t n) {
        clean.bytes.reserve(offset + n + 128);
        clean.word_bits.reserve((offset + n) / 64 + 3);
        clean.solid_bits.reserve((offset + n) / 64 + 3);
    };
    const u8* in = static_cast<const u8*>(text.data);
    size_t n = text.length;
    if (!cleaning.nltk) {
        reserve(n);
        u8* out = clean.bytes.data() + offset;
        u64 *word_bits = clean.word_bits.data() + offset / 64, *solid_bits = clean.solid_bits.data() + offset / 64;
        const Common common = cleaning.lowercase ? clean_at_once<true>(text, cleaning, out, word_bits, solid_bits)
                                                 : clean_at_once<false>(text, cleaning, out, word_bits, solid_bits);
        if (common == Common::ascii || (common == Common::with_marks && cleaning.accents == Accents::keep)) {
            if (cleaning.collapse && has_double_space(solid_bits, n)) {
                n = collapse_spaces(out, n);
                bits_of(out, n, word_bits, solid_bits);
            }
            clean.size[t] = n;
            clean.ascii[t] = true;
            return;
        }
    }
    if (text.encoding == Encoding::utf8) {
        if (!valid_utf8(in, n)) throw TextError(TextError::not_utf8, number, std::string(reinterpret_cast<const char*>(in), n));
    } else if (text.encoding != Encoding::ascii) {
        const size_t widest = text.encoding == Encoding::latin1 ? 2 : text.encoding == Encoding::ucs2 ? 3 : 4;
        u8* out = scratch.bytes_a.reserve(n * widest + 64);
        n = to_utf8(text, out);
        in = out;
    }
    if (cleaning.lowercase && cleaning.accents == Accents::keep && !cleaning.nltk && !cleaning.collapse) {
        reserve(2 * n);
        clean.size[t] = lower_utf8_with_bits(in, n, clean.bytes.data() + offset, clean.word_bits.data() + offset / 64, clean.solid_bits.data() + offset / 64);
        clean.ascii[t] = false;
        return;
    }
    if (cleaning.lowercase) {
        u8* out = scratch.bytes_b.reserve(2 * n + 64);
        n = lower_utf8(in, n, out);
        in = out;
    }
    if (cleaning.accents != Accents::keep) {
        // bytes_a is free again: where it held the input, that has been read by lower_utf8, or is read from a copy.
        if (in == scratch.bytes_a.data()) {
            std::memcpy(scratch.bytes_b.reserve(n + 64), in, n);
            in = scratch.bytes_b.data();
        }
        n = strip_utf8(in, n, cleaning.accents == Accents::ascii, scratch.bytes_a);
        in = scratch.bytes_a.data();
    }
    if (cleaning.nltk && n > 0) {
        if (in == text.data) {  // unpadded
            u8* copy = scratch.bytes_a.reserve(n + 64);
            std::memcpy(copy, in, n);
            in = copy;
        }
        const size_t size = nltk_direct::transform(in, n, scratch.bits, scratch.nltk.a);
        if (size != nltk_direct::declined) {
            in = scratch.nltk.a.data();
            n = size;
        } else {
            in = nltk::literal(in, n, scratch.nltk, n);
        }
    }
    reserve(n);
    u8* out = clean.bytes.data() + offset;
    if (n) std::memcpy(out, in, n);
    if (cleaning.collapse) n = collapse_spaces(out, n);
    bits_of(out, n, clean.word_bits.data() + offset / 64, clean.solid_bits.data() + offset / 64);
    clean.size[t] = n;
    clean.ascii[t] = false;
}
