// Common texts → clean bytes and bits, 64 characters at a time: ASCII and what else stands in English text, such as
// curly quotes, dashes and hard spaces. Part of the kernel: included once for each set of instructions.

INLINE Lanes letters_of(Lanes x) { return between(x | all_lanes(0x20), 'a', 'z'); }
INLINE Lanes words_of(Lanes x, Lanes letters) { return letters | between(x, '0', '9') | equal(x, '_'); }
INLINE Lanes blanks_of(Lanes x) { return between(x, 9, 13) | between(x, 0x1C, 0x20); }

// Of Latin-1 beyond ASCII, the hard space and the marks that are no \w (not ª ² ³ µ ¹ º ¼ ½ ¾).
INLINE Lanes latin1_marks(Lanes x) {
    const auto from_to = [&](int first, int last) { return between(x, first - 0x100, last - 0x100); };
    return from_to(0xA0, 0xA9) | from_to(0xAB, 0xB1) | from_to(0xB6, 0xB8) | equal(x, 0xB4) | equal(x, 0xBB) | equal(x, 0xBF);
}

// Three ways in which a text comes. `lanes_in` gives 32 characters as bytes, those beyond Latin-1 as 0xFF; `marks_in`,
// which of them are beyond ASCII, no \w and stay as they are under str.lower.
struct Utf8Source {
    typedef u8 Unit;
    static constexpr bool in_place = true;  // the clean bytes are the text's UTF-8 in lower case
    static INLINE Lanes lanes_in(const u8* p) { return lanes_at(p); }
};
struct Latin1Source {
    typedef u8 Unit;
    static constexpr bool in_place = false;
    static INLINE Lanes lanes_in(const u8* p) { return lanes_at(p); }
    static INLINE Lanes marks_in(const u8* p) { return latin1_marks(lanes_at(p)); }
};
struct Ucs2Source {
    typedef u16 Unit;
    static constexpr bool in_place = false;
    static INLINE WideLanes wide_at(const u16* p) {
        WideLanes x;
        std::memcpy(&x, p, sizeof x);
        return x;
    }
    static INLINE Lanes lanes_in(const u16* p) {
        const auto low = [](WideLanes x) { return (x & u16(0xFF)) | (WideLanes(x > WideLanes{} + u16(0xFF)) & u16(0xFF)); };
        return narrowed(low(wide_at(p)), low(wide_at(p + 16)));
    }
    static INLINE Lanes marks_in(const u16* p) {
        // General Punctuation up to U+203F
        const auto marks = [](WideLanes x) { return WideLanes((x & u16(0xFFC0)) == WideLanes{} + u16(0x2000)) & u16(0xFF); };
        return narrowed(marks(wide_at(p)), marks(wide_at(p + 16))) | latin1_marks(lanes_in(p));
    }
};

// Up to 64 characters of a text as two windows of 32, which may overlap: bit i of the first is character i, bit i of
// the second character i + up; both are then moved down.
template <class Unit>
struct Windows {
    const Unit *first, *second;
    u8 *first_out, *second_out;
    size_t up, down;
    u64 inside;

    template <class BitsOf>
    INLINE u64 gather(BitsOf bits) const { return (u64(bits_of_lanes(bits(first))) | u64(bits_of_lanes(bits(second))) << up) >> down; }
};

// Of UTF-8, which bytes that are not ASCII belong to marks, and which of those to blanks.
struct Marks {
    u64 marks, blanks;
    u64 marks_behind = 0, blanks_behind = 0;  // the same of the 64 bytes behind
};
INLINE Marks marks_of_utf8(const Windows<u8>& w, const u8* behind, const u8* end) {
    const auto where = [&](auto is) { return w.gather([&](const u8* p) { return is(lanes_at(p)); }) & w.inside; };
    const u64 e2 = where([](Lanes x) { return equal(x, 0xE2); }), x80 = where([](Lanes x) { return equal(x, 0x80); });
    const u64 c2 = where([](Lanes x) { return equal(x, 0xC2); }), xa0 = where([](Lanes x) { return equal(x, 0xA0); });
    // U+2010 to U+2027, U+202A to U+202E, U+2030 to U+203F: the third byte
    const auto third = [](Lanes x) { return between(x, 0x90 - 0x100, 0xA7 - 0x100) | between(x, 0xAA - 0x100, 0xAE - 0x100) | between(x, 0xB0 - 0x100, 0xBF - 0x100); };
    const auto is_third = [](u8 b) { return (b >= 0x90 && b <= 0xA7) || (b >= 0xAA && b <= 0xAE) || (b >= 0xB0 && b <= 0xBF); };
    const u8 next = behind < end ? behind[0] : 0, after = behind + 1 < end ? behind[1] : 0;
    const u64 of_three = e2 & (x80 >> 1 | u64(next == 0x80) << 63) & (where(third) >> 2 | u64(is_third(next)) << 62 | u64(is_third(after)) << 63);
    const u64 of_two = c2 & (xa0 >> 1 | u64(next == 0xA0) << 63);
    Marks m;
    m.blanks = of_two | of_two << 1;
    m.marks = of_three | of_three << 1 | of_three << 2 | m.blanks;
    m.blanks_behind = of_two >> 63;
    m.marks_behind = of_three >> 63 | of_three >> 62 | m.blanks_behind;
    return m;
}

enum class Common : u8 { no, with_marks, ascii };

// Write the clean bytes of `n` characters and their bits; `no` if there is a character that is not common, or
// malformed UTF-8. With `words_only` solid_bits are left alone and what stands between words is not UTF-8.
template <class Source, bool lower, bool words_only>
INLINE Common clean_common(const typename Source::Unit* in, size_t n, u8* out, u64* word_bits, u64* solid_bits) {
    typedef typename Source::Unit Unit;
    static_assert(Source::in_place || words_only, "what is blank is asked of UTF-8 alone");
    u64 marks_behind = 0, blanks_behind = 0, beyond_ascii = 0;
    const auto step = [&](const Windows<Unit>& w, size_t i) __attribute__((always_inline)) {
        u64 word[2], blank[2], beyond[2];
        const auto half = [&](int k, const Unit* p, u8* to) __attribute__((always_inline)) {
            const Lanes x = Source::lanes_in(p), letters = letters_of(x);
            const Lanes written = lower ? x | (letters & all_lanes(0x20)) : x;
            std::memcpy(to, &written, sizeof written);
            word[k] = bits_of_lanes(words_of(x, letters));
            if (!words_only) blank[k] = bits_of_lanes(blanks_of(x));
            beyond[k] = bits_of_lanes(x);
        };
        half(0, w.first, w.first_out);
        half(1, w.second, w.second_out);
        const auto joined = [&](const u64* x) { return (x[0] | x[1] << w.up) >> w.down; };
        word_bits[i / 64] = joined(word) & w.inside;
        u64 blanks = words_only ? 0 : joined(blank);
        const u64 others = joined(beyond) & w.inside;
        if (others) {
            beyond_ascii = others;
            if constexpr (Source::in_place) {
                const Marks m = marks_of_utf8(w, in + (i + 64 < n ? i + 64 : n), in + n);
                if (others & ~(m.marks | marks_behind)) return false;
                blanks |= m.blanks | blanks_behind;
                marks_behind = m.marks_behind;
                blanks_behind = m.blanks_behind;
            } else if (others & ~w.gather([](const Unit* p) { return Source::marks_in(p); })) {
                return false;
            }
        }
        if (!words_only) solid_bits[i / 64] = ~blanks & w.inside;
        return true;
    };
    const auto all_steps = [&]() __attribute__((always_inline)) {
        size_t i = 0;
        for (; i + 64 <= n; i += 64)
            if (!step({in + i, in + i + 32, out + i, out + i + 32, 32, 0, ~0ull}, i)) return false;
        const size_t rest = n - i;
        if (rest == 0) return true;
        const u64 inside = ~0ull >> (64 - rest);
        if (rest >= 32) return step({in + i, in + n - 32, out + i, out + n - 32, rest - 32, 0, inside}, i);
        if (n >= 32) return step({in + n - 32, in + n - 32, out + n - 32, out + n - 32, 0, 32 - rest, inside}, i);
        Unit few[32] = {};
        std::memcpy(few, in, n * sizeof(Unit));
        return step({few, few, out, out, 0, 0, inside}, 0);
    };
    if (!all_steps()) return Common::no;
    return beyond_ascii ? Common::with_marks : Common::ascii;
}
