// Fuzzes the engine from vocabulary to scores: any bytes give settings, terms and texts; then must hold
//   - the same bits from every set of instructions, alone and in a batch;
//   - float32 scores near the float64 ones;
//   - the same NLTK tokens from the one pass and from the substitutions.
// Build and run (see CMakeLists.txt beside):
//   cmake -S tests/core/fuzz -B build/fuzz -DCMAKE_CXX_COMPILER=clang++ && cmake --build build/fuzz
//   build/fuzz/engine_fuzz -max_len=4096 -max_total_time=600 corpus/
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "engine.hpp"

using namespace stance;

namespace {

#define MUST(condition)                                          \
    do {                                                         \
        if (!(condition)) {                                      \
            std::fprintf(stderr, "must hold: %s\n", #condition); \
            std::abort();                                        \
        }                                                        \
    } while (0)

struct Input {
    const u8 *p, *end;
    u8 byte() { return p < end ? *p++ : 0; }
};

// Fragments that real text and attacks are made of; a byte of the input picks one, or stands for itself.
const char* const fragments[] = {
    "the ", "THE ", " of ", "'s ", "n't ", "'ll", "cannot ", "gonna", "\"", "''", "``", "--", "..", ". ", ", ", "1,000 ", "(", ")",
    "\u0130", "\u03A3", "\u03C3\u0345", "\u00C9t\u00E9 ", "\u201C", "\u201D", "\u2019", "\u2014", "\u00A0", "\u2003", "\uAC00", "\uFDFA",
    "\U0001F600", "\u0301", "\xED\xA0\x80", "abcdefghijklmno ", "abcdefghijklmnop ", "a", "b", " ", "  ", "\n", "\t", "\x1C", "'", "'tis ",
    "U.S. ", "Ph.D. ", "ab", "ba", "aa", "\u0660", "\u00B2", "_", "I\u0307", "\u1E9E", "K", "more'n ", "d'ye ",
};
constexpr size_t n_fragments = sizeof fragments / sizeof *fragments;

std::string text_of(Input& in, size_t n) {
    std::string text;
    for (size_t i = 0; i < n && in.p < in.end; ++i) {
        const u8 b = in.byte();
        if (b < n_fragments)
            text += fragments[b];
        else if (b < 0x80)
            text += char(b);
        else if (b >= 0xFE)
            text += std::string(size_t(in.byte()) * 16, text.empty() ? 'x' : text.back() >= 0 ? text.back() : 'y');
        else {
            u8 out[4];
            const u32 c = (u32(b) << 13 ^ u32(in.byte()) << 5 ^ in.byte()) % 0x110000;
            text.append(reinterpret_cast<char*>(out), size_t(encode(c, out) - out));
        }
    }
    return text;
}

struct TermsBuffer {
    std::vector<u8> data;
    std::vector<int64_t> offsets{0};
    void add(const std::string& term) {
        data.insert(data.end(), term.begin(), term.end());
        offsets.push_back(int64_t(data.size()));
    }
    Terms terms() const { return {data.data(), offsets.data(), offsets.size() - 1}; }
};

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        if (c == ' ' || (c >= 9 && c <= 13))
            words.emplace_back();
        else
            words.back() += c;
    }
    std::vector<std::string> kept;
    for (auto& w : words)
        if (!w.empty()) kept.push_back(w);
    return kept;
}

template <class Out>
bool scores(const Engine& engine, const Text* texts, size_t n, std::vector<Out>& out) {
    out.assign(n * engine.n_outputs(), Out(-7));
    auto scratch = engine.borrow();
    try {
        engine.score(texts, n, out.data(), *scratch);
    } catch (const TextError&) {
        return false;
    }
    engine.give_back(std::move(scratch));
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, size_t size) {
    if (size < 12) return 0;
    for (size_t i = 0; i < n_logs; ++i) sublinear_of[i] = std::log(double(i)) + 1;
    Input in{data, data + size};
    BlockPlan plan{};
    const u8 kind = in.byte(), flags = in.byte(), more = in.byte();
    plan.analyzer = Analyzer(kind % 3);
    plan.tokens = plan.analyzer == Analyzer::word ? Tokens(kind / 3 % 5) : Tokens::space;
    plan.low = 1 + in.byte() % 4;
    plan.high = plan.low + in.byte() % 4;
    plan.cleaning.lowercase = flags & 1;
    plan.cleaning.accents = Accents(more % 3);
    plan.cleaning.nltk = plan.tokens == Tokens::nltk_word;
    plan.cleaning.collapse = plan.analyzer == Analyzer::character;
    plan.cleaning.word_bits = plan.tokens == Tokens::default_ || plan.tokens == Tokens::word;
    plan.cleaning.solid_bits = !plan.cleaning.word_bits;
    plan.binary = flags & 2;
    plan.norm = Norm(more / 3 % 3);
    plan.has_vocabulary = !(flags & 4);
    plan.alternate_sign = !plan.has_vocabulary && (flags & 8);
    plan.sublinear = (flags & 16) && !plan.alternate_sign;
    plan.has_stop_words = plan.analyzer == Analyzer::word && (flags & 32);
    plan.n_outputs = 1 + in.byte() % 30;

    const size_t n_texts = 1 + in.byte() % 40;
    const size_t a_text = size_t(in.end - in.p) / (n_texts + 1) + 1;
    const std::string source = text_of(in, a_text);
    std::vector<std::string> strings;
    for (size_t i = 0; i < n_texts; ++i) strings.push_back(text_of(in, a_text));

    // A vocabulary of what the texts have, and of what they have not.
    TermsBuffer vocabulary, stop_words;
    std::vector<std::string> known;
    const auto learn = [&](const std::string& term) {
        for (const auto& k : known)
            if (k == term) return;
        if (known.size() < 300) known.push_back(term), vocabulary.add(term);
    };
    for (const std::string& text : {source, strings[0]}) {
        const auto words = split(text);
        if (plan.analyzer == Analyzer::word) {
            for (size_t n = 1; n <= size_t(plan.high) + 1; ++n)
                for (size_t i = 0; i + n <= words.size() && i < 40; ++i) {
                    std::string gram = words[i];
                    for (size_t j = 1; j < n; ++j) gram += " " + words[i + j];
                    learn(gram);
                }
        } else {
            const std::string padded = " " + text + " ";
            for (size_t i = 0; i < padded.size() && i < 60; ++i)
                for (size_t n = 1; n < 24; n += n < 6 ? 1 : 7)
                    if (i + n <= padded.size() && !is_continuation(u8(padded[i])) && (i + n == padded.size() || !is_continuation(u8(padded[i + n]))))
                        learn(padded.substr(i, n));
        }
    }
    learn("zebra");
    learn("a  b");
    learn(" ");
    for (const char* word : {"the", "a", "of"}) stop_words.add(word);
    plan.vocabulary = vocabulary.terms();
    plan.stop_words = stop_words.terms();
    plan.n_columns = plan.has_vocabulary ? plan.vocabulary.n : 1 + more % 50;
    std::vector<double> scale(plan.n_columns), weights(plan.n_columns * plan.n_outputs), intercept(plan.n_outputs, 0.5);
    u32 state = 12345;
    const auto random = [&] { return double(int32_t(state = state * 1664525 + 1013904223)) / 2147483648.0; };
    for (double& x : scale) x = 1 + std::fabs(random()) * 9;
    for (double& x : weights) x = random();
    plan.scale = scale.data();
    plan.weights = {weights.data(), plan.n_outputs, Precision::float64};
    const Engine engine({plan}, intercept.data(), plan.n_outputs);

    // Each text in a buffer of its own size, so that a read beyond it is seen.
    std::vector<std::unique_ptr<u8[]>> kept;
    std::vector<Text> texts;
    for (const std::string& s : strings) {
        kept.emplace_back(new u8[s.size() + 1]);
        u8* bytes = new u8[s.size()];
        kept.back().reset(bytes);
        std::memcpy(bytes, s.data(), s.size());
        texts.push_back({bytes, s.size(), Encoding::utf8});
    }
    std::vector<float> fast, again, alone;
    std::vector<double> exact, exact_again;
    const bool ok = scores(engine, texts.data(), texts.size(), fast);
    MUST(ok == scores(engine, texts.data(), texts.size(), exact));
    if (!std::strcmp(instructions(), "avx2")) {
        set_instructions("baseline");
        const bool ok_again = scores(engine, texts.data(), texts.size(), again);
        MUST(ok == ok_again);
        scores(engine, texts.data(), texts.size(), exact_again);
        set_instructions("avx2");
        if (ok) {
            MUST(!std::memcmp(fast.data(), again.data(), fast.size() * 4));
            MUST(!std::memcmp(exact.data(), exact_again.data(), exact.size() * 8));
        }
    }
    if (ok) {
        for (size_t i = 0; i < texts.size(); ++i) {
            MUST(scores(engine, &texts[i], 1, alone));
            MUST(!std::memcmp(alone.data(), &fast[i * plan.n_outputs], plan.n_outputs * 4));
        }
        double size_of_all = 1;
        for (const std::string& s : strings) size_of_all += double(s.size());
        const double bound = plan.norm == Norm::none ? 1e-5 * size_of_all * 10 * (plan.high - plan.low + 1) : 1e-4;
        if (plan.norm == Norm::none || !plan.alternate_sign)
            for (size_t i = 0; i < fast.size(); ++i) MUST(std::fabs(double(fast[i]) - exact[i]) <= bound);
    }
    for (const std::string& s : strings) MUST(split(nltk_text(s, true)) == split(nltk_text(s, false)));
    return 0;
}

#ifdef STANCE_FUZZ_MAIN  // without libFuzzer: files to replay, or a number of random inputs
#include <fstream>
#include <iterator>
#include <random>

int main(int argc, char** argv) {
    for (int i = 2; i < argc; ++i) {
        std::ifstream file(argv[i], std::ios::binary);
        const std::string bytes((std::istreambuf_iterator<char>(file)), {});
        LLVMFuzzerTestOneInput(reinterpret_cast<const u8*>(bytes.data()), bytes.size());
    }
    std::mt19937 random(1);
    for (long n = argc > 1 ? std::atol(argv[1]) : 10000; n > 0; --n) {
        std::vector<u8> bytes(12 + random() % 600);
        const unsigned top = random() % 4 ? unsigned(n_fragments) : 256;
        for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = u8(random() % (i < 8 ? 256 : top));
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    std::puts("no fault");
}
#endif
