// The rules of stance/sentences/paragraphs.py and punkt.py, as they stand there; the numbers are theirs.
#include "punkt_lines.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include "buffer.hpp"
#include "punkt_points.hpp"
#include "unicode.hpp"

namespace stance {

namespace {

using points::is_digit;
using points::is_space;

constexpr size_t widest = 120, look = 64, longest = 20000;

template <size_t n>
inline bool is_among(u32 c, const char32_t (&set)[n]) {
    for (size_t i = 0; i + 1 < n; ++i)
        if (set[i] == c) return true;
    return false;
}

inline bool is_quote(u32 c) { return is_among(c, U"\"“‘«„'"); }
inline bool is_opening(u32 c) { return is_among(c, U"\"'([{“‘«‹„‚*_"); }
inline bool is_closing(u32 c) { return is_among(c, U"\"')]}”’»›*_"); }
inline bool is_bracket(u32 c) { return c == ')' || c == ']' || c == '}'; }
inline bool is_sentence_end(u32 c) { return c == '.' || c == '?' || c == '!' || c == 0x2026; }
inline bool is_line_end_mark(u32 c) { return is_sentence_end(c) || c == ':' || c == ';' || c == 0x2014 || c == 0x2013; }
inline bool is_bullet(u32 c) { return is_among(c, U"-*•◦▪▫●○■□‣⁃·∙►▶➢➤✓✔➔→¥§"); }
inline bool is_capital(u32 c) { return c - 'A' < 26; }
inline bool is_small(u32 c) { return c - 'a' < 26; }

// Words that end no sentence, each as a number of up to seven bytes.
constexpr u64 packed(const char* word) {
    u64 bytes = 0;
    for (; *word; ++word) bytes = bytes << 8 | u8(*word);
    return bytes;
}
constexpr size_t longest_last = 7;
constexpr const char* never_last[] = {
    "a", "an", "the", "of", "and", "or", "nor", "but", "in", "to", "for", "by", "with", "from", "that", "which", "who",
    "whose", "than", "at", "on", "as", "is", "are", "was", "were", "be", "been", "has", "have", "had", "will", "would",
    "its", "their", "our", "his", "her", "my", "your", "this", "these", "those", "into", "between", "under", "over", "against",
    "about", "through", "during", "among", "within", "upon", "per", "via", "such"};
struct NeverLast {
    static constexpr size_t n = sizeof never_last / sizeof never_last[0];
    u64 sorted[n] = {};
    constexpr NeverLast() {
        for (size_t i = 0; i < n; ++i) {
            size_t k = i;
            const u64 word = packed(never_last[i]);
            for (; k > 0 && sorted[k - 1] > word; --k) sorted[k] = sorted[k - 1];
            sorted[k] = word;
        }
    }
};
constexpr NeverLast never_last_words;

struct Line {
    size_t start, end;
    bool two_spaces;
};

struct Head {
    size_t word = 0;
    bool small = false, capital = false, bullet = false, mark = false, only_label = false;
    size_t label = 0;
};

// Where the body of a list mark ends that begins at `at`: figures, a letter or a small Roman numeral; or `at`.
template <class Char>
size_t mark_body(const Char* text, size_t at, size_t end) {
    const auto figures = [&](size_t k) {
        const size_t first = k;
        while (k < end && k - first < 3 && is_digit(text[k])) ++k;
        return k;
    };
    size_t k = figures(at);
    if (k > at) {
        while (k < end && text[k] == '.') {
            const size_t more = figures(k + 1);
            if (more == k + 1) break;
            k = more;
        }
        return k;
    }
    const auto run_of = [&](const char* set) {
        size_t k = at;
        while (k < end && k - at < 4 && (text[k] == u8(set[0]) || text[k] == u8(set[1]) || text[k] == u8(set[2]))) ++k;
        return k;
    };
    if ((k = run_of("ivx")) > at || (k = run_of("IVX")) > at) return k;
    return at < end && (is_capital(text[at]) || is_small(text[at])) ? at + 1 : at;
}

template <class Char>
bool is_edge(const Char* text, size_t at, size_t end) {
    return at == end || is_space(text[at]);
}

// _MARK of paragraphs.py
template <class Char>
bool has_mark(const Char* text, size_t at, size_t end) {
    const u32 first = text[at];
    if (first == 0x2014 || first == 0x2013) {
        if (at + 1 == end || !is_space(text[at + 1])) return false;
        for (size_t k = at + 1; k < end; ++k)
            if (!is_space(text[k])) return true;
        return false;
    }
    if (first == '[') {
        size_t k = at + 1;
        while (k < end && k - at < 4 && is_digit(text[k])) ++k;
        return k > at + 1 && k < end && text[k] == ']' && is_edge(text, k + 1, end);
    }
    const size_t body = at + (first == '(');
    size_t k = mark_body(text, body, end);
    if (k > body) {
        if (k < end && text[k] == '\\') ++k;
        if (k < end && (text[k] == '.' || text[k] == ')') && is_edge(text, k + 1, end)) return true;
    }
    return first == 'o' && is_edge(text, at + 1, end);
}

// _LABEL: where it ends, with the white space behind it; or `at`.
template <class Char>
size_t label_end(const Char* text, size_t at, size_t end) {
    const auto behind = [&](size_t k) { return k == end ? k : k + 1; };
    if (is_capital(text[at])) {
        size_t k = at + 1;
        const auto inside = [](u32 c) { return !(is_small(c) || is_among(c, U":;?!\"“”")); };
        while (k < end && k - at - 1 < 58 && inside(text[k])) ++k;
        if (k < end && text[k] == ':' && is_edge(text, k + 1, end)) {
            for (size_t second = at + 1; second < end && second <= at + 59; ++second)
                if (is_capital(text[second])) return behind(k + 1);
        }
    }
    if (text[at] == 'Q') {
        if (at + 1 < end && (text[at + 1] == '.' || text[at + 1] == ':') && is_edge(text, at + 2, end)) return behind(at + 2);
        if (is_edge(text, at + 1, end)) return behind(at + 1);
    }
    return at;
}

template <class Char>
class Blocks {
  public:
    Blocks(const Char* text, size_t n, std::vector<Span>& out) : text_(text), n_(n), out_(out) {}

    void run() {
        const size_t width = wrapped_at();
        Line before{};
        Head head_before;
        size_t start = 0;
        bool has_before = false, has_head = false, is_first = true;
        each_line(
            [&](const Line& after) {
                Head head;
                if (!has_before) {
                    start = after.start;
                    is_first = true;
                } else {
                    if (!has_head) head_before = look_at(before);
                    head = look_at(after);
                    if (is_end(before, head_before, after, head, width, is_first)) {
                        out_.push_back({start, before.end});
                        start = after.start;
                        is_first = true;
                    } else {
                        is_first = is_sentence_end(last_mark(before));
                    }
                }
                before = after;
                head_before = head;
                has_head = has_before;
                has_before = true;
            },
            [&] {
                if (has_before) out_.push_back({start, before.end});
                has_before = has_head = false;
            });
    }

  private:
    // Call use(line) for every line that is not blank, in order, and close() after each paragraph.
    template <class Use, class Close>
    void each_line(Use use, Close close) const {
        size_t start = 0;
        const auto take = [&](size_t end, size_t next, bool paragraph) {
            size_t first = start, last = end;
            start = next;
            while (last > first && is_space(text_[last - 1])) --last;
            if (last == first) return close();
            while (is_space(text_[first])) ++first;
            use(Line{first, last, next - last >= 2 && text_[last] == ' ' && text_[last + 1] == ' '});
            if (paragraph) close();
        };
        points::each_line_end(text_, n_, [&](size_t i) {
            if (i < start) return;  // the LF of CR LF
            const bool pair = text_[i] == '\r' && i + 1 < n_ && text_[i + 1] == '\n';
            take(i, i + 1 + pair, text_[i] == 0x2029);
        });
        take(n_, n_, true);
    }

    size_t wrapped_at() const {
        size_t of_length[widest + 2] = {};
        size_t small = 0, n = 0, length = 0;
        bool has_before = false;
        each_line(
            [&](const Line& line) {
                if (has_before) {
                    ++of_length[std::min(length, widest + 1)];
                    ++n;
                    small += is_small_start(line);
                }
                length = line.end - line.start;
                has_before = true;
            },
            [&] { has_before = false; });
        if (n == 0 || 4 * small < n) return 0;
        size_t width = 0, below = 0;
        while (below + of_length[width] < (9 * n + 9) / 10) below += of_length[width++];
        return width <= widest ? width : 0;
    }

    // Whether the first character that is no opening mark is a small letter.
    bool is_small_start(const Line& line) const {
        const size_t end = std::min(line.end, line.start + look);
        for (size_t k = line.start; k < end; ++k)
            if (!is_opening(text_[k])) return points::classes(text_[k]) & points::lower;
        return points::classes(text_[line.start]) & points::lower;
    }

    Head look_at(const Line& line) const {
        Head head;
        const size_t start = line.start, end = std::min(line.end, start + look);
        const u32 first = text_[start];
        size_t word = start;
        while (word < line.end && !is_space(text_[word])) ++word;
        head.small = is_small_start(line);
        head.capital = points::classes(first) & points::upper;
        head.word = word - start;
        head.bullet = head.word == 1 && is_bullet(first);
        head.mark = has_mark(text_, start, end);
        const size_t label = label_end(text_, start, end);
        if (label > start) {
            bool inside = false;
            size_t last = start;
            for (size_t k = start; k < label; ++k) {
                const bool solid = !is_space(text_[k]);
                head.label += solid && !inside;
                inside = solid;
                if (solid) last = k + 1;
            }
            head.only_label = last == line.end;
        }
        return head;
    }

    bool is_end(const Line& before, const Head& head_before, const Line& after, const Head& head, size_t width, bool is_first) const {
        const bool finished = is_line_end_mark(last_mark(before)) || is_bracket(text_[before.end - 1]);
        if (head.bullet) return true;                                                          // 1
        if (head.mark && (finished || head_before.mark)) return true;                          // 2
        if (head.label && (finished || head.label > 1 || head.only_label)) return true;        // 3
        if (head_before.only_label) return true;                                               // 4
        if (head.small || ends_no_sentence(before)) return false;                              // 5
        if (text_[before.end - 1] == ',' && is_quote(text_[after.start])) return false;
        if (!width) return true;                                                               // 6
        const size_t capitals_before = capitals(before), capitals_after = capitals(after);     // 7
        if (capitals_before >= (is_first ? 4 : 8) && !capitals_after) return true;
        if (capitals_after >= 8 && !capitals_before) return true;
        const size_t taken = 10 * (before.end - before.start + 1 + head.word);
        if (taken <= 7 * width) {                                                              // 8
            if (finished) {
                const size_t end = before.end;
                return !(end >= 3 && text_[end - 3] == '.' && text_[end - 1] == '.');
            }
            if (is_first && head.capital && !(head_before.bullet || head_before.mark)) return true;
        }
        return before.two_spaces && head.capital && (is_first || 2 * taken <= 17 * width);     // 9, 10
    }

    u32 last_mark(const Line& line) const {
        size_t at = line.end - 1;
        while (at > line.start && is_closing(text_[at])) --at;
        return text_[at];
    }

    bool ends_no_sentence(const Line& line) const {
        u64 word = 0;
        size_t at = line.end;
        while (at > line.start && !is_space(text_[at - 1])) {
            --at;
            if (line.end - at > longest_last || !is_small(text_[at])) return false;
            word |= u64(text_[at]) << (8 * (line.end - at - 1));
        }
        return std::binary_search(never_last_words.sorted, never_last_words.sorted + NeverLast::n, word);
    }

    size_t capitals(const Line& line) const {
        size_t n = 0;
        for (size_t k = line.start; k < line.end; ++k) {
            if (is_small(text_[k])) return 0;
            n += is_capital(text_[k]);
        }
        return n;
    }

    const Char* const text_;
    const size_t n_;
    std::vector<Span>& out_;
};

template <class Char>
bool has_letter_or_figure(const Char* text, Span span) {
    for (size_t k = span.start; k < span.end; ++k)
        if ((unicode::classes(text[k]) & unicode::word) && text[k] != '_') return true;
    return false;
}

// split_block of punkt.py
template <class Char>
void split_block(const Punkt& punkt, const Char* text, Span block, std::vector<Span>& out) {
    const size_t first_of_block = out.size(), end = block.end;
    size_t at = block.start;
    {
        const size_t head_end = std::min(end, at + look);
        size_t k = mark_body(text, at, head_end);
        if (k > at && k < head_end && text[k] == '.') {
            const size_t space = ++k;
            while (k < head_end && is_space(text[k])) ++k;
            if (k > space && k < head_end) at = k;
        }
    }
    while (end - at > longest) {
        const size_t before = out.size();
        punkt.split(text + at, longest, at, out);
        if (out.size() > before + 1) {
            at = out.back().start;
            out.pop_back();
            continue;
        }
        out.resize(before);
        size_t cut = at + longest;
        while (cut > at && !is_space(text[cut - 1])) --cut;
        if (cut == at) cut = at + longest;
        punkt.split(text + at, cut - at, at, out);
        at = cut;
    }
    punkt.split(text + at, end - at, at, out);
    out[first_of_block].start = block.start;
    size_t last = first_of_block;
    for (size_t i = last + 1; i < out.size(); ++i) {
        const bool goes_on = (points::classes(text[out[i].start]) & points::lower) && is_among(text[out[last].end - 1], U"\"')]}”’»›");
        if (out[i].end - out[last].start <= longest && (goes_on || !has_letter_or_figure(text, out[i])))
            out[last].end = out[i].end;
        else
            out[++last] = out[i];
    }
    out.resize(last + 1);
}

// UTF-8 as an array of code points; room for one a byte.
template <class Char>
size_t spread_out(const u8* p, size_t bytes, Char* const out) {
    const u8* const end = p + bytes;
    size_t n = 0;
    while (p < end) {
#if defined(__SSE2__)
        if constexpr (sizeof(Char) == 2)
            while (end - p >= 16) {
                const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
                if (_mm_movemask_epi8(block)) break;
                _mm_storeu_si128(reinterpret_cast<__m128i*>(out + n), _mm_unpacklo_epi8(block, _mm_setzero_si128()));
                _mm_storeu_si128(reinterpret_cast<__m128i*>(out + n + 8), _mm_unpackhi_epi8(block, _mm_setzero_si128()));
                p += 16, n += 16;
            }
#endif
        for (int i = 0; i < 16 && p < end; ++i) out[n++] = Char(decode(p));
    }
    return n;
}

// Call use(points, n) with the text as an array of code points; UTF-8 that is not ASCII is spread out to one.
template <class Use>
void with_points(const Text& text, Use use) {
    const u8* const p = static_cast<const u8*>(text.data);
    const size_t n = text.length;
    switch (text.encoding) {
        case Encoding::ascii:
        case Encoding::latin1: use(p, n); return;
        case Encoding::ucs2: use(static_cast<const u16*>(text.data), n); return;
        case Encoding::ucs4: use(static_cast<const u32*>(text.data), n); return;
        case Encoding::utf8: break;
    }
    u8 highest = 0;
    for (size_t i = 0; i < n; ++i) highest = std::max(highest, p[i]);
    if (highest < 0x80) {
        use(p, n);
    } else if (highest < 0xF0) {
        Buffer<u16> points;
        const u16* const out = points.reserve(n);
        use(out, spread_out(p, n, points.data()));
    } else {
        Buffer<u32> points;
        const u32* const out = points.reserve(n);
        use(out, spread_out(p, n, points.data()));
    }
}

// Spans of code points of a text in UTF-8 to spans of its bytes.
void to_bytes(const Text& text, std::vector<Span>& spans, size_t from) {
    const u8* const begin = static_cast<const u8*>(text.data);
    const u8 *p = begin, *const end = begin + text.length;
    size_t point = 0;
    const auto move = [&](size_t& position) {
#if defined(__SSE2__)
        while (position - point >= 16 && end - p >= 16) {  // 16 bytes begin 16 code points at most
            const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
            point += size_t(__builtin_popcount(u32(_mm_movemask_epi8(_mm_cmpgt_epi8(block, _mm_set1_epi8(-65))))));
            p += 16;
        }
        while (p < end && is_continuation(*p)) ++p;
#endif
        for (; point < position; ++point) p += utf8_length(*p);
        position = size_t(p - begin);
    };
    for (size_t i = from; i < spans.size(); ++i) move(spans[i].start), move(spans[i].end);
}

}  // namespace

template <class Char>
void find_blocks(const Char* text, size_t n, std::vector<Span>& out) {
    Blocks<Char>(text, n, out).run();
}

template void find_blocks(const u8*, size_t, std::vector<Span>&);
template void find_blocks(const u16*, size_t, std::vector<Span>&);
template void find_blocks(const u32*, size_t, std::vector<Span>&);

void split_sentences(const Punkt& punkt, const Text& text, std::vector<Span>& out) {
    const size_t from = out.size();
    with_points(text, [&](const auto* points, size_t n) {
        std::vector<Span> blocks;
        find_blocks(points, n, blocks);
        for (const Span& block : blocks) split_block(punkt, points, block, out);
    });
    if (text.encoding == Encoding::utf8) to_bytes(text, out, from);
}

void split_blocks(const Text& text, std::vector<Span>& out) {
    with_points(text, [&](const auto* points, size_t n) { find_blocks(points, n, out); });
}

void split_by_punkt(const Punkt& punkt, const Text& text, std::vector<Span>& out) {
    with_points(text, [&](const auto* points, size_t n) { punkt.split(points, n, 0, out); });
}

}  // namespace stance
