// 32 bytes at once. Part of the kernel: included once for each set of instructions.

typedef signed char Lanes __attribute__((vector_size(32), aligned(32)));
typedef u16 WideLanes __attribute__((vector_size(32), aligned(32)));

INLINE Lanes lanes_at(const void* p) {
    Lanes x;
    std::memcpy(&x, p, sizeof x);
    return x;
}
INLINE Lanes all_lanes(int value) { return Lanes{} + static_cast<signed char>(value); }

// Lanes of ones where it is so, of zeros elsewhere. Bytes from 0x80 on are below the others, as signed char has them.
INLINE Lanes equal(Lanes x, int value) { return Lanes(x == all_lanes(value)); }
INLINE Lanes between(Lanes x, int first, int last) { return Lanes(x > all_lanes(first - 1)) & Lanes(all_lanes(last + 1) > x); }

// The high bit of each.
INLINE u32 bits_of_lanes(Lanes x) {
#if defined(STANCE_KERNEL_AVX2)
    return u32(_mm256_movemask_epi8(__m256i(x)));
#elif defined(__SSE2__)
    __m128i half[2];
    std::memcpy(half, &x, sizeof x);
    return u32(_mm_movemask_epi8(half[0])) | u32(_mm_movemask_epi8(half[1])) << 16;
#else
    u8 bytes[32];
    std::memcpy(bytes, &x, sizeof x);
    u32 bits = 0;
    for (int i = 0; i < 32; i += 8) bits |= u32((load8(bytes + i) >> 7 & 0x0101010101010101ull) * 0x0102040810204080ull >> 56) << i;
    return bits;
#endif
}

// 32 numbers of 16 bits, each below 256, as bytes.
INLINE Lanes narrowed(WideLanes first, WideLanes second) {
#if defined(STANCE_KERNEL_AVX2)
    return Lanes(_mm256_permute4x64_epi64(_mm256_packus_epi16(__m256i(first), __m256i(second)), 0xD8));
#elif defined(__SSE2__)
    __m128i in[4], out[2];
    std::memcpy(in, &first, sizeof first);
    std::memcpy(in + 2, &second, sizeof second);
    out[0] = _mm_packus_epi16(in[0], in[1]);
    out[1] = _mm_packus_epi16(in[2], in[3]);
    return lanes_at(out);
#else
    u8 out[32];
    for (int i = 0; i < 16; ++i) out[i] = u8(first[i]), out[16 + i] = u8(second[i]);
    return lanes_at(out);
#endif
}
