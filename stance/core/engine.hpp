// The scorer: texts in, rows of scores out. Nothing here knows of Python.
#pragma once
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "block.hpp"
#include "scratch.hpp"
#include "text.hpp"

namespace stance {

// A text that the original refuses, too.
struct TextError : std::runtime_error {
    enum Kind { not_utf8, surrogate } kind;
    size_t text;        // its number in what was given
    std::string bytes;  // of the n-gram that cannot be encoded
    TextError(Kind k, size_t t, std::string b)
        : std::runtime_error(k == not_utf8 ? "text is not UTF-8" : "lone surrogate in a hashed n-gram"),
          kind(k), text(t), bytes(std::move(b)) {}
};

class Engine {
  public:
    Engine(const std::vector<BlockPlan>& plans, const double* intercept, size_t n_outputs);

    size_t n_outputs() const { return n_outputs_; }
    const std::vector<std::unique_ptr<Block>>& blocks() const { return blocks_; }
    const std::vector<Cleaning>& cleanings() const { return cleanings_; }
    const double* intercept() const { return intercept_; }

    // Score `n` texts into out[i * n_outputs]. Any number of threads may call at once, each with its scratch.
    void score(const Text* texts, size_t n, float* out, Scratch& scratch) const;
    void score(const Text* texts, size_t n, double* out, Scratch& scratch) const;

    // Scratch from the engine's store, and back into it.
    std::unique_ptr<Scratch> borrow() const;
    void give_back(std::unique_ptr<Scratch> scratch) const;

  private:
    std::vector<std::unique_ptr<Block>> blocks_;
    std::vector<Cleaning> cleanings_;
    const double* intercept_;
    size_t n_outputs_;
    mutable std::mutex mutex_;
    mutable std::vector<std::unique_ptr<Scratch>> store_;
};

// The kernel, compiled for each set of instructions; chosen once at load.
namespace baseline {
void score(const Engine&, const Text*, size_t, float*, Scratch&);
void score(const Engine&, const Text*, size_t, double*, Scratch&);
void fold(Block&, const u32* columns);
std::string nltk_text(const std::string& text, bool directly);
}  // namespace baseline
#if defined(__x86_64__) && defined(__GNUC__) && !defined(STANCE_PORTABLE)
#define STANCE_AVX2 1
namespace avx2 {
void score(const Engine&, const Text*, size_t, float*, Scratch&);
void score(const Engine&, const Text*, size_t, double*, Scratch&);
void fold(Block&, const u32* columns);
std::string nltk_text(const std::string& text, bool directly);
}  // namespace avx2
#endif

// Fill rows and sizes of a block whose other fields are set: row r is that of column columns[r].
void fold(Block& block, const u32* columns);

// The text that NLTKWordTokenizer splits at white space, for tests; not `directly`: by its substitutions one by one.
std::string nltk_text(const std::string& text, bool directly);

// "avx2" or "baseline"; set_instructions() is for tests.
const char* instructions();
bool set_instructions(const std::string& name);

}  // namespace stance
