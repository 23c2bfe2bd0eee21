// An exact table from pairs of numbers to numbers: an n-gram is the number of its first n - 1 words and its last word.
#pragma once
#include "buffer.hpp"
#include "keys.hpp"
#include "strings.hpp"

namespace stance {

inline u64 pair_of(u32 first, u32 second) { return u64(first) << 32 | second; }

// Buckets of one cache line. Where all numbers are below 65,535 (`narrow`), a pair is kept in 32 bits, and a line holds
// seven of them instead of five.
class PairTable {
  public:
    static constexpr int width = 5, narrow_width = 7;
    static constexpr u32 narrow_numbers = 0xFFFF;

    struct Wide {
        u64 pair[width];
        u32 value[width + 1];  // the last: none or beyond
    };
    struct Narrow {
        u32 pair[narrow_width + 1];   // the last: never one
        u32 value[narrow_width + 1];  // the last: none or beyond
    };
    union alignas(64) Bucket {
        Wide wide;
        Narrow narrow;
    };

    // Make room for `n` pairs of numbers below `numbers`, which is below 2**32 - 1, so no pair is all ones, which marks
    // an empty place.
    void start(size_t n, size_t numbers) {
        narrow_ = numbers <= narrow_numbers;
        n_buckets_ = 1 + (narrow_ ? n * 2 / 9 : n / 3);
        buckets_.reserve(n_buckets_);
        for (size_t i = 0; i < n_buckets_; ++i) {
            Bucket& b = buckets_[i];
            if (narrow_)
                for (int j = 0; j <= narrow_width; ++j) b.narrow.pair[j] = 0xFFFFFFFF, b.narrow.value[j] = none;
            else {
                for (int j = 0; j < width; ++j) b.wide.pair[j] = ~0ull;
                for (int j = 0; j <= width; ++j) b.wide.value[j] = none;
            }
        }
    }

    bool narrow() const { return narrow_; }
    size_t n_buckets() const { return n_buckets_; }
    const Bucket* buckets() const { return buckets_.data(); }

    // Of a pair in 32 bits.
    static u32 narrow_pair(u32 first, u32 second) { return first << 16 | second; }
    static u32 narrow_slot(u32 pair, u32 n_buckets) {
        return u32(u64((pair ^ pair >> 15) * 0x9E3779B1u) * n_buckets >> 32);
    }
    static size_t wide_slot(u64 pair, size_t n_buckets) { return size_t((hash_pair(pair) >> 32) * n_buckets >> 32); }
    size_t slot(u64 pair) const {
        return narrow_ ? narrow_slot(narrow_pair(u32(pair >> 32), u32(pair)), u32(n_buckets_)) : wide_slot(pair, n_buckets_);
    }

    // The place of the pair's value; a new pair has `none` there. Valid until the next call.
    u32& at(u64 pair) {
        for (size_t i = slot(pair);; i = next(i)) {
            if (narrow_) {
                if (u32* value = place(buckets_[i].narrow.pair, buckets_[i].narrow.value, narrow_width, narrow_pair(u32(pair >> 32), u32(pair)))) return *value;
            } else if (u32* value = place(buckets_[i].wide.pair, buckets_[i].wide.value, width, pair)) {
                return *value;
            }
        }
    }

    // The value of the pair, sought from bucket `i` on; none if it is not there.
    u32 find_far(u64 pair, size_t i) const {
        for (size_t tried = 0; tried < n_buckets_; ++tried, i = next(i)) {
            const Bucket& b = buckets_[i];
            const u32 value = narrow_ ? find(b.narrow.pair, b.narrow.value, narrow_width, narrow_pair(u32(pair >> 32), u32(pair)))
                                      : find(b.wide.pair, b.wide.value, width, pair);
            if (value != beyond) return value;
        }
        return none;
    }

  private:
    size_t next(size_t i) const { return i + 1 < n_buckets_ ? i + 1 : 0; }

    template <class Pair>
    static u32* place(Pair* pairs, u32* values, int n, Pair pair) {
        for (int j = 0; j < n; ++j) {
            if (pairs[j] == pair) return values + j;
            if (pairs[j] == Pair(~Pair(0))) {
                pairs[j] = pair;
                return values + j;
            }
        }
        values[n] = beyond;
        return nullptr;
    }
    template <class Pair>
    static u32 find(const Pair* pairs, const u32* values, int n, Pair pair) {
        for (int j = 0; j < n; ++j)
            if (pairs[j] == pair) return values[j];
        return values[n];
    }

    Buffer<Bucket> buckets_;
    size_t n_buckets_ = 0;
    bool narrow_ = false;
};

}  // namespace stance
