// Punkt, statement by statement what nltk/tokenize/punkt.py (3.10) does; names in comments are its names.
#include "punkt.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <stdexcept>
#include <string_view>
#include <unordered_map>

#include "punkt_points.hpp"
#include "unicode.hpp"

namespace {
using std::size_t;
#include "punkt_tables.inc"
}  // namespace

namespace stance::points {
const u16* const page_of = punkt_class_index;
const u8 (*const pages)[128] = punkt_class_pages;
}  // namespace stance::points

namespace stance {

namespace {

// Flags of a word. The lowest seven bits are NLTK's orthographic context.
enum : u32 {
    beg_uc = 1 << 1, mid_uc = 1 << 2, unk_uc = 1 << 3, beg_lc = 1 << 4, mid_lc = 1 << 5, unk_lc = 1 << 6,
    any_uc = beg_uc | mid_uc | unk_uc,
    any_lc = beg_lc | mid_lc | unk_lc,
    contexts = any_uc | any_lc,
    abbreviation = 1 << 8,
    starter = 1 << 9,
    first_of_pair = 1 << 10,
    second_of_pair = 1 << 11,
};

// Classes of the code points below 256.
enum : u8 { space = 1, non_word = 2, no_start = 4, closing = 8, blank = 16 };

struct Classes {
    u8 of[256] = {};
    constexpr Classes() {
        for (const int c : {9, 10, 11, 12, 13, 32}) of[c] |= space | blank;  // `blank`: string.whitespace
        for (const int c : {0x85, 0xA0}) of[c] |= space;
        for (const char c : {')', '"', ';', '}', ']', '*', ':', '@', '\'', '(', '{', '[', '?', '!'}) of[u8(c)] |= non_word;
        for (const int c : {0xAB, 0xBB}) of[c] |= non_word | closing;
        for (const char c : {'(', '"', '`', '{', '[', ':', ';', '&', '#', '*', '@', ')', '}', ']', '-', ','}) of[u8(c)] |= no_start;
        for (const char c : {'"', '\'', ')', ']', '}'}) of[u8(c)] |= closing;
    }
};
constexpr Classes low_classes;

inline u8 class_of(u32 c) {
    if (c < 256) return low_classes.of[c];
    if (c == 0x2018 || c == 0x2019 || c == 0x201C || c == 0x201D) return non_word | closing;
    return points::is_regex_space(c) ? space : 0;
}

constexpr char number_type[] = "##number##";

// A word in small letters.
struct Lowered {
    u8 bytes[4 * 2 * (Punkt::longest_word + 1) + 16];
    size_t n = 0;
};

}  // namespace

Punkt::Punkt(const PunktParameters& parameters) {
    std::unordered_map<std::string_view, u32> lists;
    std::set<std::string> pairs;
    for (const auto& word : parameters.abbreviations) lists[word] |= abbreviation;
    for (const auto& word : parameters.sentence_starters) lists[word] |= starter;
    for (const auto& [first, second] : parameters.collocations) {
        lists[first] |= first_of_pair;
        lists[second] |= second_of_pair;
        pairs.insert(first + "\n" + second);
    }
    size_t n = lists.size();
    for (const auto& [bits, words] : parameters.orthographic_context) n += 1 + size_t(std::count(words.begin(), words.end(), ' '));

    StringTable listed;
    listed.start(lists.size());
    for (const auto& [word, bits] : lists) listed.add(reinterpret_cast<const u8*>(word.data()), word.size(), bits);
    words_.start(n);
    const auto add = [&](std::string_view word, u32 bits) {
        const u8* const p = reinterpret_cast<const u8*>(word.data());
        if (word.empty() || word.size() > longest_word)
            throw std::invalid_argument("a word of Punkt's parameters must have 1 to 60 bytes; got '" + std::string(word) + "'");
        const Key key = key_of(p, word.size());
        if (words_.find(key, hash(key) & words_.mask(), p, word.size()) != none)
            throw std::invalid_argument("a word must have one orthographic context; got two of '" + std::string(word) + "'");
        const u32 of_lists = listed.find(key, hash(key) & listed.mask(), p, word.size());
        words_.add(key, p, word.size(), of_lists == none ? bits : bits | of_lists);
    };
    for (const auto& [bits, words] : parameters.orthographic_context)
        for (size_t at = 0; at <= words.size();) {
            const size_t end = std::min(words.find(' ', at), words.size());
            const std::string_view word = std::string_view(words).substr(at, end - at);
            add(word, bits & contexts);
            at = end + 1;
        }
    for (const auto& [word, bits] : lists)
        if (words_.find(reinterpret_cast<const u8*>(word.data()), word.size()) == none) add(word, 0);
    pairs_.start(pairs.size());
    for (const auto& pair : pairs) pairs_.add(reinterpret_cast<const u8*>(pair.data()), pair.size(), 1);
}

// One call of split().
template <class Char>
class PunktPass {
  public:
    PunktPass(const Punkt& punkt, const Char* text, size_t n, size_t base, std::vector<Span>& out)
        : punkt_(punkt), text_(text), n_(n), base_(base), out_(out) {}

    // _slices_from_text over _match_potential_end_contexts
    void run() {
        points::each_among<'.', '?', '!'>(text_, n_, [this](size_t at) { candidate(at); });
        if (has_match_) decide();
        size_t stop = n_;
        while (stop > 0 && points::is_space(text_[stop - 1])) --stop;
        slice({last_break_, stop});
        last_slice();
    }

  private:
    struct Token {
        size_t start, end;
    };

    // A mark that may end a sentence: a match of period_context_re, if one is there.
    void candidate(size_t at) {
        if (at + 1 == n_) return;
        size_t next = 0;  // where the next token starts, 0: other punctuation follows
        const u8 after = class_of(text_[at + 1]);
        if (!(after & non_word)) {
            if (!(after & space)) return;
            next = at + 2;
            while (next < n_ && (class_of(text_[next]) & space)) ++next;
            if (next == n_) return;
        }
        size_t word = at;  // _get_last_whitespace_index
        while (word > match_ + 1 && !(text_[word - 1] < 256 && (low_classes.of[text_[word - 1] & 255] & blank))) --word;
        const size_t start = word > match_ + 1 ? word : slice_start_;
        if (has_match_ && match_ <= start) decide();
        has_match_ = true;
        match_ = at;
        slice_start_ = start;
        next_ = next;
    }

    void decide() {
        size_t end = match_ + 2;
        if (next_) {
            end = next_ + 1;
            while (end < n_ && !(class_of(text_[end]) & space)) ++end;
        }
        if (!contains_break(slice_start_, end)) return;
        slice({last_break_, match_ + 1});
        last_break_ = next_ ? next_ : match_ + 1;
    }

    // _realign_boundaries, one slice behind
    void slice(Span next) {
        if (has_slice_) {
            const Span one{slice_.start + realign_, slice_.end};
            const size_t length = next.end > next.start ? next.end - next.start : 0;
            const Char* p = text_ + next.start;
            size_t marks = 0;
            realign_ = 0;
            while (marks < length && (class_of(p[marks]) & closing)) {
                ++marks;
                size_t end = marks;
                while (end < length && (class_of(p[end]) & space)) ++end;
                if (end > marks || end == length || (length - end >= 2 && p[end] == '-' && p[end + 1] == '-')) {
                    realign_ = end;
                    break;
                }
            }
            if (realign_)
                put({one.start, next.start + marks});
            else
                put(one);
        }
        slice_ = next;
        has_slice_ = true;
    }

    void last_slice() { put({slice_.start + realign_, slice_.end}); }

    void put(Span span) {
        while (span.start < span.end && points::is_space(text_[span.start])) ++span.start;
        while (span.start < span.end && points::is_space(text_[span.end - 1])) --span.end;
        if (span.start < span.end) out_.push_back({span.start + base_, span.end + base_});
    }

    // text_contains_sentbreak: whether a token of [start, end) but the last ends a sentence.
    bool contains_break(size_t start, size_t end) const {
        Token one{0, 0};
        bool has_one = false;
        for (size_t at = start;;) {
            Token two;
            if (!next_token(at, start, end, two)) return false;
            if (has_one && ends_sentence(one, two)) return true;
            one = two;
            has_one = true;
            at = two.end;
        }
    }

    // _tokenize_words: the token at or after `at`. A line feed ends every token, so lines need no splitting.
    bool next_token(size_t at, size_t begin, size_t end, Token& token) const {
        for (;;) {
            while (at < end && (class_of(text_[at]) & space)) ++at;
            if (at == end) return false;
            if (!(u32(text_[at] - 0x1C) < 4)) break;
            // A line of white space only has no tokens; to `regex`, these four characters are none.
            size_t first = at, last = at;
            while (first > begin && text_[first - 1] != '\n') --first;
            while (last < end && text_[last] != '\n') ++last;
            size_t k = first;
            while (k < last && points::is_space(text_[k])) ++k;
            if (k < last) break;
            at = last;
        }
        token.start = at;
        if (size_t stop = multi(at, end)) {
            token.end = stop;
            return true;
        }
        size_t k = at + 1;
        if (!(class_of(text_[at]) & no_start)) {
            for (; k < end; ++k) {
                const u32 c = text_[k];
                if (class_of(c) & (space | non_word)) break;
                if ((c == '-' || c == '.') && multi(k, end)) break;
                if (c == ',' && (k + 1 == end || (class_of(text_[k + 1]) & (space | non_word)) || multi(k + 1, end))) break;
            }
        }
        token.end = k;
        return true;
    }

    // Where a match of _re_multi_char_punct at `at` ends, or 0.
    size_t multi(size_t at, size_t end) const {
        const u32 c = text_[at];
        if ((c != '-' && c != '.') || at + 1 >= end) return 0;
        if (text_[at + 1] == c) {
            size_t k = at + 2;
            while (k < end && text_[k] == c) ++k;
            return k;
        }
        if (c == '-') return 0;
        size_t k = at, pairs = 0;  // of a full stop and white space
        while (k + 1 < end && text_[k] == '.' && text_[k + 1] != '\n' && (class_of(text_[k + 1]) & space)) k += 2, ++pairs;
        if (!(k < end && text_[k] == '.')) {
            if (pairs == 0) return 0;
            k -= 2, --pairs;
        }
        return pairs >= 2 ? k + 1 : 0;
    }

    // _first_pass_annotation and _second_pass_annotation
    bool ends_sentence(Token one, Token two) const {
        const size_t length = one.end - one.start;
        const u32 last = text_[one.end - 1];
        if (last != '.') return length == 1 && (last == '?' || last == '!');
        const bool ellipsis = length >= 2 && text_[one.end - 2] == '.';  // a token of full stops only
        bool abbr = false;
        u32 flags;  // of type_no_period
        Lowered lowered;
        const bool number = is_number(one);
        if (length == 1) {
            flags = look_up(one, lowered);
        } else {
            const Token bare{one.start, one.end - 1};
            flags = look_up(bare, lowered);
            if (!ellipsis) {
                abbr = flags & abbreviation;
                if (!abbr) {
                    size_t piece = bare.end;
                    while (piece > bare.start && text_[piece - 1] != '-') --piece;
                    Lowered last_piece;
                    if (piece > bare.start) abbr = look_up({piece, bare.end}, last_piece) & abbreviation;
                }
            }
            if (number) {
                lowered.n = sizeof number_type - 1;
                std::memcpy(lowered.bytes, number_type, lowered.n);
                flags = find(lowered);
            }
        }
        bool ends = !abbr && !ellipsis;
        const bool initial = length == 2 && (points::classes(text_[one.start]) & points::letter);
        if (ends && !initial && !number && !(flags & first_of_pair)) return true;

        Lowered next;
        const u32 next_flags = look_up_next(two, next);
        if ((flags & first_of_pair) && (next_flags & second_of_pair)) {
            std::string pair(reinterpret_cast<const char*>(lowered.bytes), lowered.n);
            pair += '\n';
            pair.append(reinterpret_cast<const char*>(next.bytes), next.n);
            if (punkt_.pairs_.find(reinterpret_cast<const u8*>(pair.data()), pair.size()) != none) return false;
        }
        const u32 first = text_[two.start];
        const u8 first_class = points::classes(first);
        const bool is_upper = first_class & points::upper, is_lower = first_class & points::lower;
        enum { no, yes, unknown } starts = unknown;  // _ortho_heuristic
        if (two.end - two.start == 1 && (first == ';' || first == ':' || first == ',' || first == '.' || first == '!' || first == '?'))
            starts = no;
        else if (is_upper && (next_flags & any_lc) && !(next_flags & mid_uc))
            starts = yes;
        else if (is_lower && ((next_flags & any_uc) || !(next_flags & beg_lc)))
            starts = no;
        if ((abbr || ellipsis) && !initial) {
            if (starts == yes) return true;
            if (is_upper && (next_flags & starter)) return true;
        }
        if (initial || number) {
            if (starts == no) return false;
            if (starts == unknown && initial && is_upper && !(next_flags & any_lc)) return false;
        }
        return ends;
    }

    // type_no_sentperiod of the second token, which has had its first pass
    u32 look_up_next(Token two, Lowered& lowered) const {
        if (is_number(two)) {
            lowered.n = sizeof number_type - 1;
            std::memcpy(lowered.bytes, number_type, lowered.n);
            return find(lowered);
        }
        const size_t length = two.end - two.start;
        if (length > 1 && text_[two.end - 1] == '.' && text_[two.end - 2] != '.') {
            const Token bare{two.start, two.end - 1};
            const u32 flags = look_up(bare, lowered);
            if (!(flags & abbreviation)) {
                size_t piece = bare.end;
                while (piece > bare.start && text_[piece - 1] != '-') --piece;
                Lowered last_piece;
                if (piece == bare.start || !(look_up({piece, bare.end}, last_piece) & abbreviation)) return flags;
            }
        }
        return look_up(two, lowered);
    }

    // _RE_NUMERIC: ^-?[\.,]?\d[\d,\.-]*\.?$
    bool is_number(Token token) const {
        size_t k = token.start;
        const auto digit = [](u32 c) { return c < 0x80 ? points::is_digit(c) : bool(unicode::classes(c) & unicode::digit); };
        if (k < token.end && text_[k] == '-') ++k;
        if (k < token.end && (text_[k] == '.' || text_[k] == ',')) ++k;
        if (k == token.end || !digit(text_[k])) return false;
        for (++k; k < token.end; ++k)
            if (!(text_[k] == ',' || text_[k] == '.' || text_[k] == '-' || digit(text_[k]))) return false;
        return true;
    }

    u32 find(const Lowered& word) const {
        const Key key = word.n <= short_key ? short_key_of(word.bytes, word.n) : long_key_of(word.bytes, word.n);
        const u32 flags = punkt_.words_.find(key, hash(key) & punkt_.words_.mask(), word.bytes, word.n);
        return flags == none ? 0 : flags;
    }

    // str.lower of a token, and its flags. Nothing is known of a word longer than the longest, and n is 0.
    u32 look_up(Token token, Lowered& lowered) const {
        const size_t length = token.end - token.start;
        lowered.n = 0;
        if (length > Punkt::longest_word || length == 0) return 0;
        const Char* p = text_ + token.start;
        u32 all = 0;
        for (size_t i = 0; i < length; ++i) {
            const u32 c = p[i];
            all |= c;
            lowered.bytes[i] = u8(c - 'A') < 26 ? u8(c | 0x20) : u8(c);
        }
        lowered.n = length;
        if (all >= 0x80) {
            u8* out = lowered.bytes;
            for (size_t i = 0; i < length; ++i) {
                const u32 c = p[i];
                if (c == 0x3A3) {
                    out = encode(is_final_sigma(p, i, length) ? 0x3C2 : 0x3C3, out);
                } else if (c == 0x130) {
                    *out++ = 'i';
                    out = encode(0x307, out);
                } else {
                    out = encode(unicode::lower(c), out);
                }
            }
            lowered.n = size_t(out - lowered.bytes);
        }
        return find(lowered);
    }

    static bool is_final_sigma(const Char* p, size_t at, size_t n) {
        size_t k = at;
        while (k > 0 && (unicode::classes(p[k - 1]) & unicode::ignorable)) --k;
        if (k == 0 || !(unicode::classes(p[k - 1]) & unicode::cased)) return false;
        k = at + 1;
        while (k < n && (unicode::classes(p[k]) & unicode::ignorable)) ++k;
        return k == n || !(unicode::classes(p[k]) & unicode::cased);
    }

    const Punkt& punkt_;
    const Char* const text_;
    const size_t n_, base_;
    std::vector<Span>& out_;

    bool has_match_ = false;  // previous_match, previous_slice = slice(slice_start_, match_)
    size_t match_ = 0, slice_start_ = 0, next_ = 0;
    size_t last_break_ = 0;
    bool has_slice_ = false;
    Span slice_{0, 0};
    size_t realign_ = 0;
};

template <class Char>
void Punkt::split(const Char* text, size_t n, size_t base, std::vector<Span>& out) const {
    PunktPass<Char>(*this, text, n, base, out).run();
}

template void Punkt::split(const u8*, size_t, size_t, std::vector<Span>&) const;
template void Punkt::split(const u16*, size_t, size_t, std::vector<Span>&) const;
template void Punkt::split(const u32*, size_t, size_t, std::vector<Span>&) const;

}  // namespace stance
