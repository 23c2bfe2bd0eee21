// Text → blocks → sentences, by the rules of stance/sentences: blank lines, line breaks, list marks, Punkt.
#pragma once
#include <vector>

#include "punkt.hpp"
#include "text.hpp"

namespace stance {

// The blocks of a text: stance/sentences/paragraphs.py says when a line break ends one.
template <class Char>
void find_blocks(const Char* text, size_t n, std::vector<Span>& out);

// The sentences of a text, as stance.sentences.split_sentences gives them. Spans count units of text.data, so
// that {data + start, end - start} is a sentence in the encoding of the text; UTF-8 has been checked before.
void split_sentences(const Punkt& punkt, const Text& text, std::vector<Span>& out);

// The same with spans in code points, where the text is UTF-8; for the other encodings units are code points.
void split_blocks(const Text& text, std::vector<Span>& out);
void split_by_punkt(const Punkt& punkt, const Text& text, std::vector<Span>& out);

}  // namespace stance
