// NLTKWordTokenizer on plain prose in one pass. Part of the kernel: included once for each set of instructions.

namespace nltk_direct {

constexpr size_t declined = size_t(-1);

// What a byte is to the tokenizer. `plain` is copied, `single` is always a token of its own.
enum Byte : u8 { plain, blank, single, comma, stop, apostrophe, quote, dash, wide, refuse };

struct Bytes {
    u8 of[256];
    constexpr Bytes() : of() {
        for (int i = 0; i < 256; ++i) of[i] = i < 0x80 ? plain : wide;
        for (int i = 0x1C; i < 0x20; ++i) of[i] = refuse;
        for (const char* p = " \t\n\v\f\r"; *p; ++p) of[u8(*p)] = blank;
        for (const char* p = ";@#$%&?!*()[]{}<>"; *p; ++p) of[u8(*p)] = single;
        of[u8(',')] = of[u8(':')] = comma;
        of[u8('.')] = stop;
        of[u8('\'')] = apostrophe;
        of[u8('"')] = quote;
        of[u8('-')] = dash;
        of[u8('`')] = refuse;
    }
};
constexpr Bytes bytes;

// A mark outside ASCII that is always a token: the curly quotes and dashes; its length in bytes, or 0.
INLINE size_t wide_mark(const u8* p, const u8* end) {
    if (p[0] == 0xC2 && (p[1] == 0xAB || p[1] == 0xBB)) return 2;
    if (p[0] != 0xE2 || end - p < 3 || p[1] != 0x80) return 0;
    switch (p[2]) {
        case 0x98: case 0x99: case 0x9C: case 0x9D: case 0x9E:  // ‘ ’ “ ” „
        case 0x92: case 0x93: case 0x94: case 0x95:              // ‒ – — ―
            return 3;
    }
    return 0;
}
INLINE bool is_wide_opening(const u8* p, size_t n) { return n == 2 ? p[1] == 0xAB : p[2] == 0x98 || p[2] == 0x9C || p[2] == 0x9E; }

// Whether a contraction like "cannot" may stand around the doubled letter at p[0], p[1]. Before and behind are readable.
INLINE bool near_contraction(const u8* p, const u8* begin, const u8* end) {
    const auto low = [](u8 c) { return u8(c | 0x20); };
    if (p == begin || p + 2 >= end) return false;
    const u8 before = low(p[-1]), after = low(p[2]);
    switch (low(p[0])) {
        case 'n': return (before == 'a' && (after == 'o' || after == 'a')) || (before == 'o' && after == 'a');  // cannot wanna gonna
        case 'm': return after == 'e' && (before == 'i' || before == 'e' || before >= 0x80);                     // gimme lemme
        default: return before == 'o' && after == 'a';                                                           // gotta
    }
}

// Where the full stop stands that ends the text, as in nltk_words.cpp; null if none does.
INLINE const u8* final_stop(const u8* begin, const u8* end) {
    const u8* p = end;
    while (p > begin && bytes.of[p[-1]] == blank) --p;
    while (p > begin) {
        const u8 c = p[-1];
        if (c == ']' || c == ')' || c == '}' || c == '>' || c == '\'' || c == ' ') {
            --p;
        } else if (c == '"') {
            if (p - 2 >= begin && p[-2] == ' ') return nullptr;  // an opening one
            --p;
        } else if (c == 0xBB && p - 2 >= begin && p[-2] == 0xC2) {
            p -= 2;
        } else if ((c == 0x9D || c == 0x99) && p - 3 >= begin && p[-2] == 0x80 && p[-3] == 0xE2) {
            p -= 3;
        } else {
            break;
        }
    }
    return p - 2 >= begin && p[-1] == '.' && p[-2] != '.' ? p - 1 : nullptr;
}

INLINE bool is_alnum(u8 c) { return u8((c | 0x20) - 'a') < 26 || u8(c - '0') < 10; }

// Whether a token ends before `p` once all marks have been set apart.
INLINE bool ends_token(const u8* p, const u8* end, const u8* stop_at) {
    if (p == end || p == stop_at) return true;
    switch (bytes.of[*p]) {
        case blank: case single: case quote: return true;
        case comma: return p + 1 == end || u8(p[1] - '0') >= 10;  // a wide digit there is declined later
        case dash: return p + 1 < end && p[1] == '-';
        case wide: return wide_mark(p, end) != 0;
        default: return false;
    }
}

// The text with its tokens set apart by spaces, in `out`; its size, or `declined`. 64 bytes behind the text are readable.
inline size_t transform(const u8* const in, size_t n, Buffer<u64>& bits_buffer, Buffer<u8>& out_buffer) {
    const u8* const end = in + n;
    u64* const bits = bits_buffer.reserve(n / 64 + 1);
    for (size_t i = 0; i < n; i += 64) {
        u64 special = 0, doubled = 0;
#if defined(STANCE_KERNEL_AVX2)
        for (int half = 0; half < 2; ++half) {
            const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + i + 32 * half));
            const __m256i next = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(in + i + 32 * half + 1));
            const auto set = [](char c) { return _mm256_set1_epi8(c); };
            const __m256i folded = _mm256_or_si256(b, set(0x20));
            const __m256i letter = _mm256_and_si256(_mm256_cmpgt_epi8(folded, set('a' - 1)), _mm256_cmpgt_epi8(set('z' + 1), folded));
            const __m256i figure = _mm256_and_si256(_mm256_cmpgt_epi8(b, set('0' - 1)), _mm256_cmpgt_epi8(set('9' + 1), b));
            const __m256i usual = _mm256_or_si256(_mm256_or_si256(letter, figure), _mm256_cmpeq_epi8(b, set(' ')));
            const __m256i twice = _mm256_cmpeq_epi8(folded, _mm256_or_si256(next, set(0x20)));
            const __m256i nmt = _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(folded, set('n')), _mm256_cmpeq_epi8(folded, set('m'))), _mm256_cmpeq_epi8(folded, set('t')));
            special |= u64(~u32(_mm256_movemask_epi8(usual))) << (32 * half);
            doubled |= u64(u32(_mm256_movemask_epi8(_mm256_and_si256(twice, nmt)))) << (32 * half);
        }
#else
        for (u32 j = 0; j < 64; ++j) {
            const u8 c = in[i + j], folded = c | 0x20;
            special |= u64(!(is_alnum(c) || c == ' ')) << j;
            doubled |= u64((folded == 'n' || folded == 'm' || folded == 't') && folded == (in[i + j + 1] | 0x20)) << j;
        }
#endif
        if (n - i < 64) {
            special &= ~0ull >> (64 - (n - i));
            doubled &= ~0ull >> (64 - (n - i));
        }
        for (; doubled; doubled &= doubled - 1)
            if (near_contraction(in + i + __builtin_ctzll(doubled), in, end)) return declined;
        bits[i / 64] = special;
    }
    const u8* const stop_at = final_stop(in, end);
    size_t room = n + n / 2 + 256;
    u8* out = out_buffer.reserve(room);
    size_t k = 0;
    const u8* p = in;  // not yet written
    const u8* last_apostrophe = nullptr;
    for (size_t i = 0; i < n; i += 64) {
        for (u64 left = bits[i / 64]; left; left &= left - 1) {
            const u8* const q = in + i + __builtin_ctzll(left);
            if (q < p) continue;  // behind a mark of several bytes
            if (room - k < size_t(q - p) + 128) {
                room = room + size_t(q - p) + n + 256;
                out = out_buffer.reserve(room);
            }
            for (; p < q; p += 32, k += 32) std::memcpy(out + k, p, 32);
            k -= size_t(p - q);
            p = q;
            size_t set_apart = 0;
            switch (bytes.of[*q]) {
                case plain: case blank: break;
                case single: set_apart = 1; break;
                case comma:
                    if (q + 1 < end) {
                        if (bytes.of[q[1]] == comma) return declined;
                        if (q[1] >= 0x80 && !wide_mark(q + 1, end)) return declined;  // perhaps a digit
                        if (u8(q[1] - '0') < 10) break;
                    }
                    set_apart = 1;
                    break;
                case stop:
                    if (q + 1 < end && q[1] == '.') return declined;
                    set_apart = q == stop_at;
                    break;
                case apostrophe: {
                    if (q == in || q + 1 == end || !is_alnum(q[-1]) || !is_alnum(q[1])) return declined;
                    if (last_apostrophe && !std::memchr(last_apostrophe, ' ', size_t(q - last_apostrophe))) return declined;
                    last_apostrophe = q;
                    const u8 a = q[1], b = q + 2 < end ? q[2] : 0, low = a | 0x20;
                    if (low == 'y' || (low == 'n' && (q[-1] | 0x20) == 'e')) return declined;  // d'ye, more'n
                    if (low == 's' || low == 'm' || low == 'd') {
                        if (ends_token(q + 2, end, stop_at)) out[k++] = ' ';
                    } else if ((a == 'l' && b == 'l') || (a == 'L' && b == 'L') || (b == 'e' && (a == 'r' || a == 'v')) || (b == 'E' && (a == 'R' || a == 'V'))) {
                        if (ends_token(q + 3, end, stop_at)) out[k++] = ' ';
                    } else if (((a == 't' && q[-1] == 'n') || (a == 'T' && q[-1] == 'N')) && ends_token(q + 2, end, stop_at)) {
                        if (k >= 2 && bytes.of[out[k - 2]] != blank && out[k - 2] != '\'') {
                            out[k] = out[k - 1];
                            out[k - 1] = ' ';
                            ++k;
                        }
                    }
                    break;
                }
                case quote: {
                    if (q == in && q + 1 < end && q[1] == '"') return declined;
                    bool opens = q == in || q[-1] == ' ' || q[-1] == '(' || q[-1] == '[' || q[-1] == '{' || q[-1] == '<';
                    if (!opens && q[-1] >= 0x80) {
                        const u8* before = q;
                        decode_before(before);
                        const size_t m = wide_mark(before, q);
                        opens = m && is_wide_opening(before, m);
                    }
                    std::memcpy(out + k, opens ? " `` " : " '' ", 4);
                    k += 4;
                    p = q + 1;
                    break;
                }
                case dash:
                    if (q + 1 < end && q[1] == '-') set_apart = 2;
                    break;
                case wide: {
                    set_apart = wide_mark(q, end);
                    const u8* behind = q;
                    if (!set_apart && (unicode::classes(decode(behind)) & unicode::space)) return declined;
                    if (!set_apart) {  // a letter, say: written with what follows
                        const size_t m = size_t(behind - q);
                        std::memcpy(out + k, q, 4);
                        k += m;
                        p = behind;
                    }
                    break;
                }
                case refuse: return declined;
            }
            if (set_apart) {
                out[k++] = ' ';
                std::memcpy(out + k, q, 4);
                k += set_apart;
                out[k++] = ' ';
                p = q + set_apart;
            }
        }
    }
    const size_t rest = size_t(end - p);
    if (room - k < rest + 64) out = out_buffer.reserve(k + rest + 64);
    if (rest) std::memcpy(out + k, p, rest);
    return k + rest;
}

}  // namespace nltk_direct
