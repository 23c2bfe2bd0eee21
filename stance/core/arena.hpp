// Memory for what is needed while tables are built: taken in pieces, each twice as large as the one before.
#pragma once
#include <algorithm>
#include <vector>

#include "buffer.hpp"

namespace stance {

class Arena {
  public:
    // Room for `n` values, uninitialized, as long as the arena lives.
    template <class T>
    T* take(size_t n) {
        if (n > (SIZE_MAX / 2) / sizeof(T)) throw std::bad_alloc();
        const size_t bytes = (n * sizeof(T) + 63) / 64 * 64;
        if (bytes > left_) {
            left_ = std::max(bytes, std::min(largest_piece, smallest_piece << std::min<size_t>(pieces_.size(), 16)));
            pieces_.emplace_back();
            next_ = pieces_.back().reserve(left_);
        }
        T* const found = reinterpret_cast<T*>(next_);
        next_ += bytes;
        left_ -= bytes;
        return found;
    }

  private:
    static constexpr size_t smallest_piece = 64 << 10, largest_piece = 4 << 20;
    std::vector<Buffer<u8>> pieces_;
    u8* next_ = nullptr;
    size_t left_ = 0;
};

// An array of an arena that grows at its end.
template <class T>
class Growing {
  public:
    Growing(Arena& arena, size_t expected) : arena_(arena), room_(std::max<size_t>(expected, 16)), data_(arena.take<T>(room_)) {}
    void push_back(const T& value) {
        if (n_ == room_) {
            T* const larger = arena_.take<T>(2 * room_);
            std::copy(data_, data_ + n_, larger);
            data_ = larger;
            room_ *= 2;
        }
        data_[n_++] = value;
    }
    void clear() { n_ = 0; }
    size_t size() const { return n_; }
    T& back() { return data_[n_ - 1]; }
    T& operator[](size_t i) { return data_[i]; }
    const T& operator[](size_t i) const { return data_[i]; }
    const T* data() const { return data_; }

  private:
    Arena& arena_;
    size_t n_ = 0, room_;
    T* data_;
};

}  // namespace stance
