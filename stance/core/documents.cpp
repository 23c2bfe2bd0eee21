#include "documents.hpp"

#include <atomic>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>

#include "buffer.hpp"
#include "punkt_lines.hpp"
#include "stance_tokens.hpp"

namespace stance {

namespace {

constexpr size_t group_units = 1 << 16;   // documents are taken together up to about so much text
constexpr size_t group_documents = 256;
constexpr size_t views_at_once = 256;

// Memory for texts, handed out in pieces that stay where they are until clear().
class Arena {
  public:
    u8* take(size_t n) {
        n = (n + 15) & ~size_t(15);
        while (current_ < blocks_.size() && used_ + n > sizes_[current_]) ++current_, used_ = 0;
        if (current_ == blocks_.size()) {
            const size_t size = std::max(n, size_t(1) << 18);
            blocks_.emplace_back();
            blocks_.back().reserve(size);
            sizes_.push_back(size);
            used_ = 0;
        }
        u8* const p = blocks_[current_].data() + used_;
        used_ += n;
        return p;
    }
    void clear() {
        if (blocks_.size() > 8) blocks_.clear(), sizes_.clear();
        current_ = used_ = 0;
    }

  private:
    std::vector<Buffer<u8>> blocks_;
    std::vector<size_t> sizes_;
    size_t current_ = 0, used_ = 0;
};

template <class Unit>
bool is_ascii(const Unit* p, size_t n) {
    Unit any = 0;
    for (size_t i = 0; i < n; ++i) any |= p[i];
    return u32(any) < 0x80;
}

template <class Unit>
constexpr Encoding encoding_of() {
    return sizeof(Unit) == 1 ? Encoding::latin1 : sizeof(Unit) == 2 ? Encoding::ucs2 : Encoding::ucs4;
}

template <class Out, class Unit>
Out* copy(const Unit* from, size_t n, Out* out) {
    for (size_t i = 0; i < n; ++i) out[i] = Out(from[i]);
    return out + n;
}
template <class Out>
Out* copy(const std::string& text, Out* out) {
    return copy(text.data(), text.size(), out);
}

bool is_alnum(u32 c) { return unicode::classes(c) & unicode::word && c != '_'; }

}  // namespace

// One thread's work on groups of documents.
class DocumentRun {
  public:
    DocumentRun(const Documents& owner, const DocumentTask& task)
        : owner_(owner), plan_(owner.plan_), task_(task), labels_(owner.labels_),
          carrier_(owner.lexicon_, plan_.words, plan_.states) {
        if (plan_.sentences) sentence_scratch_ = plan_.sentences->borrow();
        if (plan_.views) view_scratch_ = plan_.views->borrow();
        finds_actors_ = plan_.actors && ((plan_.views && task.targets) || std::find(plan_.masked.begin(), plan_.masked.end(), true) != plan_.masked.end());
    }
    // Scratch goes back only from a run that came to its end.
    void finish() {
        if (sentence_scratch_) plan_.sentences->give_back(std::move(sentence_scratch_));
        if (view_scratch_) plan_.views->give_back(std::move(view_scratch_));
    }

    // Documents [first, last) of all.
    void group(const Text* texts, const GivenSpans* given, size_t first, size_t last, DocumentPart& part) {
        part_ = &part;
        arena_.clear();
        documents_.clear();
        items_.clear();
        mentions_.clear();
        named_.clear();
        carried_.clear();
        carried_ends_.clear();
        for (size_t i = first; i < last; ++i) read(texts[i], given ? given[i] : GivenSpans(), i);
        score_sentences();
        if (plan_.views && task_.targets) score_pairs();
    }

  private:
    struct Document {
        Text text;
        size_t first, last;  // sentences of the group
    };
    struct Item {  // a sentence
        Text text;    // as it stands; ASCII is known as such
        Text masked;  // what is scored
        Span span;
        size_t first_mention, last_mention;
        bool may_report;  // it has a word of speech
    };

    template <class Use>
    static void with_units(const Text& text, Use use) {
        switch (text.encoding) {
            case Encoding::ucs2: use(static_cast<const u16*>(text.data), text.length); return;
            case Encoding::ucs4: use(static_cast<const u32*>(text.data), text.length); return;
            default: use(static_cast<const u8*>(text.data), text.length);
        }
    }

    // UTF-8 as an array of code points of the narrowest kind.
    Text spread(const Text& text, size_t number) {
        const u8* const begin = static_cast<const u8*>(text.data);
        const size_t n = text.length;
        if (is_ascii(begin, n)) return {begin, n, Encoding::ascii};
        if (!valid_utf8(begin, n)) throw TextError(TextError::not_utf8, number, std::string(reinterpret_cast<const char*>(begin), n));
        u8 highest = 0;
        for (size_t i = 0; i < n; ++i) highest = std::max(highest, begin[i]);
        const auto into = [&](auto* out) {
            size_t length = 0;
            for (const u8* p = begin; p < begin + n;) out[length++] = std::remove_reference_t<decltype(*out)>(decode(p));
            return Text{out, length, encoding_of<std::remove_reference_t<decltype(*out)>>()};
        };
        if (highest < 0xC4) return into(arena_.take(n));
        if (highest < 0xF0) return into(reinterpret_cast<u16*>(arena_.take(2 * n)));
        return into(reinterpret_cast<u32*>(arena_.take(4 * n)));
    }

    void read(const Text& given, const GivenSpans& spans, size_t number) {
        const Text text = given.encoding == Encoding::utf8 ? spread(given, number) : given;
        const size_t first = items_.size(), first_span = part_->spans.size();
        if (!spans.given) {
            split_sentences(*plan_.punkt, text, part_->spans);
        } else {
            for (size_t i = 0; i < spans.n; ++i) part_->spans.push_back({size_t(spans.spans[2 * i]), size_t(spans.spans[2 * i + 1])});
        }
        part_->n_sentences.push_back(part_->spans.size() - first_span);
        with_units(text, [&](const auto* units, size_t n) {
            if (task_.language) part_->foreign.push_back(!owner_.language_.looks_right(units, n));
            sentences_.clear();
            flags_.clear();
            const size_t first_named = named_.size();
            for (size_t i = first_span; i < part_->spans.size(); ++i) sentence(units, part_->spans[i], text.encoding == Encoding::ascii, first_named);
        });
        documents_.push_back({text, first, items_.size()});
        if (plan_.views && task_.targets) carrier_.run(sentences_, mentions_of(first), flags_.data(), carried_, carried_ends_);
    }

    const Carrier::Named* mentions_of(size_t first) const { return named_.data() + (first < items_.size() ? items_[first].first_mention : named_.size()); }

    // A sentence: what is found in it, and what is scored of it.
    template <class Unit>
    void sentence(const Unit* document, const Span& span, bool ascii, size_t first_named) {
        const Unit* const text = document + span.start;
        const size_t n = span.end - span.start;
        Item item{{text, n, ascii ? Encoding::ascii : encoding_of<Unit>()}, {}, span, mentions_.size(), mentions_.size(), true};
        if (!ascii && is_ascii(text, n)) {
            u8* const narrow = arena_.take(n);
            copy(text, n, narrow);
            item.text = {narrow, n, Encoding::ascii};
        }
        item.masked = item.text;
        if (finds_actors_) with_units(item.text, [&](const auto* units, size_t) { find_actors(units, item, first_named); });
        else if (task_.targets) sentences_.push_back({0, 0, 0, 0, 0});
        items_.push_back(item);
    }

    // Its mentions, and what its words say beyond them.
    template <class Unit>
    void find_actors(const Unit* text, Item& item, size_t first_named) {
        const size_t n = item.text.length;
        plan_.actors->cut(text, n, words_);
        plan_.actors->find_among(text, n, words_, mentions_);
        item.last_mention = mentions_.size();
        bool masked = false;
        for (size_t i = item.first_mention; i < item.last_mention; ++i) masked |= plan_.masked[size_t(mentions_[i].target)];
        if (masked) mask(text, item);
        if (!task_.targets) return;
        const size_t first_flag = flags_.size();
        u64 any = 0;
        for (const auto& word : words_) {
            const u64 flags = owner_.lexicon_.flags(*plan_.actors, text, word);
            any |= flags;
            flags_.push_back(flags);
        }
        item.may_report = any & (word_flag::saying | word_flag::saying_that | word_flag::according | word_flag::words);
        size_t words_before = 0;
        if (item.first_mention < item.last_mention)
            while (words_[words_before].start < mentions_[item.first_mention].start) ++words_before;
        for (size_t i = item.first_mention; i < item.last_mention; ++i) {
            const auto& mention = mentions_[i];
            named_.push_back({mention.target, plan_.states[size_t(mention.target)] && performs(text, n, mention.end)});
        }
        sentences_.push_back({item.first_mention - first_named, item.last_mention - first_named, first_flag, flags_.size(), words_before});
    }

    // Whether the next word is one of those that states speak with; it is looked for in the next characters only.
    template <class Unit>
    bool performs(const Unit* text, size_t n, size_t end) {
        n = std::min(n, end + plan_.next_word);
        while (end < n && plan_.actors->key_letter(u32(text[end])) == ActorMatcher::separator) ++end;
        ActorMatcher::Found word{end, end, ActorMatcher::seed};
        for (; word.end < n; ++word.end) {
            const u32 letter = plan_.actors->key_letter(u32(text[word.end]));
            if (letter == ActorMatcher::separator) break;
            if (letter) word.hash = ActorMatcher::mix(word.hash, letter);
        }
        return word.end > word.start && owner_.lexicon_.flags(*plan_.actors, text, word) & word_flag::performing;
    }

    // Where the article before `start` begins, if one is there and begins at `least` or later; else `start`.
    template <class Unit>
    size_t with_article(const Unit* text, size_t start, size_t least) const {
        for (const std::string& article : plan_.articles) {
            if (start < least + article.size()) continue;
            const size_t first = start - article.size();
            if (!std::equal(article.begin(), article.end(), text + first, [](char a, Unit b) { return u32(u8(a)) == u32(b); })) continue;
            const auto& before = plan_.before_article;
            if (first == 0 || std::find(before.begin(), before.end(), u32(text[first - 1])) != before.end()) return first;
        }
        return start;
    }

    template <class Unit>
    void mask(const Unit* text, Item& item) {
        const size_t room = item.text.length + plan_.actor_mark.size() * (item.last_mention - item.first_mention);
        Unit* const begin = reinterpret_cast<Unit*>(arena_.take(room * sizeof(Unit)));
        Unit* out = begin;
        size_t end = 0;
        for (size_t i = item.first_mention; i < item.last_mention; ++i) {
            const auto& mention = mentions_[i];
            if (!plan_.masked[size_t(mention.target)]) continue;
            out = copy(text + end, with_article(text, mention.start, end) - end, out);
            out = copy(plan_.actor_mark, out);
            end = mention.end;
        }
        out = copy(text + end, item.text.length - end, out);
        item.masked = {begin, size_t(out - begin), item.text.encoding};
    }

    // Score texts into `out`, in float64 or widened from float32.
    void score(const Engine& engine, Scratch& scratch, const std::vector<Text>& texts, bool exact, double* out) {
        const size_t n = texts.size() * engine.n_outputs();
        if (exact) {
            engine.score(texts.data(), texts.size(), out, scratch);
            return;
        }
        float* const narrow = narrow_.reserve(n);
        engine.score(texts.data(), texts.size(), narrow, scratch);
        for (size_t i = 0; i < n; ++i) out[i] = narrow[i];
    }

    void score_sentences() {
        const LabelRules& rules = plan_.labels;
        const size_t n = items_.size(), k = rules.n_outputs();
        double* const scores = scores_.reserve(n * k);
        if (plan_.sentences) {
            texts_.clear();
            for (const Item& item : items_) texts_.push_back(item.masked);
            score(*plan_.sentences, *sentence_scratch_, texts_, plan_.exact_sentences, scores);
        }
        part_->claims.resize(n * rules.n_claims);
        part_->roles.resize(n * rules.n_roles);
        part_->voice.resize(n);
        part_->role.resize(n);
        part_->given.reserve(n * rules.n_claims);
        part_->attributed.reserve(n);
        doubts_.assign(n, 0);
        rows_.clear();
        const bool exact = !plan_.sentences || plan_.exact_sentences;
        for (size_t i = 0; i < n; ++i) {
            rows_.push_back(rules.row_of(exact ? SIZE_MAX : items_[i].masked.length));
            doubts_[i] = !exact && rows_[i] == rules.lengths.size();
        }
        if (!exact) score_again(scores);
        doubts_.assign(n, 0);
        const auto label = [&](const Document& document, size_t i) {
            const bool has_before = i > document.first, has_after = i + 1 < document.last;
            // a neighbour that has been scored in float64 does not make this one doubtful
            size_t around = rows_[i];
            for (const size_t row : {has_before ? rows_[i - 1] : 0, has_after ? rows_[i + 1] : 0})
                if (row < rules.lengths.size() && (around == rules.lengths.size() || row > around)) around = row;
            const Labels::Place place{part_->claims.data() + i * rules.n_claims, part_->roles.data() + i * rules.n_roles, part_->voice.data() + i,
                                      part_->given.data() + i * rules.n_claims, part_->attributed.data() + i, part_->role.data() + i};
            return labels_.sentence(has_before ? scores + (i - 1) * k : nullptr, scores + i * k, has_after ? scores + (i + 1) * k : nullptr, rows_[i], around, place, label_scratch_);
        };
        for (const Document& document : documents_)
            for (size_t i = document.first; i < document.last; ++i) {
                u8 doubt = label(document, i);
                if (doubt) doubts_[i] = 1;
                if (doubt & Labels::context) {
                    if (i > document.first) doubts_[i - 1] = 1;
                    if (i + 1 < document.last) doubts_[i + 1] = 1;
                }
            }
        if (!exact) {
            score_again(scores);
            for (const Document& document : documents_)
                for (size_t i = document.first; i < document.last; ++i)
                    if (doubts_[i] || (i > document.first && doubts_[i - 1]) || (i + 1 < document.last && doubts_[i + 1])) label(document, i);
        }
        if (rules.n_voices && task_.targets)
            for (size_t i = 0; i < n; ++i)
                if (items_[i].may_report && part_->attributed[i]) source(i);
    }

    // Sentences in doubt, in float64.
    void score_again(double* scores) {
        const size_t k = plan_.labels.n_outputs();
        texts_.clear();
        for (size_t i = 0; i < items_.size(); ++i)
            if (doubts_[i]) texts_.push_back(items_[i].masked);
        if (texts_.empty()) return;
        const double* row = exact_.reserve(texts_.size() * k);
        score(*plan_.sentences, *sentence_scratch_, texts_, true, exact_.data());
        for (size_t i = 0; i < items_.size(); ++i)
            if (doubts_[i]) std::memcpy(scores + i * k, row, k * sizeof(double)), row += k;
    }

    void source(size_t i) {
        const Item& item = items_[i];
        with_units(item.text, [&](const auto* text, size_t n) {
            plan_.actors->cut(text, n, words_);
            word_flags_.clear();
            for (const auto& word : words_) word_flags_.push_back(owner_.lexicon_.flags(*plan_.actors, text, word));
            SourceFinder finder(*plan_.actors, owner_.quotes_, owner_.stops_, plan_.words.longest_source, text, n, words_, word_flags_);
            size_t start, end;
            if (finder.find(start, end)) part_->sources.push_back({int64_t(i), int64_t(item.span.start + start), int64_t(item.span.start + end)});
        });
    }

    // Every sentence with every target of it.
    void score_pairs() {
        texts_.clear();
        view_arena_.clear();
        size_t carried = 0;
        for (size_t i = 0; i < items_.size(); ++i) {
            const Item& item = items_[i];
            targets_.clear();
            const auto add = [&](int32_t target) {
                if (std::find(targets_.begin(), targets_.end(), target) == targets_.end()) targets_.push_back(target);
            };
            for (size_t m = item.first_mention; m < item.last_mention; ++m) add(mentions_[m].target);
            for (; carried < carried_ends_[i]; ++carried) add(carried_[carried]);
            for (const int32_t target : task_.extra) add(target);
            for (const int32_t target : targets_) {
                const size_t first = part_->mentions.size();
                for (size_t m = item.first_mention; m < item.last_mention; ++m)
                    if (mentions_[m].target == target)
                        part_->mentions.push_back({int64_t(i), target, int64_t(item.span.start + mentions_[m].start), int64_t(item.span.start + mentions_[m].end)});
                part_->pairs.push_back({int64_t(i), target, int64_t(first), int64_t(part_->mentions.size() - first)});
                texts_.push_back(view(item, target));
                if (texts_.size() == views_at_once) score_views();
            }
        }
        score_views();
    }

    Text view(const Item& item, int32_t target) {
        if (!task_.names.empty()) {  // the name may hold any character
            Text text;
            with_units(item.text, [&](const auto* units, size_t) { text = view_in<u32>(item, units, target, &task_.names[size_t(target)]); });
            return text;
        }
        if (item.text.encoding == Encoding::ascii) return view_in<u8>(item, static_cast<const u8*>(item.text.data), target, nullptr);
        Text text;
        with_units(item.text, [&](const auto* units, size_t) {
            text = view_in<std::remove_const_t<std::remove_reference_t<decltype(*units)>>>(item, units, target, nullptr);
        });
        return text;
    }

    // The tokens of a text that begin with a letter or figure.
    template <class Unit>
    static void near_words(const Unit* text, size_t n, bool ascii, std::vector<Span>& out) {
        out.clear();
        const auto scan = [&](const auto* p) {
            tokens::Scanner<std::remove_const_t<std::remove_reference_t<decltype(*p)>>> scanner(p, p + n);
            const auto* start = p;
            while (scanner.next(start))
                if (is_alnum(u32(text[start - p]))) out.push_back({size_t(start - p), size_t(scanner.position() - p)});
        };
        if constexpr (std::is_same_v<Unit, u8>) {
            if (ascii) scan(text);
            else scan(reinterpret_cast<const tokens::Point8*>(text));
        } else {
            (void)ascii;
            scan(text);
        }
    }

    template <class Out, class Unit>
    Text view_in(const Item& item, const Unit* text, int32_t target, const std::u32string* name) {
        const size_t n = item.text.length, n_mentions = item.last_mention - item.first_mention;
        const bool ascii = item.text.encoding == Encoding::ascii && !name;
        Out* const marked = reinterpret_cast<Out*>(marked_.reserve((n + n_mentions * std::max(plan_.target_mark.size(), plan_.other_mark.size())) * sizeof(Out)));
        Out* out = marked;
        size_t end = 0;
        places_.clear();
        for (size_t m = item.first_mention; m < item.last_mention; ++m) {
            const auto& mention = mentions_[m];
            out = copy(text + end, mention.start - end, out);
            const size_t start = size_t(out - marked);
            out = copy(mention.target == target ? plan_.target_mark : plan_.other_mark, out);
            if (mention.target == target) places_.push_back({start, size_t(out - marked)});
            end = mention.end;
        }
        out = copy(text + end, n - end, out);
        const size_t n_marked = size_t(out - marked);
        // What follows the sentence: how long it is, then the view itself.
        size_t length = n_marked;
        if (places_.empty()) {
            length += 1 + plan_.meant_mark.size();
        } else {
            near_words(marked, n_marked, ascii, near_);
            for (const Span& place : places_)
                each_near(place, [&](const Span& word, bool left) {
                    length += 1 + (left ? plan_.left_mark : plan_.right_mark).size() + word.end - word.start;
                });
        }
        if (name) {
            near_words(text, n, item.text.encoding == Encoding::ascii, own_);
            for (const Span& word : own_) length += 1 + name->size() + word.end - word.start;
        }
        Out* const begin = reinterpret_cast<Out*>(view_arena_.take(length * sizeof(Out)));
        out = copy(marked, n_marked, begin);
        if (places_.empty()) {
            *out++ = ' ';
            out = copy(plan_.meant_mark, out);
        }
        for (const Span& place : places_)
            each_near(place, [&](const Span& word, bool left) {
                *out++ = ' ';
                out = copy(left ? plan_.left_mark : plan_.right_mark, out);
                out = copy(marked + word.start, word.end - word.start, out);
            });
        if (name)
            for (const Span& word : own_) {
                *out++ = ' ';
                out = copy(name->data(), name->size(), out);
                out = copy(text + word.start, word.end - word.start, out);
            }
        return {begin, length, ascii ? Encoding::ascii : encoding_of<Out>()};
    }

    // The last words before a place, then the first behind it.
    template <class Use>
    void each_near(const Span& place, Use use) const {
        const auto left = std::upper_bound(near_.begin(), near_.end(), place.start, [](size_t at, const Span& word) { return at < word.end; });
        const auto right = std::lower_bound(near_.begin(), near_.end(), place.end, [](const Span& word, size_t at) { return word.start < at; });
        for (auto word = left - std::min(left - near_.begin(), ptrdiff_t(plan_.view_window)); word < left; ++word) use(*word, true);
        for (auto word = right; word < near_.end() && word < right + ptrdiff_t(plan_.view_window); ++word) use(*word, false);
    }

    void score_views() {
        if (texts_.empty()) return;
        const size_t k = plan_.labels.n_stances, at = part_->stances.size();
        part_->stances.resize(at + texts_.size() * k);
        const size_t first = part_->stance.size();
        part_->stance.resize(first + texts_.size());
        int64_t* const given = part_->stance.data() + first;
        double* const rows = part_->stances.data() + at;
        score(*plan_.views, *view_scratch_, texts_, plan_.exact_views, rows);
        doubtful_.clear();
        for (size_t i = 0; i < texts_.size(); ++i) {
            const size_t row = plan_.labels.row_of(plan_.exact_views ? SIZE_MAX : texts_[i].length);
            if (labels_.stance(rows + i * k, row, given[i], label_scratch_) || row == plan_.labels.lengths.size()) doubtful_.push_back(i);
        }
        if (!doubtful_.empty() && !plan_.exact_views) {
            again_.clear();
            for (const size_t i : doubtful_) again_.push_back(texts_[i]);
            double* const exact = exact_.reserve(again_.size() * k);
            score(*plan_.views, *view_scratch_, again_, true, exact);
            for (size_t j = 0; j < doubtful_.size(); ++j) {
                double* const row = rows + doubtful_[j] * k;
                std::memcpy(row, exact + j * k, k * sizeof(double));
                labels_.stance(row, SIZE_MAX, given[doubtful_[j]], label_scratch_);
            }
        }
        texts_.clear();
        view_arena_.clear();
    }

    const Documents& owner_;
    const DocumentPlan& plan_;
    const DocumentTask& task_;
    const Labels& labels_;
    Labels::Scratch label_scratch_;
    Carrier carrier_;
    std::unique_ptr<Scratch> sentence_scratch_, view_scratch_;
    bool finds_actors_;
    DocumentPart* part_ = nullptr;

    Arena arena_, view_arena_;
    std::vector<Document> documents_;
    std::vector<Item> items_;
    std::vector<ActorMention> mentions_;
    std::vector<Carrier::Named> named_;
    std::vector<int32_t> carried_, targets_;
    std::vector<size_t> carried_ends_, doubtful_;
    std::vector<Carrier::Sentence> sentences_;
    std::vector<ActorMatcher::Found> words_;
    std::vector<u64> flags_, word_flags_;
    std::vector<Text> texts_, again_;
    std::vector<u8> doubts_;
    std::vector<Span> places_, near_, own_;
    Buffer<u8> marked_;
    std::vector<size_t> rows_;
    Buffer<double> scores_, exact_;
    Buffer<float> narrow_;
};

Documents::Documents(DocumentPlan plan)
    : plan_(std::move(plan)), labels_(plan_.labels), lexicon_(plan_.words), quotes_(plan_.words.quotes), stops_(plan_.words.stops), language_(plan_.language) {}

std::vector<DocumentPart> Documents::run(const Text* texts, const GivenSpans* spans, size_t n, const DocumentTask& task, size_t n_threads) const {
    std::vector<DocumentPart> parts;
    run(texts, spans, n, task, n_threads, [&](DocumentPart part) { parts.push_back(std::move(part)); });
    return parts;
}

void Documents::run(const Text* texts, const GivenSpans* spans, size_t n, const DocumentTask& task, size_t n_threads,
                    const std::function<void(DocumentPart)>& take) const {
    std::vector<size_t> starts{0};
    size_t units = 0;
    for (size_t i = 0; i < n; ++i) {
        if (i > starts.back() && (units + texts[i].length > group_units || i - starts.back() == group_documents)) starts.push_back(i), units = 0;
        units += texts[i].length;
    }
    const size_t n_groups = n ? starts.size() : 0;
    starts.push_back(n);
    std::vector<DocumentPart> parts(n_groups);
    std::vector<std::atomic<bool>> found(n_groups);
    std::atomic<size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    size_t failed = n_groups;
    // `between` is called after every group.
    const auto work = [&](auto between) {
        size_t g = n_groups;
        try {
            DocumentRun run(*this, task);
            while ((g = next++) < n_groups) {
                run.group(texts, spans, starts[g], starts[g + 1], parts[g]);
                found[g].store(true, std::memory_order_release);
                between();
            }
            run.finish();
        } catch (...) {
            next = n_groups;
            const std::lock_guard<std::mutex> lock(mutex);
            if (g < failed || !failure) failure = std::current_exception(), failed = g;
        }
    };
    size_t n_taken = 0;
    const auto take_found = [&] {
        for (; n_taken < n_groups && found[n_taken].load(std::memory_order_acquire); ++n_taken) take(std::move(parts[n_taken]));
    };
    std::vector<std::thread> threads;
    for (size_t i = 1; i < std::min(n_threads, n_groups); ++i) threads.emplace_back(work, [] {});
    if (n_groups) work(take_found);
    for (auto& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
    take_found();
}

}  // namespace stance
