// Random texts through the sentence splitter and the token scanner, under the sanitizers:
//
//   python stance/core/unicode_tables.py TABLES/unicode_tables.inc; python stance/core/punkt_tables.py TABLES/punkt_tables.inc
//   g++ -std=gnu++17 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -I TABLES -I stance/core
//       tests/sentences/fuzz.cpp stance/core/punkt.cpp stance/core/punkt_lines.cpp stance/core/unicode.cpp -o fuzz
//   ./fuzz SEED TEXTS
//
// Each text is kept in memory of its exact size, in all four encodings. Spans must be in order, inside the text and not
// empty, and UTF-8 must give as many sentences and tokens as code points do.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "punkt_lines.hpp"
#include "stance_tokens.hpp"

using namespace stance;

namespace {

const char* const pieces[] = {
    "U.S. ", "Mr. ", "Price ", "The ", "5 ", "1995. ", "no. 5", "I ", "Q ", "MR. RAO:", "- ", "1. ", "(a) ", "iv. ", "... ",
    ". . . ", "? ", "! ", "--", "\" ", ") ", "( ", "##number##", "word", "\n", "  \n", "\n\n", "\r\n", "\t", "Ph.D.", "a.b.c ",
    "1,000.5%", "won't "};
const u32 odd[] = {0x2019, 0x201C, 0x201D, 0x2014, 0x2013, 0xA0, 0x2028, 0x2029, 0x1C, 0x85, 0x3A3, 0x130, 0xDF, 0x301, 0x200D,
                   0xAD, 0xD800, 0x1F642, 0x4E2D, 0x10FFFF, 0xE0100, 0x2160, 0xBD, 0};

void must(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

size_t check_spans(const std::vector<Span>& spans, size_t n) {
    size_t at = 0;
    for (const Span& span : spans) {
        must(span.start >= at && span.start < span.end && span.end <= n, "a span is out of place");
        at = span.end;
    }
    return spans.size();
}

size_t split(const Punkt& punkt, const void* data, size_t n, Encoding encoding) {
    const Text text{data, n, encoding};
    std::vector<Span> sentences, blocks, punkt_alone;
    split_sentences(punkt, text, sentences);
    split_blocks(text, blocks);
    split_by_punkt(punkt, text, punkt_alone);
    check_spans(blocks, n);
    return check_spans(sentences, n);
}

template <class Unit>
size_t scan(const Unit* p, size_t n) {
    tokens::Scanner<Unit> scanner(p, p + n);
    const Unit *start, *last = p;
    size_t found = 0;
    for (; scanner.next(start); ++found) {
        must(start >= last && start < scanner.position() && scanner.position() <= p + n, "a token is out of place");
        last = scanner.position();
    }
    return found;
}

// The code points in an array of just their size.
template <class Char>
struct Exact {
    Char* data;
    size_t n;
    explicit Exact(const std::vector<u32>& points) : data(static_cast<Char*>(std::malloc(points.size() * sizeof(Char) + 1))), n(points.size()) {
        for (size_t i = 0; i < n; ++i) data[i] = Char(points[i]);
        data = static_cast<Char*>(std::realloc(data, n ? n * sizeof(Char) : 1));
    }
    ~Exact() { std::free(data); }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return std::fprintf(stderr, "usage: fuzz SEED TEXTS\n"), 2;
    PunktParameters parameters;
    parameters.abbreviations = {"u.s", "mr", "gen", "p.m", "etc", "e.g"};
    parameters.sentence_starters = {"i", "the"};
    parameters.collocations = {{"no", "##number##"}, {"art", "iv"}};
    parameters.orthographic_context = {{34, "the we he it"}, {38, "price general"}, {40, "word"}};
    const Punkt punkt(parameters);

    std::mt19937_64 random(std::strtoull(argv[1], nullptr, 10));
    const long n_texts = std::atol(argv[2]);
    size_t n_points = 0, n_sentences = 0, n_tokens = 0;
    for (long i = 0; i < n_texts; ++i) {
        std::vector<u32> points;
        const auto kind = random() % 5;
        const size_t length = random() % (i % 500 == 0 ? 50000 : 60);
        while (points.size() < length) {
            const auto choice = random() % 10;
            if (choice < 6 && kind < 4)
                for (const char* p = pieces[random() % (sizeof pieces / sizeof *pieces)]; *p; ++p) points.push_back(u8(*p));
            else if (choice < 8)
                points.push_back(odd[random() % (sizeof odd / sizeof *odd)]);
            else
                points.push_back(kind == 4 ? u32(random() % 0x110000) : u32(32 + random() % 95));
        }
        std::vector<u32> narrow = points, wide = points;
        for (u32& c : narrow) c &= 0xFF;
        for (u32& c : wide) c = c > 0xFFFF ? 0x3A3 : c;
        std::vector<u32> bytes;
        for (const u32 c : points) {
            u8 buffer[4];
            for (const u8* p = buffer; p < encode(c, buffer); ++p) bytes.push_back(*p);
        }
        const Exact<u8> latin1(narrow), utf8(bytes);
        const Exact<u16> ucs2(wide);
        const Exact<u32> ucs4(points);
        split(punkt, latin1.data, latin1.n, Encoding::latin1);
        split(punkt, ucs2.data, ucs2.n, Encoding::ucs2);
        const size_t sentences = split(punkt, ucs4.data, ucs4.n, Encoding::ucs4), tokens = scan(ucs4.data, ucs4.n);
        std::vector<Span> of_bytes;
        split_sentences(punkt, {utf8.data, utf8.n, Encoding::utf8}, of_bytes);
        must(check_spans(of_bytes, utf8.n) == sentences, "UTF-8 gives other sentences");
        must(scan(utf8.data, utf8.n) == tokens, "UTF-8 gives other tokens");
        n_points += points.size(), n_sentences += sentences, n_tokens += tokens;
    }
    std::printf("%ld texts, %zu code points, %zu sentences, %zu tokens\n", n_texts, n_points, n_sentences, n_tokens);
}
