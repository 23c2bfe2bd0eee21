// The 16-byte key of a string: the string itself where it is short, else two hashes whose owner is then compared.
#pragma once
#include <cstring>

#include "utf8.hpp"

namespace stance {

// Up to 15 bytes stand in the key, zeros behind them and the length in the last byte: equal keys are equal strings.
// A longer string has `long_mark` in the last byte.
struct Key {
    u64 low, high;
};

constexpr size_t short_key = 15;
constexpr u64 long_mark = 0xFFull << 56;

inline bool is_long(const Key& key) { return key.high >= long_mark; }

inline u64 load8(const void* p) {
    u64 x;
    std::memcpy(&x, p, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    x = __builtin_bswap64(x);
#endif
    return x;
}

inline u64 mix(u64 a, u64 b) {
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    return u64(product) ^ u64(product >> 64);
}

inline u64 hash(const Key& key) {
    const u64 product = (key.low * 0x9E3779B97F4A7C15ull + key.high) * 0xD6E8FEB86659FD93ull;
    return product ^ product >> 32;
}

// Its high bits count.
inline u64 hash_pair(u64 pair) { return (pair ^ pair >> 29) * 0x9E3779B97F4A7C15ull; }

// 16 bytes may be read behind `p`.
inline Key short_key_of(const u8* p, size_t n) {
    static constexpr u64 low_mask[16] = {
        0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF, 0xFFFFFFFFFFFFFF,
        ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull};
    static constexpr u64 high_mask[16] = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFF, 0xFFFFFFFFFFFF,
        0xFFFFFFFFFFFFFF};
    return {load8(p) & low_mask[n], (load8(p + 8) & high_mask[n]) | u64(n) << 56};
}

inline Key long_key_of(const u8* p, size_t n) {
    u64 a = n * 0x9E3779B97F4A7C15ull, b = ~a;
    const u8* end = p + n;
    for (; end - p >= 16; p += 16) {
        a = mix(a ^ load8(p), load8(p + 8) ^ 0xA0761D6478BD642Full);
        b = mix(b ^ load8(p + 8), load8(p) ^ 0xE7037ED1A0B428DBull);
    }
    u8 tail[16] = {};
    std::memcpy(tail, p, size_t(end - p));
    a = mix(a ^ load8(tail), load8(tail + 8) ^ 0x8EBC6AF09C88C6E3ull);
    b = mix(b ^ load8(tail + 8), load8(tail) ^ 0x589965CC75374CC3ull);
    return {a, b | long_mark};
}

inline Key key_of(const u8* p, size_t n) {
    if (n > short_key) return long_key_of(p, n);
    u8 padded[16] = {};
    std::memcpy(padded, p, n);
    return short_key_of(padded, n);
}

}  // namespace stance
