// A loop over places in memory that are far apart.
#pragma once
#include <cstddef>

namespace stance {

// act(i) for each i below n in order, ahead(i) some steps before it: what it prefetches has then come.
template <class Ahead, class Act>
inline __attribute__((always_inline)) void each_prefetched(size_t n, Ahead ahead, Act act) {
    constexpr size_t distance = 12;
    for (size_t i = 0; i < n && i < distance; ++i) ahead(i);
    for (size_t i = 0; i < n; ++i) {
        if (i + distance < n) ahead(i + distance);
        act(i);
    }
}

}  // namespace stance
