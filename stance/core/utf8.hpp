// Code points to and from UTF-8 in which a lone surrogate is written as its three bytes (Python's "surrogatepass").
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace stance {

using u8 = uint8_t;
using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;

inline bool is_continuation(u8 byte) { return (byte & 0xC0) == 0x80; }

// The length in bytes of the code point that begins with `lead`.
inline size_t utf8_length(u8 lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

// The code point at `p`, whose bytes are known to be well formed; `p` moves behind it.
inline u32 decode(const u8*& p) {
    u32 c = *p++;
    if (c < 0x80) return c;
    if (c < 0xE0) return (c & 0x1F) << 6 | (*p++ & 0x3F);
    if (c < 0xF0) {
        c = (c & 0x0F) << 12 | (p[0] & 0x3F) << 6 | (p[1] & 0x3F);
        p += 2;
        return c;
    }
    c = (c & 0x07) << 18 | (p[0] & 0x3F) << 12 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    p += 3;
    return c;
}

// The code point that ends before `p`; `p` moves to its first byte.
inline u32 decode_before(const u8*& p) {
    do --p;
    while (is_continuation(*p));
    const u8* q = p;
    return decode(q);
}

inline u8* encode(u32 c, u8* out) {
    if (c < 0x80) {
        *out++ = u8(c);
    } else if (c < 0x800) {
        *out++ = u8(0xC0 | c >> 6);
        *out++ = u8(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = u8(0xE0 | c >> 12);
        *out++ = u8(0x80 | (c >> 6 & 0x3F));
        *out++ = u8(0x80 | (c & 0x3F));
    } else {
        *out++ = u8(0xF0 | c >> 18);
        *out++ = u8(0x80 | (c >> 12 & 0x3F));
        *out++ = u8(0x80 | (c >> 6 & 0x3F));
        *out++ = u8(0x80 | (c & 0x3F));
    }
    return out;
}

// Whether the bytes are UTF-8 as Python's strict decoder has it; with `surrogates`, lone surrogates pass too.
inline bool valid_utf8(const u8* p, size_t n, bool surrogates = false) {
    const u8* end = p + n;
    while (p < end) {
        const u8 lead = *p;
        if (lead < 0x80) {
            ++p;
            for (u64 eight; end - p >= 8; p += 8) {
                std::memcpy(&eight, p, 8);
                if (eight & 0x8080808080808080ull) break;
            }
            continue;
        }
        const size_t length = utf8_length(lead);
        if (lead < 0xC2 || lead > 0xF4 || size_t(end - p) < length) return false;
        for (size_t i = 1; i < length; ++i)
            if (!is_continuation(p[i])) return false;
        if (length == 3 && ((lead == 0xE0 && p[1] < 0xA0) || (lead == 0xED && p[1] > 0x9F && !surrogates))) return false;
        if (length == 4 && ((lead == 0xF0 && p[1] < 0x90) || (lead == 0xF4 && p[1] > 0x8F))) return false;
        p += length;
    }
    return true;
}

}  // namespace stance
