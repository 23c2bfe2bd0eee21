// Weights as they are stored: in the narrowest type that holds each of them exactly.
#pragma once
#include <cstring>

#include "utf8.hpp"

namespace stance {

enum class Precision : u8 { float64, float32, float16 };

// Of a float16. Without branches, so that several are done at once.
inline float float_of_half(u16 half) {
    const u32 magnitude = half & 0x7FFF;
    const float small = float(int32_t(magnitude)) * 0x1p-24f;  // zero and subnormals: whole numbers of 2**-24
    u32 small_bits;
    std::memcpy(&small_bits, &small, 4);
    const u32 large_bits = (magnitude << 13) + (magnitude >= 0x7C00 ? 0x70000000u : 0x38000000u);
    const u32 bits = (magnitude < 0x400 ? small_bits : large_bits) | u32(half & 0x8000) << 16;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

// An array of shape (n_columns, n_outputs) of the caller.
struct Weights {
    const void* data = nullptr;
    size_t n_outputs = 0;
    Precision precision = Precision::float64;

    size_t row_bytes() const { return n_outputs << (precision == Precision::float64 ? 3 : precision == Precision::float32 ? 2 : 1); }
    const u8* at(size_t column) const { return static_cast<const u8*>(data) + column * row_bytes(); }

    // Copy the weights of a column to out[0 .. n_outputs).
    inline __attribute__((always_inline)) void copy_row(size_t column, double* __restrict out) const {
        const u8* const p = at(column);  // perhaps not aligned: a file says where it lies
        if (precision == Precision::float64) {
            std::memcpy(out, p, n_outputs * sizeof(double));
        } else if (precision == Precision::float32) {
            for (size_t j = 0; j < n_outputs; ++j) {
                float value;
                std::memcpy(&value, p + 4 * j, 4);
                out[j] = double(value);
            }
        } else {
            for (size_t j = 0; j < n_outputs; ++j) {
                u16 value;
                std::memcpy(&value, p + 2 * j, 2);
                out[j] = double(float_of_half(value));
            }
        }
    }
};

}  // namespace stance
