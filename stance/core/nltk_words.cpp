#include "nltk_words.hpp"

#include <algorithm>
#include <cstring>

#include "unicode.hpp"

namespace stance::nltk {

namespace {

#include "regex_classes.inc"

template <size_t n>
bool within(u32 c, const u32 (&runs)[n][2]) {
    const auto* run = std::upper_bound(runs, runs + n, c, [](u32 x, const u32(&r)[2]) { return x < r[0]; });
    return run != runs && c <= run[-1][1];
}

// Classes as `regex` has them, which runs all but the contractions.
bool is_word(u32 c) {
    if (c < 0x80) return unicode::classes(c) & unicode::word;
    return within(c, regex_word);
}
bool is_digit(u32 c) { return c < 0x80 ? c - '0' < 10 : within(c, regex_digit); }
bool is_space(u32 c) { return (unicode::classes(c) & unicode::space) && !(c >= 0x1C && c <= 0x1F); }

// One substitution over the text in `in`, written to `out`.
class Pass {
  public:
    Pass(Buffer<u8>& out, const u8* begin, const u8* end) : begin(begin), end(end), p(begin), out_(out) {
        data_ = out_.reserve(size_t(end - begin) + 256);
        room_ = out_.capacity();
    }
    const u8 *const begin, *const end, *p;  // p: what is not yet written begins here

    // Write what stands before `q`.
    void copy_to(const u8* q) {
        put(p, size_t(q - p));
        p = q;
    }
    // Write what stands before `q`, then `n` bytes there with a space on each side.
    void pad(const u8* q, size_t n) {
        copy_to(q);
        put(' ');
        copy_to(q + n);
        put(' ');
    }
    void put(u8 byte) {
        if (n_ == room_) grow(1);
        data_[n_++] = byte;
    }
    void put(const u8* bytes, size_t n) {
        if (n > room_ - n_) grow(n);
        if (n) std::memcpy(data_ + n_, bytes, n);
        n_ += n;
    }
    void put(const char* bytes) { put(reinterpret_cast<const u8*>(bytes), std::strlen(bytes)); }
    size_t size() const { return n_; }

  private:
    void grow(size_t n) {
        data_ = out_.reserve(n_ + n + n_ / 2 + 256);
        room_ = out_.capacity();
    }
    Buffer<u8>& out_;
    u8* data_;
    size_t room_, n_ = 0;
};

bool starts_with(const u8* p, const u8* end, const char* what) {
    const size_t n = std::strlen(what);
    return size_t(end - p) >= n && std::memcmp(p, what, n) == 0;
}

bool any_of(u8 byte, const char* set) { return byte && std::strchr(set, byte); }

u32 code_at(const u8* p) { return decode(p); }

u32 code_before(const u8* p) { return decode_before(p); }

// ([«“‘„]|[`]+)
void opening_marks(Pass& s) {
    for (const u8* q = s.p; q < s.end;) {
        if (*q == '`') {
            const u8* r = q;
            while (r < s.end && *r == '`') ++r;
            s.pad(q, size_t(r - q));
            q = r;
        } else {
            const size_t n = utf8_length(*q);
            if (starts_with(q, s.end, "\u00AB") || starts_with(q, s.end, "\u201C") || starts_with(q, s.end, "\u2018") ||
                starts_with(q, s.end, "\u201E"))
                s.pad(q, n);
            q += n;
        }
    }
}

// ^\" and then (``)
void first_quote(Pass& s) {
    if (s.p < s.end && *s.p == '"') {
        s.put("``");
        ++s.p;
    }
}
void backticks(Pass& s) {
    for (const u8* q = s.p; q + 1 < s.end;) {
        if (q[0] == '`' && q[1] == '`') {
            s.pad(q, 2);
            q += 2;
        } else {
            ++q;
        }
    }
}

// ([ \(\[{<])(\"|\'{2})
void opening_quotes(Pass& s) {
    for (const u8* q = s.p; q + 1 < s.end;) {
        const size_t n = q[1] == '"' ? 1 : starts_with(q + 1, s.end, "''") ? 2 : 0;
        if (n && any_of(*q, " ([{<")) {
            s.copy_to(q + 1);
            s.put(" `` ");
            s.p = q = q + 1 + n;
        } else {
            ++q;
        }
    }
}

// The length of `lower` at p, whatever the case: as `re` and `regex` fold it, s is also U+017F and, in `re`, i is also
// U+0130 and U+0131.
size_t folded_length(const u8* p, const u8* end, const char* lower, bool i_folds) {
    const u8* const begin = p;
    for (; *lower; ++lower) {
        if (p == end) return 0;
        const u32 c = decode(p);
        const u32 small = c - 'A' < 26 ? c + 32 : c;
        if (small == u8(*lower)) continue;
        if (*lower == 's' && c == 0x17F) continue;
        if (*lower == 'i' && i_folds && (c == 0x130 || c == 0x131)) continue;
        return 0;
    }
    return size_t(p - begin);
}

// (?i)(?<!\w)(\')(?!(?:re|ve|ll|m|t|s|d|n)\b)(?=\w)
void opening_apostrophes(Pass& s) {
    for (const u8* q = s.p; q < s.end; ++q) {
        if (*q != '\'' || q + 1 == s.end || !is_word(code_at(q + 1))) continue;
        if (q > s.begin && is_word(code_before(q))) continue;
        bool clitic = false;
        for (const char* one : {"re", "ve", "ll", "m", "t", "s", "d", "n"}) {
            const size_t n = folded_length(q + 1, s.end, one, false);
            clitic |= n && (q + 1 + n == s.end || !is_word(code_at(q + 1 + n)));
        }
        if (clitic) continue;
        s.copy_to(q + 1);
        s.put(' ');
    }
}

// Where the last full stop stands, if another character than a full stop comes before it, what follows is a run of
// characters in `closing` (ASCII, or a mark of three or two bytes) and then white space to the end; else null.
// `closing_end` is where that run ends.
const u8* final_stop(const Pass& s, const char* closing, bool curly, const u8*& closing_end) {
    const u8* q = s.end;
    while (q > s.begin && q[-1] != '.') --q;
    if (q - s.begin < 2 || q[-2] == '.') return nullptr;
    const u8* r = q;
    while (r < s.end) {
        if (any_of(*r, closing))
            ++r;
        else if (curly && (starts_with(r, s.end, "\u00BB") || starts_with(r, s.end, "\u201D") || starts_with(r, s.end, "\u2019")))
            r += utf8_length(*r);
        else
            break;
    }
    closing_end = r;
    while (r < s.end)
        if (!is_space(decode(r))) return nullptr;
    return q - 1;
}

// ([^\.])(\.)([\]\)}>"\'»”’ ]*+)\s*$ → \1 \2 \3_
void final_stop_and_quotes(Pass& s) {
    const u8* closing_end;
    if (const u8* stop = final_stop(s, "])}>\"' ", true, closing_end)) {
        s.pad(stop, 1);
        s.copy_to(closing_end);
        s.put(' ');
        s.p = s.end;
    }
}

// ([^\.])(\.)([\]\)}>"\']*)\s*$ → \1 \2\3_
void final_stop_alone(Pass& s) {
    const u8* closing_end;
    if (const u8* stop = final_stop(s, "])}>\"'", false, closing_end)) {
        s.copy_to(stop);
        s.put(' ');
        s.copy_to(closing_end);
        s.put(' ');
        s.p = s.end;
    }
}

// ([:,])([^\d]) →  \1 \2
void commas(Pass& s) {
    for (const u8* q = s.p; q + 1 < s.end;) {
        if ((*q == ':' || *q == ',') && !is_digit(code_at(q + 1))) {
            const size_t n = utf8_length(q[1]);
            s.pad(q, 1);
            s.copy_to(q + 1 + n);
            q = s.p;
        } else {
            ++q;
        }
    }
}

// ([:,])$
void final_comma(Pass& s) {
    for (const u8* q : {s.end - 2, s.end - 1}) {
        if (q < s.begin || (*q != ':' && *q != ',')) continue;
        if (q + 1 == s.end || q[1] == '\n') s.pad(q, 1);
    }
}

// \.{2,}
void ellipses(Pass& s) {
    for (const u8* q = s.p; q < s.end;) {
        const u8* r = q;
        while (r < s.end && *r == '.') ++r;
        if (r - q >= 2) s.pad(q, size_t(r - q));
        q = r > q ? r : q + 1;
    }
}

// A space on both sides of every byte of `set`.
void pad_each(Pass& s, const char* set) {
    for (const u8* q = s.p; q < s.end; ++q)
        if (any_of(*q, set)) s.pad(q, 1);
}

// [\u2012-\u2015]
void dashes(Pass& s) {
    for (const u8* q = s.p; q < s.end; q += utf8_length(*q))
        if (*q == 0xE2 && code_at(q) - 0x2012 <= 3) s.pad(q, 3);
}

// ([^'])' 
void closing_apostrophes(Pass& s) {
    for (const u8* q = s.p; q < s.end;) {
        const size_t n = utf8_length(*q);
        if (*q != '\'' && starts_with(q + n, s.end, "' ")) {
            s.copy_to(q + n);
            s.put(" ' ");
            s.p = q = q + n + 2;
        } else {
            q += n;
        }
    }
}

// --
void double_dashes(Pass& s) {
    for (const u8* q = s.p; q + 1 < s.end;) {
        if (q[0] == '-' && q[1] == '-') {
            s.pad(q, 2);
            q += 2;
        } else {
            ++q;
        }
    }
}

// ([»”’])
void closing_marks(Pass& s) {
    for (const u8* q = s.p; q < s.end; q += utf8_length(*q))
        if (starts_with(q, s.end, "\u00BB") || starts_with(q, s.end, "\u201D") || starts_with(q, s.end, "\u2019"))
            s.pad(q, utf8_length(*q));
}

void double_apostrophes(Pass& s) {
    for (const u8* q = s.p; q + 1 < s.end;) {
        if (q[0] == '\'' && q[1] == '\'') {
            s.pad(q, 2);
            q += 2;
        } else {
            ++q;
        }
    }
}

void closing_quotes(Pass& s) {
    for (const u8* q = s.p; q < s.end; ++q)
        if (*q == '"') {
            s.copy_to(q);
            s.put(" '' ");
            s.p = q + 1;
        }
}

// \s+
void spaces(Pass& s) {
    for (const u8* q = s.p; q < s.end;) {
        const u8* r = q;
        if (!is_space(decode(r))) {
            q = r;
            continue;
        }
        while (r < s.end) {
            const u8* next = r;
            if (!is_space(decode(next))) break;
            r = next;
        }
        s.copy_to(q);
        s.put(' ');
        s.p = q = r;
    }
}

// ([^' ])(one of the endings)  → \1 \2_
template <size_t n>
void endings(Pass& s, const char* const (&alternatives)[n]) {
    for (const u8* q = s.p; q < s.end;) {
        const u8* const behind = q + utf8_length(*q);
        if (*q != '\'' && *q != ' ' && behind < s.end && (*behind == '\'' || *behind == 'n' || *behind == 'N')) {
            const char* found = nullptr;
            for (const char* one : alternatives)
                if (!found && starts_with(behind, s.end, one)) found = one;
            if (found) {
                s.copy_to(behind);
                s.put(' ');
                s.copy_to(behind + std::strlen(found));
                q = s.p;
                continue;
            }
        }
        q = behind;
    }
}

// \w as `re` has it, for the contractions.
bool is_re_word(u32 c) { return unicode::classes(c) & unicode::word; }

// (?i)\b(first)(second)\b →  \1 \2_ ; before_space: followed by (?=\s) in place of \b
void contraction(Pass& s, const char* first, const char* second, bool before_space) {
    for (const u8* q = s.p; q < s.end;) {
        const size_t n = folded_length(q, s.end, first, true);
        const size_t m = n ? folded_length(q + n, s.end, second, true) : 0;
        const u8* const behind = q + n + m;
        if (m && (q == s.begin || !is_re_word(code_before(q))) &&
            (before_space ? behind < s.end && (unicode::classes(code_at(behind)) & unicode::space)
                          : behind == s.end || !is_re_word(code_at(behind)))) {
            s.copy_to(q);
            s.put(' ');
            s.copy_to(q + n);
            s.put(' ');
            s.copy_to(behind);
            s.put(' ');
            q = behind;
        } else {
            q += utf8_length(*q);
        }
    }
}

// (?i) ('t)(second)\b →  \1 \2_ 
void contraction_of_it(Pass& s, const char* second) {
    for (const u8* q = s.p; q < s.end; ++q) {
        if (*q != ' ') continue;
        const size_t n = folded_length(q + 1, s.end, "'t", true);
        const size_t m = n ? folded_length(q + 1 + n, s.end, second, true) : 0;
        const u8* const behind = q + 1 + n + m;
        if (!m || (behind < s.end && is_re_word(code_at(behind)))) continue;
        s.copy_to(q + 1 + n);
        s.put(' ');
        s.copy_to(behind);
        s.put(' ');
        q = behind - 1;
    }
}

constexpr const char* short_endings[] = {"'s ", "'S ", "'m ", "'M ", "'d ", "'D ", "' "};
constexpr const char* long_endings[] = {"'ll ", "'LL ", "'re ", "'RE ", "'ve ", "'VE ", "n't ", "N'T "};

}  // namespace

const u8* literal(const u8* text, size_t n, Space& space, size_t& size) {
    bool has[256] = {};
    for (size_t i = 0; i < n; ++i) has[text[i]] = true;
    const auto any = [&](const char* bytes) {
        for (; *bytes; ++bytes)
            if (has[u8(*bytes)]) return true;
        return false;
    };
    const bool curly = has[0xE2] || has[0xC2];
    Buffer<u8>*to = &space.a, *from = &space.b;
    const auto run = [&](bool wanted, auto substitute) {
        if (!wanted) return;
        Pass pass(*to, text, text + n);
        substitute(pass);
        pass.copy_to(pass.end);
        n = pass.size();
        text = to->data();
        std::swap(to, from);
    };
    run(curly || any("`"), opening_marks);
    run(any("\""), first_quote);
    run(any("`\""), backticks);
    run(any("\"'"), opening_quotes);
    run(any("'"), opening_apostrophes);
    run(any("."), final_stop_and_quotes);
    run(any(":,"), commas);
    run(any(":,"), final_comma);
    run(any("."), ellipses);
    run(any(";@#$%&"), [](Pass& s) { pad_each(s, ";@#$%&"); });
    run(curly, dashes);
    run(any("."), final_stop_alone);
    run(any("?!"), [](Pass& s) { pad_each(s, "?!"); });
    run(any("'"), closing_apostrophes);
    run(any("*"), [](Pass& s) { pad_each(s, "*"); });
    run(any("[](){}<>"), [](Pass& s) { pad_each(s, "[](){}<>"); });
    run(any("-"), double_dashes);
    run(true, [](Pass& s) {
        s.put(' ');
        s.copy_to(s.end);
        s.put(' ');
    });
    run(curly, closing_marks);
    run(any("'"), double_apostrophes);
    run(any("\""), closing_quotes);
    run(true, spaces);
    run(any("'"), [](Pass& s) { endings(s, short_endings); });
    run(any("'"), [](Pass& s) { endings(s, long_endings); });
    run(any("nN"), [](Pass& s) { contraction(s, "can", "not", false); });
    run(any("'"), [](Pass& s) { contraction(s, "d", "'ye", false); });
    run(any("mM"), [](Pass& s) { contraction(s, "gim", "me", false); });
    run(any("nN"), [](Pass& s) { contraction(s, "gon", "na", false); });
    run(any("tT"), [](Pass& s) { contraction(s, "got", "ta", false); });
    run(any("mM"), [](Pass& s) { contraction(s, "lem", "me", false); });
    run(any("'"), [](Pass& s) { contraction(s, "more", "'n", false); });
    run(any("nN"), [](Pass& s) { contraction(s, "wan", "na", true); });
    run(any("'"), [](Pass& s) { contraction_of_it(s, "is"); });
    run(any("'"), [](Pass& s) { contraction_of_it(s, "was"); });
    size = n;
    return text;
}

}  // namespace stance::nltk
