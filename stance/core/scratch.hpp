// What one thread works with, kept from call to call.
#pragma once
#include <vector>

#include "block.hpp"
#include "buffer.hpp"
#include "nltk_words.hpp"

namespace stance {

constexpr size_t texts_at_once = 32;
constexpr size_t long_text = 1 << 14;   // clean bytes; a longer one is taken alone and in pieces
constexpr size_t piece_words = 128;     // a piece in words of 64 bits, one bit a byte
constexpr size_t kept_bytes = 8 << 20;  // a buffer that grew beyond it is given back after the call

// A text after cleaning, and its bits: one a byte, set inside runs of \w or \S. All are padded.
struct Clean {
    const u8* bytes;
    size_t n;
    bool ascii;
    const u64* word_bits;
    const u64* solid_bits;
    size_t n_words() const { return (n + 63) / 64; }
};

struct Token {
    const u8* bytes;
    size_t size;
};

// What is looked up in a table, and the bucket where it would be.
struct Lookup {
    Key key;
    const StringTable::Bucket* bucket;
};

// The clean texts of a block of texts under one cleaning.
struct CleanTexts {
    Buffer<u8> bytes;
    Buffer<u64> word_bits, solid_bits;
    size_t offset[texts_at_once];
    size_t size[texts_at_once];
    bool ascii[texts_at_once];
    Clean operator[](size_t i) const {
        const size_t bit_word = offset[i] / 64;
        return {bytes.data() + offset[i], size[i], ascii[i], word_bits.data() + bit_word, solid_bits.data() + bit_word};
    }
};

// A thread's record of what has been counted in the current text, by row.
struct Counts {
    Buffer<u64> seen;    // one bit a row
    Buffer<int32_t> count;  // of rows seen again (float32 sums), or of all (exact counts); zero between texts
    Buffer<u32> unique;  // rows in order of first sight
    size_t n_unique = 0, n_summed = 0;
    Buffer<u32> again;  // rows seen more than once
    Buffer<u32> touched;  // rows seen first as part of a word's sum
    Buffer<u16> last_text;  // by row of a word: the text in which it was last seen
    u16 text = 0;           // texts are numbered from 1 to 65,535, then again
    Buffer<float> factors;
    size_t n_again = 0, n_touched = 0;
    size_t n_rows = size_t(-1);  // of the block it was last fitted to; none yet
    bool of_words = false;

    // The scratch of a thread serves many engines: one may have as many rows as the last, and words where it had none.
    void fit(size_t rows, bool words) {
        if (n_rows != rows) {
            seen.zeros(rows / 64 + 1);
            count.zeros(rows + 1);
            n_rows = rows;
            n_unique = n_again = n_summed = n_touched = 0;
            of_words = false;
        }
        if (words && !of_words) {
            last_text.zeros(rows + 1);
            text = 0;
            of_words = true;
        }
    }
    u16 next_text() {
        if (++text == 0) {
            last_text.zeros(n_rows + 1);
            text = 1;
        }
        return text;
    }
};

// What a word of up to 15 bytes gives under char_wb, kept for when it comes again. In `arena`, in units of four bytes:
// the sum of its distinct rows (block.stride floats), how many they are, how many rows come again, those rows.
struct WordMemo {
    struct alignas(64) Bucket {
        u64 low[3], high[3];
        u32 place[3];
        u32 next;  // the one to be replaced
    };
    static constexpr size_t n_buckets = 1 << 14;
    static constexpr size_t arena_size = 6 << 20;
    Buffer<Bucket> buckets;
    Buffer<u32> arena;
    size_t used = 0, room = 0;

    void clear() {
        buckets.zeros(n_buckets);
        used = 0;
    }
};

struct Scratch {
    std::vector<CleanTexts> cleans;
    Buffer<u8> bytes_a, bytes_b;
    nltk::Space nltk;
    Buffer<u64> bits;

    Buffer<size_t> edges;         // starts and ends of runs, by turns
    Buffer<Key> keys;             // of tokens or character n-grams
    Buffer<u32> slots;            // their buckets
    Buffer<Token> tokens;         // where they stand
    Buffer<u32> token_edges;      // of a block of texts: where each token starts and ends in the clean bytes
    Buffer<u32> edge_counts;      // edges up to the end of each word of bits
    Buffer<u32> words;            // values of words
    Buffer<u64> pairs;
    Buffer<u32> pair_slots;
    Buffer<Lookup> lookups;       // the same for a block of texts
    Buffer<u32> singles, longer;  // rows found
    Buffer<u32> rows, again;      // the same for a block of texts: first sights, and what comes again
    Buffer<Key> gram_keys;        // of character n-grams, on their way to rows
    Buffer<u32> gram_slots, gram_rows;
    Buffer<Token> gram_tokens;
    Buffer<u32> places;           // of words in the memo
    Buffer<u8> joined;            // tokens with one space between
    Buffer<size_t> joined_starts, joined_ends;
    Buffer<u32> points;           // starts of code points

    std::vector<Counts> counts;   // one a block
    std::vector<WordMemo> memos;  // one a block
    Buffer<double> sums, word_sums;
    Buffer<double> totals;        // texts_at_once rows of outputs
    Buffer<double> scores;        // of a chunk, where not the scores are asked for
    Buffer<u64> sorted;
    Buffer<double> weights;       // of one column

    void shrink() {
        for (auto& c : cleans) c.bytes.shrink(kept_bytes), c.word_bits.shrink(kept_bytes), c.solid_bits.shrink(kept_bytes);
        bytes_a.shrink(kept_bytes), bytes_b.shrink(kept_bytes), joined.shrink(kept_bytes), bits.shrink(kept_bytes);
        nltk.a.shrink(kept_bytes), nltk.b.shrink(kept_bytes);
    }
};

}  // namespace stance
