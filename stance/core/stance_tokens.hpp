// Text → tokens by the pattern of stance/tokens/pattern.py, in one pass that never goes back.
#pragma once
#include <type_traits>

#include "utf8.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace stance::tokens {

// The tables of pattern.py; a letter is what is in none of them.
enum Class : u8 { letter, digit, joiner, gap, mark };

constexpr u32 gap_ranges[][2] = {
    {0x00, 0x20}, {0x7F, 0xA0}, {0x1680, 0x1680}, {0x2000, 0x200B}, {0x200E, 0x200F}, {0x2028, 0x202F},
    {0x205F, 0x206F}, {0x3000, 0x3000}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
constexpr u32 joiner_ranges[][2] = {{0xAD, 0xAD}, {0x200C, 0x200D}};
constexpr u32 mark_ranges[][2] = {
    {0x21, 0x2F}, {0x3A, 0x40}, {0x5B, 0x60}, {0x7B, 0x7E},
    {0xA1, 0xA9}, {0xAB, 0xAC}, {0xAE, 0xB1}, {0xB4, 0xB4}, {0xB6, 0xB8}, {0xBB, 0xBB}, {0xBF, 0xBF},
    {0xD7, 0xD7}, {0xF7, 0xF7},
    {0x37E, 0x37E}, {0x387, 0x387}, {0x55A, 0x55F}, {0x589, 0x58A},
    {0x5BE, 0x5BE}, {0x5C0, 0x5C0}, {0x5C3, 0x5C3}, {0x60C, 0x60D}, {0x61B, 0x61B}, {0x61E, 0x61F},
    {0x66A, 0x66D}, {0x6D4, 0x6D4},
    {0x964, 0x965}, {0x970, 0x970}, {0xE2F, 0xE2F}, {0xE5A, 0xE5B}, {0x104A, 0x104F}, {0x1361, 0x1368},
    {0x17D4, 0x17D6}, {0x17D8, 0x17DA}, {0x1800, 0x180A},
    {0x2010, 0x2027}, {0x2030, 0x205E}, {0x20A0, 0x20CF}, {0x2100, 0x214F}, {0x2190, 0x2BFF},
    {0x2E00, 0x2E7F}, {0x3001, 0x3003}, {0x3008, 0x3020}, {0x3030, 0x3030}, {0x303D, 0x303F}, {0x30FB, 0x30FB},
    {0xFE10, 0xFE19}, {0xFE30, 0xFE6B}, {0xFF01, 0xFF0F}, {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40},
    {0xFF5B, 0xFF65}, {0xFFE0, 0xFFEE}, {0xFFF9, 0xFFFD}, {0x1F000, 0x1FAFF}};

template <size_t n>
constexpr bool within(u32 c, const u32 (&ranges)[n][2]) {
    for (size_t i = 0; i < n; ++i)
        if (c >= ranges[i][0] && c <= ranges[i][1]) return true;
    return false;
}

constexpr Class class_by_ranges(u32 c) {
    if (c >= '0' && c <= '9') return digit;
    if (within(c, gap_ranges)) return gap;
    if (within(c, joiner_ranges)) return joiner;
    return within(c, mark_ranges) ? mark : letter;
}

// Pages of 64 code points up to U+FFFF that have one class only say so; the rest is looked up.
struct Pages {
    static constexpr u8 mixed = 255;
    u8 low[256] = {};
    u8 page[1024] = {};
    constexpr Pages() {
        for (u32 c = 0; c < 256; ++c) low[c] = u8(class_by_ranges(c));
        for (u32 i = 0; i < 1024; ++i) page[i] = u8(letter);
        const auto spread = [this](const u32(&range)[2], Class c) {
            for (u32 i = range[0] / 64; i <= range[1] / 64 && i < 1024; ++i)
                page[i] = range[0] <= i * 64 && range[1] >= i * 64 + 63 ? u8(c) : u8(mixed);
        };
        for (const auto& range : gap_ranges) spread(range, gap);
        for (const auto& range : joiner_ranges) spread(range, joiner);
        for (const auto& range : mark_ranges) spread(range, mark);
    }
};
inline constexpr Pages pages;

inline Class class_of(u32 c) {
    if (c < 256) return Class(pages.low[c]);
    if (c >= 0x10000) return c >= 0x1F000 && c <= 0x1FAFF ? mark : c >= 0xE0100 && c <= 0xE01EF ? gap : letter;
    if (c - 0x2010 < 0x18) return mark;  // the quotes and dashes of prose
    const u8 whole = pages.page[c >> 6];
    return whole != Pages::mixed ? Class(whole) : class_by_ranges(c);
}

inline bool is_link(u32 c) { return c == '-' || c == '\'' || c == 0x2010 || c == 0x2011 || c == 0x2013 || c == 0x2019; }

// Over UTF-8, or over an array of code points.
inline u32 take(const u8*& p) { return decode(p); }
struct Point8 {  // Latin-1
    u8 c;
};
inline u32 take(const Point8*& p) { return p++->c; }
inline u32 take(const u16*& p) { return *p++; }
inline u32 take(const u32*& p) { return *p++; }

// One text as its tokens, each found when it is asked for.
template <class Unit>
class Scanner {
  public:
    Scanner(const Unit* begin, const Unit* end) : p_(begin), end_(end) {}

    // The next token, from `start` to the position; false if none is left.
    bool next(const Unit*& start) {
        while (p_ < end_) {
            if (const size_t n = plain_word()) {
                start = p_;
                p_ += n;
                return true;
            }
            const Unit* const at = p_;
            const u32 c = take(p_);
            switch (class_of(c)) {
                case gap:
                case joiner: continue;
                case letter:
                case digit:
                    start = at;
                    p_ = segment(at);
                    while (p_ < end_) {
                        const Unit* q = p_;
                        if (!is_link(take(q)) || q == end_) break;
                        const Unit* r = q;
                        const Class after = class_of(take(r));
                        if (after != letter && after != digit) break;
                        p_ = segment(q);
                    }
                    return true;
                case mark:
                    start = at;
                    if (c == '.' || c == '-')
                        for (const Unit* q = p_; q < end_ && take(q) == c; p_ = q) {
                        }
                    return true;
            }
        }
        return false;
    }

    const Unit* position() const { return p_; }

  private:
    // The length of the run of ASCII letters and figures here, if white space or a control ends it: the fast way for
    // most words. Otherwise 0.
    size_t plain_word() const {
#if defined(__SSE2__)
        if constexpr (std::is_same_v<Unit, u8>) {
            if (end_ - p_ < 17) return 0;
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p_));
            const auto within = [](__m128i b, char first, char last) {
                return _mm_and_si128(_mm_cmpgt_epi8(b, _mm_set1_epi8(char(first - 1))), _mm_cmplt_epi8(b, _mm_set1_epi8(char(last + 1))));
            };
            const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
            const __m128i inside = _mm_or_si128(within(folded, 'a', 'z'), within(bytes, '0', '9'));
            const size_t n = size_t(__builtin_ctz(~u32(_mm_movemask_epi8(inside))));
            return n < 16 && p_[n] <= ' ' ? n : 0;
        }
#endif
        return 0;
    }

    bool in_word(const Unit* p) const {
        if (p == end_) return false;
        const Class c = class_of(take(p));
        return c != gap && c != mark;
    }

    // Where the segment ends that begins at `p`, with a letter or a digit.
    const Unit* segment(const Unit* p) const {
        const Unit* q = p;
        const u32 first = take(q);
        if (q < end_ && class_of(first) == letter) {
            const Unit* r = q;
            if (take(r) == '.') {  // U.S.
                bool dotted = false;
                for (; r < end_; ) {
                    const Unit* s = r;
                    if (class_of(take(s)) != letter || in_word(s)) break;
                    dotted = true;
                    q = s;
                    if (s == end_ || (r = s, take(r) != '.')) break;
                }
                if (dotted) return dot(q);
            } else if (first == 'P') {  // Ph.D.
                const Unit* s = q;
                if (take(s) == 'h' && s < end_ && take(s) == '.' && s < end_ && take(s) == 'D' && !in_word(s)) return dot(s);
            }
        }
        for (q = p; q < end_;) {
            const Unit* r = q;
            switch (class_of(take(r))) {
                case letter:
                    q = r;
                    while (q < end_) {
                        r = q;
                        const Class c = class_of(take(r));
                        if (c != letter && c != joiner) break;
                        q = r;
                    }
                    break;
                case digit: q = number(r); break;
                default: return q;
            }
        }
        return q;
    }

    // `p`, or behind the full stop there.
    const Unit* dot(const Unit* p) const {
        const Unit* q = p;
        return p < end_ && take(q) == '.' ? q : p;
    }

    // Where the number ends whose first digit ends at `p`.
    const Unit* number(const Unit* p) const {
        while (p < end_) {
            const Unit* q = p;
            const u32 c = take(q);
            if (c == '.' || c == ',') {
                if (q == end_ || take(q) - '0' >= 10) return p;
            } else if (c == '%') {
                return q;
            } else if (c - '0' >= 10) {
                return p;
            }
            p = q;
        }
        return p;
    }

    const Unit* p_;
    const Unit* const end_;
};

}  // namespace stance::tokens
