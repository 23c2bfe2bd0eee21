// A growing array that keeps its memory and leaves it uninitialized, padded so that a wide load never runs out of it.
#pragma once
#include <cstdlib>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "utf8.hpp"

namespace stance {

template <class T>
class Buffer {
    static_assert(std::is_trivially_copyable<T>::value, "moved by memcpy");

  public:
    static constexpr size_t padding = 64;  // bytes behind the last element

    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    Buffer(Buffer&& other) noexcept : data_(other.data_), capacity_(other.capacity_) {
        other.data_ = nullptr;
        other.capacity_ = 0;
    }
    Buffer& operator=(Buffer&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(capacity_, other.capacity_);
        return *this;
    }
    ~Buffer() { std::free(data_); }

    // Room for `n` elements; what was there stays.
    T* reserve(size_t n) {
        if (n > capacity_) grow(n);
        return data_;
    }
    T* zeros(size_t n) {
        reserve(n);
        std::memset(data_, 0, n * sizeof(T));
        return data_;
    }
    // Give back what a very large text needed.
    void shrink(size_t limit) {
        if (capacity_ * sizeof(T) > limit) *this = Buffer();
    }
    T* data() { return data_; }
    const T* data() const { return data_; }
    size_t capacity() const { return capacity_; }
    T& operator[](size_t i) { return data_[i]; }
    const T& operator[](size_t i) const { return data_[i]; }

  private:
    void grow(size_t n) {
        const size_t larger = n > capacity_ + capacity_ / 2 ? n : capacity_ + capacity_ / 2;
        if (larger > (SIZE_MAX / 2 - 2 * padding) / sizeof(T)) throw std::bad_alloc();
        const size_t wanted = larger * sizeof(T) + padding;
        const size_t in_huge_pages = (wanted + huge / 2) / huge * huge;  // a page less than half full is not worth clearing
        const size_t alignment = in_huge_pages ? huge : 64, bytes = (wanted + alignment - 1) / alignment * alignment;
        T* data = static_cast<T*>(std::aligned_alloc(alignment, bytes));
        if (!data) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
        if (in_huge_pages) madvise(static_cast<void*>(data), in_huge_pages, MADV_HUGEPAGE);  // fewer faults and misses
#endif
        if (capacity_) std::memcpy(static_cast<void*>(data), data_, capacity_ * sizeof(T));
        std::free(data_);
        data_ = data;
        capacity_ = larger;
    }

    static constexpr size_t huge = 2 << 20;  // bytes of a huge page

    T* data_ = nullptr;
    size_t capacity_ = 0;
};

}  // namespace stance
