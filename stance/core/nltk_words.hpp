// NLTK's NLTKWordTokenizer: text → the text that it splits at white space. Two ways to the same bytes' tokens: `literal`
// runs its substitutions one after another as they stand in nltk/tokenize/destructive.py; `direct` makes one pass over
// plain prose and declines whatever it does not know.
#pragma once
#include "buffer.hpp"
#include "utf8.hpp"

namespace stance::nltk {

// Buffers for the passes.
struct Space {
    Buffer<u8> a, b;
};

// The substitutions on `n` bytes; the result is in space.a or space.b, of `size` bytes.
const u8* literal(const u8* text, size_t n, Space& space, size_t& size);

}  // namespace stance::nltk
