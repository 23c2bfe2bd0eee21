// MurmurHash3 x86 32-bit by Austin Appleby (public domain), seed 0: the hash of scikit-learn's HashingVectorizer.
#pragma once
#include <cstring>

#include "utf8.hpp"

namespace stance {

inline u32 murmur3(const u8* data, size_t n) {
    const auto rotate = [](u32 x, int r) { return x << r | x >> (32 - r); };
    u32 h = 0;
    const u8* end = data + n / 4 * 4;
    const auto scramble = [&](u32 k) { return rotate(k * 0xCC9E2D51u, 15) * 0x1B873593u; };
    for (; data < end; data += 4) {
        const u32 k = u32(data[0]) | u32(data[1]) << 8 | u32(data[2]) << 16 | u32(data[3]) << 24;
        h = rotate(h ^ scramble(k), 13) * 5 + 0xE6546B64u;
    }
    u32 k = 0;
    for (size_t i = n % 4; i > 0; --i) k = k << 8 | data[i - 1];
    h ^= scramble(k);
    h ^= u32(n);
    h = (h ^ h >> 16) * 0x85EBCA6Bu;
    h = (h ^ h >> 13) * 0xC2B2AE35u;
    return h ^ h >> 16;
}

}  // namespace stance
