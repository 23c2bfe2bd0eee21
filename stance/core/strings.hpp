// An exact table from strings to numbers, in buckets of one cache line.
#pragma once
#include <vector>

#include "buffer.hpp"
#include "keys.hpp"

namespace stance {

constexpr u32 none = 0xFFFFFFFF;
constexpr u32 beyond = 0xFFFFFFFE;  // none in this bucket, but perhaps in the one behind
constexpr u32 long_value = 1u << 31;  // of a long key: which of the long strings, still to be compared

// Whether a value found in a bucket is not yet the answer.
inline bool is_open(u32 value) { return value + 1 > long_value; }

class StringTable {
  public:
    struct alignas(64) Bucket {
        Key key[3];
        u32 value[4];  // the last: none or beyond
    };

    // Make room for `n` strings, which add() then brings; those added first stand where they are found first.
    void start(size_t n) {
        size_t buckets = 1;
        while (buckets * 2 < n + 1) buckets *= 2;
        mask_ = buckets - 1;
        buckets_.reserve(buckets);
        for (size_t i = 0; i < buckets; ++i) {
            Bucket& b = buckets_[i];
            for (int j = 0; j < 3; ++j) b.key[j] = {0, 0}, b.value[j] = none;
            b.value[3] = none;
        }
        longest_ = 0;
    }

    // Add a string that is not yet there. `value` is below 2**31. A high half of 0 marks an empty place: no key but
    // the empty string's has it, which is no token and not added.
    void add(const u8* p, size_t n, u32 value) { add(key_of(p, n), p, n, value); }
    void add(const Key& key, const u8* p, size_t n, u32 value) {
        if (n > longest_) longest_ = n;
        if (is_long(key)) {
            long_.push_back({value, std::vector<u8>(p, p + n)});
            value = long_value | u32(long_.size() - 1);
        }
        for (size_t i = hash(key) & mask_;; i = (i + 1) & mask_) {
            Bucket& b = buckets_[i];
            for (int j = 0; j < 3; ++j)
                if (b.key[j].high == 0) {
                    b.key[j] = key;
                    b.value[j] = value;
                    return;
                }
            b.value[3] = beyond;
        }
    }

    size_t longest() const { return longest_; }
    size_t mask() const { return mask_; }
    const Bucket* buckets() const { return buckets_.data(); }

    u32 find(const u8* p, size_t n) const {
        const Key key = key_of(p, n);
        return find(key, hash(key) & mask_, p, n);
    }

    inline u32 find(const Key& key, size_t i, const u8* p, size_t n) const {
        const Bucket& b = buckets_[i];
        u32 value = b.value[3];
        for (int j = 0; j < 3; ++j)
            if (b.key[j].low == key.low && b.key[j].high == key.high) value = b.value[j];
        return is_open(value) ? find_far(key, i, p, n) : value;
    }

    // The value of the string with this key, sought from bucket `i` on; none if it is not there.
    u32 find_far(const Key& key, size_t i, const u8* p, size_t n) const {
        if (n > longest_) return none;
        for (size_t tried = 0; tried <= mask_; ++tried, i = (i + 1) & mask_) {
            const Bucket& b = buckets_[i];
            for (int j = 0; j < 3; ++j) {
                if (b.key[j].low != key.low || b.key[j].high != key.high || key.high == 0) continue;
                if (!is_long(key)) return b.value[j];
                const Long& one = long_[b.value[j] & ~long_value];
                if (one.bytes.size() == n && std::memcmp(one.bytes.data(), p, n) == 0) return one.value;
            }
            if (b.value[3] == none) return none;
        }
        return none;
    }

  private:
    struct Long {
        u32 value;
        std::vector<u8> bytes;
    };

    Buffer<Bucket> buckets_;
    std::vector<Long> long_;
    size_t mask_ = 0, longest_ = 0;
};

}  // namespace stance
