// What Punkt and the rules for lines ask of a code point, and a search over arrays of them.
#pragma once
#include "utf8.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace stance::points {

// The white space of `regex`, NLTK's engine: without U+001C to U+001F, which str.isspace has.
inline bool is_regex_space(u32 c) {
    if (c < 0x80) return c == ' ' || (c - 9) < 5;
    if (c < 0x1680) return c == 0x85 || c == 0xA0;
    return (c - 0x2000) <= 0xA || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0x1680;
}

// str.isspace
inline bool is_space(u32 c) { return is_regex_space(c) || (c - 0x1C) < 4; }

enum : u8 { upper = 1, lower = 2, letter = 4 };
extern const u16* const page_of;
extern const u8 (*const pages)[128];
inline u8 classes(u32 c) { return pages[page_of[c >> 7]][c & 127]; }

inline bool is_digit(u32 c) { return c - '0' < 10; }

// The bit of each of 16 code points that is one of the needles.
#if defined(__SSE2__)
template <u32 needle, class Char>
inline __m128i or_equal(__m128i any, __m128i block, const Char*) {
    if constexpr (sizeof(Char) == 1 && needle < 0x100) return _mm_or_si128(any, _mm_cmpeq_epi8(block, _mm_set1_epi8(char(needle))));
    if constexpr (sizeof(Char) == 2) return _mm_or_si128(any, _mm_cmpeq_epi16(block, _mm_set1_epi16(short(needle))));
    if constexpr (sizeof(Char) == 4) return _mm_or_si128(any, _mm_cmpeq_epi32(block, _mm_set1_epi32(int(needle))));
    return any;
}

template <u32... needles, class Char>
inline u32 among16(const Char* p) {
    const auto one = [&](size_t k) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p) + k);
        __m128i any = _mm_setzero_si128();
        ((any = or_equal<needles>(any, block, p)), ...);
        return any;
    };
    if constexpr (sizeof(Char) == 1) return u32(_mm_movemask_epi8(one(0)));
    if constexpr (sizeof(Char) == 2) return u32(_mm_movemask_epi8(_mm_packs_epi16(one(0), one(1))));
    return u32(_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(one(0), one(1)), _mm_packs_epi32(one(2), one(3)))));
}
#else
template <u32... needles, class Char>
inline u32 among16(const Char* p) {
    u32 bits = 0;
    for (u32 i = 0; i < 16; ++i) bits |= u32(((p[i] == needles) || ...)) << i;
    return bits;
}
#endif

// The bit of each of 16 code points that ends a line: U+000A to U+000D, U+0085, U+2028, U+2029.
inline bool is_line_end(u32 c) { return (c - 0x0A) < 4 || c == 0x85 || (c & ~1u) == 0x2028; }

template <class Char>
inline u32 line_ends16(const Char* p) {
#if defined(__SSE2__)
    const __m128i zero = _mm_setzero_si128();
    if constexpr (sizeof(Char) == 1) {
        const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
        const __m128i low = _mm_cmpeq_epi8(_mm_subs_epu8(_mm_sub_epi8(c, _mm_set1_epi8(0x0A)), _mm_set1_epi8(3)), zero);
        return u32(_mm_movemask_epi8(_mm_or_si128(low, _mm_cmpeq_epi8(c, _mm_set1_epi8(char(0x85))))));
    }
    if constexpr (sizeof(Char) == 2) {
        const auto one = [&](size_t k) {
            const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p) + k);
            const __m128i low = _mm_cmpeq_epi16(_mm_subs_epu16(_mm_sub_epi16(c, _mm_set1_epi16(0x0A)), _mm_set1_epi16(3)), zero);
            const __m128i high = _mm_cmpeq_epi16(_mm_or_si128(c, _mm_set1_epi16(1)), _mm_set1_epi16(0x2029));
            return _mm_or_si128(_mm_or_si128(low, high), _mm_cmpeq_epi16(c, _mm_set1_epi16(0x85)));
        };
        return u32(_mm_movemask_epi8(_mm_packs_epi16(one(0), one(1))));
    }
#endif
    u32 bits = 0;
    for (u32 i = 0; i < 16; ++i) bits |= u32(is_line_end(p[i])) << i;
    return bits;
}

// Call use(i) for every i in [0, n) where p[i] is one of the needles, or ends a line; in order.
template <u32... needles, class Char, class Use>
inline void each_among(const Char* p, size_t n, Use use) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (u32 bits = among16<needles...>(p + i); bits; bits &= bits - 1) use(i + size_t(__builtin_ctz(bits)));
    for (; i < n; ++i)
        if (((p[i] == needles) || ...)) use(i);
}

template <class Char, class Use>
inline void each_line_end(const Char* p, size_t n, Use use) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (u32 bits = line_ends16(p + i); bits; bits &= bits - 1) use(i + size_t(__builtin_ctz(bits)));
    for (; i < n; ++i)
        if (is_line_end(p[i])) use(i);
}

}  // namespace stance::points
