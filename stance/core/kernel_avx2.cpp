#include "engine.hpp"

#ifdef STANCE_AVX2
#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <type_traits>

#include "murmur.hpp"
#include "stance_tokens.hpp"
#include "unicode.hpp"

#define INLINE inline __attribute__((always_inline))
#ifdef STANCE_PROFILE  // so that a profiler sees the stages
#define STAGE __attribute__((noinline))
#else
#define STAGE INLINE
#endif
#define STANCE_KERNEL_AVX2 1

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,f16c,popcnt,lzcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,f16c,popcnt,lzcnt")
#endif

namespace stance::avx2 {
#include "lanes.hpp"
#include "nltk_direct.hpp"
#include "clean_common.hpp"
#include "clean.hpp"
#include "fold.hpp"
#include "tokens.hpp"
#include "sums.hpp"
#include "word_blocks.hpp"
#include "kernel.hpp"
}  // namespace stance::avx2

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
