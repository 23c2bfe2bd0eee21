// One vectorizer with its weights, compiled: tables from strings to row numbers, and the rows.
#pragma once
#include <string>
#include <vector>

#include "buffer.hpp"
#include "pairs.hpp"
#include "strings.hpp"
#include "weights.hpp"

namespace stance {

enum class Analyzer : u8 { word, character, character_wb };
enum class Tokens : u8 { default_, word, space, stance, nltk_word };
enum class Accents : u8 { keep, ascii, unicode };
enum class Norm : u8 { none, l1, l2 };

// Strings in one buffer: string i is data[offsets[i]] to data[offsets[i + 1]].
struct Terms {
    const u8* data = nullptr;
    const int64_t* offsets = nullptr;
    size_t n = 0;
    const u8* begin(size_t i) const { return data + offsets[i]; }
    size_t size(size_t i) const { return size_t(offsets[i + 1] - offsets[i]); }
};

// Pairs of strings by number, below the number of strings; data is null where there are no pairs but whole phrases.
struct Pairs {
    const u32* data = nullptr;
    size_t n = 0, n_single = 0;  // n_single: strings that have a column of their own
    u64 operator[](size_t i) const { return pair_of(data[2 * i], data[2 * i + 1]); }
};

// How a text becomes the bytes that are cut into tokens; blocks that agree in it share them.
struct Cleaning {
    bool lowercase = false;
    Accents accents = Accents::keep;
    bool nltk = false;      // NLTKWordTokenizer's substitutions, then tokens are what white space parts
    bool collapse = false;  // runs of white space to one space: the char analyzer
    bool word_bits = false, solid_bits = false;  // what is needed: runs of \w, of \S
    bool same_bytes(const Cleaning& o) const {
        return lowercase == o.lowercase && accents == o.accents && nltk == o.nltk && collapse == o.collapse;
    }
};

// What a plan says of a block. The arrays belong to the caller and outlive the Block.
struct BlockPlan {
    Analyzer analyzer;
    Tokens tokens;
    int low, high;  // ngram_range
    Cleaning cleaning;
    bool binary, sublinear;
    Norm norm;
    bool has_vocabulary, has_stop_words, alternate_sign;
    Terms vocabulary, stop_words;
    Pairs pairs;  // behind the first `n_single` words of the vocabulary, where it has words and pairs of them
    size_t n_columns, n_outputs;
    const double* scale;  // (n_columns,)
    Weights weights;      // (n_columns, n_outputs)
};

// The value of a word in `strings`: its number and what it may not do, so that `none` is a word that may do nothing.
namespace word_value {
constexpr u32 never_starts = 1;   // no n-gram of two words or more begins with it
constexpr u32 never_follows = 2;  // it stands in none behind the first word
constexpr u32 not_stop = 4;
constexpr int number_shift = 3;
constexpr u32 no_word = 0xFFFFFFFF >> number_shift;  // the number of `none`
}  // namespace word_value

struct Block {
    BlockPlan plan;
    size_t cleaning = 0;  // which of the engine's cleanings

    // Words: number | flags; words with a column of their own come first and their number is their row.
    // Characters: the row of the n-gram.
    StringTable strings;
    u32 n_word_rows = 0;
    PairTable pairs;          // (word or n-gram, word) to the row (high <= 2) or to the number of the longer
                              // n-gram
    std::vector<u32> gram_row;     // high >= 3: row of n-gram `number - n_words`, or none
    std::vector<bool> gram_starts;  // high >= 3: a longer n-gram begins with it
    u32 n_words = 0;

    size_t n_rows = 0, stride = 0;  // stride in floats, 32 bytes aligned
    Buffer<float> rows;             // weights * scale, then the norm's column: scale**2 (l2) or |scale| (l1); one row of zeros at the end
    Buffer<u32> column_of;          // of a row
    std::vector<double> sizes;      // of the weights, one an output: their norm (l2) or the largest (l1); 0 without a norm
    double unit = 1;                // scale in `rows` is scale * unit: a power of two that keeps squares in range

    bool hashed() const { return !plan.has_vocabulary; }
};

void build(Block& block, const BlockPlan& plan);

// What sublinear_tf makes of a count of n: 1 + log(n); NumPy's own values for small n, set at import.
constexpr size_t n_logs = 1024;
extern double sublinear_of[n_logs];

}  // namespace stance
