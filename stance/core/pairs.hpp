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
        u32 value[width];
        u32 next;
    };

    // Both numbers of a pair are below 2**32 - 1, so no pair is all ones, which marks an empty place.
    void start(size_t n) {
        size_t buckets = 1;
        while (buckets * 3 < n + 1) buckets *= 2;
        mask_ = buckets - 1;
        buckets_.reserve(buckets);
        for (size_t i = 0; i < buckets; ++i) {
            Bucket& b = buckets_[i];
            for (int j = 0; j < width; ++j) b.pair[j] = ~0ull, b.value[j] = none;
            b.next = 0;
        }
    }

    // The place of the pair's value; a new pair has `none` there. Valid until the next call.
    u32& at(u64 pair) {
        for (size_t i = hash_pair(pair) & mask_;; i = (i + 1) & mask_) {
            Bucket& b = buckets_[i];
            for (int j = 0; j < width; ++j) {
                if (b.pair[j] == pair) return b.value[j];
                if (b.pair[j] == ~0ull) {
                    b.pair[j] = pair;
                    return b.value[j];
                }
            }
            b.next = 1;
        }
    }

    size_t mask() const { return mask_; }
    const Bucket* buckets() const { return buckets_.data(); }

    inline __attribute__((always_inline)) u32 find(u64 pair, size_t i) const {
        const Bucket& b = buckets_[i];
        u32 value = none;
        for (int j = 0; j < width; ++j) value &= b.value[j] | (u32(b.pair[j] == pair) - 1);  // no branch
        if (__builtin_expect(b.next & u32(value == none), 0)) return find_far(pair, i);
        return value;
    }

  private:
    u32 find_far(u64 pair, size_t i) const {
        for (size_t tried = 0; tried <= mask_; ++tried, i = (i + 1) & mask_) {
            const Bucket& b = buckets_[i];
            for (int j = 0; j < width; ++j)
                if (b.pair[j] == pair) return b.value[j];
            if (!b.next) return none;
        }
        return none;
    }

    Buffer<Bucket> buckets_;
    size_t mask_ = 0;
};

}  // namespace stance
