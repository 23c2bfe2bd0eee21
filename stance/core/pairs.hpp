// An exact table from pairs of numbers to numbers: an n-gram is the number of its first n - 1 words and its last word.
#pragma once
#include "buffer.hpp"
#include "keys.hpp"
#include "strings.hpp"

namespace stance {

inline u64 pair_of(u32 first, u32 second) { return u64(first) << 32 | second; }

class PairTable {
  public:
    static constexpr int width = 5;

    struct alignas(64) Bucket {
        u64 pair[width];
        u32 value[width + 1];  // the last: none or beyond
    };

    // Both numbers of a pair are below 2**32 - 1, so no pair is all ones, which marks an empty place.
    void start(size_t n) {
        size_t buckets = 2;
        shift_ = 63;
        while (buckets * 3 < n + 1) buckets *= 2, --shift_;
        mask_ = buckets - 1;
        buckets_.reserve(buckets);
        for (size_t i = 0; i < buckets; ++i) {
            Bucket& b = buckets_[i];
            for (int j = 0; j < width; ++j) b.pair[j] = ~0ull, b.value[j] = none;
            b.value[width] = none;
        }
    }

    // The place of the pair's value; a new pair has `none` there. Valid until the next call.
    u32& at(u64 pair) {
        for (size_t i = slot(pair);; i = (i + 1) & mask_) {
            Bucket& b = buckets_[i];
            for (int j = 0; j < width; ++j) {
                if (b.pair[j] == pair) return b.value[j];
                if (b.pair[j] == ~0ull) {
                    b.pair[j] = pair;
                    return b.value[j];
                }
            }
            b.value[width] = beyond;
        }
    }

    int shift() const { return shift_; }
    const Bucket* buckets() const { return buckets_.data(); }

    size_t slot(u64 pair) const { return hash_pair(pair) >> shift_; }

    u32 find_far(u64 pair, size_t i) const {
        for (size_t tried = 0; tried <= mask_; ++tried, i = (i + 1) & mask_) {
            const Bucket& b = buckets_[i];
            for (int j = 0; j < width; ++j)
                if (b.pair[j] == pair) return b.value[j];
            if (b.value[width] == none) return none;
        }
        return none;
    }

  private:
    Buffer<Bucket> buckets_;
    size_t mask_ = 0;
    int shift_ = 63;
};

}  // namespace stance
