// An exact table from strings to numbers, in buckets of one cache line.
#pragma once
#include <vector>

#include "buffer.hpp"
#include "keys.hpp"

namespace stance {

constexpr u32 none = 0xFFFFFFFF;

class StringTable {
  public:
    struct alignas(64) Bucket {
        u64 low[3], high[3];
        u32 value[3];
        u32 next;  // 1: what did not fit went to the bucket behind
    };

    // Make room for `n` strings, which add() then brings; those added first stand where they are found first.
    void start(size_t n) {
        size_t buckets = 1;
        while (buckets * 2 < n + 1) buckets *= 2;
        mask_ = buckets - 1;
        buckets_.reserve(buckets);
        for (size_t i = 0; i < buckets; ++i) {
            Bucket& b = buckets_[i];
            for (int j = 0; j < 3; ++j) b.low[j] = b.high[j] = 0, b.value[j] = none;
            b.next = 0;
        }
        longest_ = 0;
    }

    // Add a string that is not yet there. `value` is below 2**32 - 1. A high half of 0 marks an empty place: no
    // key but the empty string's has it, which is no token and not added.
    void add(const u8* p, size_t n, u32 value) {
        const Key key = key_of(p, n);
        if (n > longest_) longest_ = n;
        if (is_long(key)) {
            long_.push_back({value, std::vector<u8>(p, p + n)});
        }
        for (size_t i = hash(key) & mask_;; i = (i + 1) & mask_) {
            Bucket& b = buckets_[i];
            for (int j = 0; j < 3; ++j)
                if (b.high[j] == 0) {
                    b.low[j] = key.low, b.high[j] = key.high, b.value[j] = is_long(key) ? u32(long_.size() - 1) : value;
                    return;
                }
            b.next = 1;
        }
    }

    size_t longest() const { return longest_; }
    size_t mask() const { return mask_; }
    const Bucket* buckets() const { return buckets_.data(); }

    // The value of the string with this key in bucket `i`, or `none`. `p` and `n` are looked at for long keys only.
    inline __attribute__((always_inline)) u32 find(const Key& key, size_t i, const u8* p, size_t n) const {
        const Bucket& b = buckets_[i];
        // At most one matches; written so that no compiler makes a branch of it, which would be guessed wrong.
        u32 value = none;
        for (int j = 0; j < 3; ++j)
            value &= b.value[j] | (u32(((b.low[j] ^ key.low) | (b.high[j] ^ key.high)) == 0) - 1);
        if (__builtin_expect((b.next & u32(value == none)) | u32(key.high >> 56 == 0xFF), 0)) return find_far(key, i, p, n);
        return value;
    }

    u32 find(const u8* p, size_t n) const {
        const Key key = key_of(p, n);
        return find(key, hash(key) & mask_, p, n);
    }

  private:
    struct Long {
        u32 value;
        std::vector<u8> bytes;
    };

    u32 find_far(const Key& key, size_t i, const u8* p, size_t n) const {
        if (is_long(key) && n > longest_) return none;
        for (size_t tried = 0; tried <= mask_; ++tried, i = (i + 1) & mask_) {
            const Bucket& b = buckets_[i];
            for (int j = 0; j < 3; ++j) {
                if (b.low[j] != key.low || b.high[j] != key.high || b.high[j] == 0) continue;
                if (!is_long(key)) return b.value[j];
                const Long& one = long_[b.value[j]];
                if (one.bytes.size() == n && std::memcmp(one.bytes.data(), p, n) == 0) return one.value;
            }
            if (!b.next) return none;
        }
        return none;
    }

    Buffer<Bucket> buckets_;
    std::vector<Long> long_;
    size_t mask_ = 0, longest_ = 0;
};

}  // namespace stance
