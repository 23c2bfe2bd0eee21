#include "engine.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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

namespace stance::baseline {
#include "lanes.hpp"
#include "nltk_direct.hpp"
#include "clean_common.hpp"
#include "clean.hpp"
#include "fold.hpp"
#include "tokens.hpp"
#include "sums.hpp"
#include "word_blocks.hpp"
#include "kernel.hpp"
}  // namespace stance::baseline

