// NLTK's PunktSentenceTokenizer with given parameters: the same spans, without an object a token.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "strings.hpp"

namespace stance {

struct Span {
    size_t start, end;  // in code points (units of the array that is read)
};

// What NLTK keeps in PunktParameters; words in small letters, UTF-8.
struct PunktParameters {
    std::vector<std::string> abbreviations, sentence_starters;
    std::vector<std::pair<std::string, std::string>> collocations;
    std::vector<std::pair<u32, std::string>> orthographic_context;  // flags, and the words that have them
};

class Punkt {
  public:
    // Throws std::invalid_argument where a word is empty or longer than `longest_word` bytes.
    explicit Punkt(const PunktParameters& parameters);

    // Append span_tokenize(text) to `out`, white space at both ends of each span left out, `base` added to all.
    template <class Char>
    void split(const Char* text, size_t n, size_t base, std::vector<Span>& out) const;

    static constexpr size_t longest_word = 60;

  private:
    template <class Char>
    friend class PunktPass;

    StringTable words_;  // to flags: see punkt.cpp
    StringTable pairs_;  // "first\nsecond" of the collocations
};

}  // namespace stance
