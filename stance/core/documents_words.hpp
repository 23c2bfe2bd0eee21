// What the words of a sentence say beyond naming actors: whom it only means (stance/actors/carried.py), and whose words
// it reports (stance/actors/sources.py). The lists of words and the numbers come from those files; the rules are theirs.
#pragma once
#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "actors.hpp"

namespace stance {

// Which lists a word is on: one bit each, in the order of `word_lists`. The number of the word stands in the top 16.
namespace word_flag {
enum : u64 {
    paired = 1ull << 0,
    pair_numbers = 1ull << 1,
    pair_nouns = 1ull << 2,
    pointers = 1ull << 3,
    country_nouns = 1ull << 4,
    they = 1ull << 5,
    he = 1ull << 6,
    it = 1ull << 7,
    openers = 1ull << 8,
    own = 1ull << 9,
    own_nouns = 1ull << 10,
    shared_nouns = 1ull << 11,
    shared_words = 1ull << 12,
    performing = 1ull << 13,
    saying = 1ull << 14,
    saying_that = 1ull << 15,
    before_verb = 1ull << 16,
    speaking_for_self = 1ull << 17,
    not_first = 1ull << 18,
    no_subject = 1ull << 19,
    measures = 1ull << 20,
    boundaries = 1ull << 21,
    closers = 1ull << 22,
    days = 1ull << 23,
    // words that a rule names itself
    the = 1ull << 24,
    president = 1ull << 25,
    of = 1ull << 26,
    our = 1ull << 27,
    according = 1ull << 28,
    to = 1ull << 29,
    words = 1ull << 30,
    in = 1ull << 31,
    that = 1ull << 32,
    its = 1ull << 33,          // its their our
    leading = 1ull << 34,      // q and but so yet also
    before_name = 1ull << 35,  // and or also on
    begins_pair = 1ull << 36,  // the first word of a phrase
    begins_shared = 1ull << 37,
};
constexpr int id_shift = 48;
}  // namespace word_flag

constexpr const char* word_lists[] = {
    "paired", "pair_numbers", "pair_nouns", "pointers", "country_nouns", "they", "he", "it", "openers", "own", "own_nouns", "shared_nouns",
    "shared_words", "performing", "saying", "saying_that", "before_verb", "speaking_for_self", "not_first", "no_subject", "measures",
    "boundaries", "closers", "days"};

struct WordRules {
    std::map<std::string, std::vector<std::string>> lists;                        // by the names of `word_lists`
    std::vector<std::pair<std::string, std::string>> pair_phrases, shared_phrases;
    double prominent, topic, our_share, performance;
    size_t window, short_speech, long_speech, opening_words, longest_source;
    std::u32string quotes, stops;
};

// A few characters, most of them ASCII.
class CharacterSet {
  public:
    explicit CharacterSet(const std::u32string& characters) {
        for (const char32_t c : characters)
            if (c < 128) low_[c >> 6] |= u64(1) << (c & 63);
            else high_ += c;
    }
    bool has(u32 c) const { return c < 128 ? low_[c >> 6] >> (c & 63) & 1 : high_.find(char32_t(c)) != std::u32string::npos; }

  private:
    u64 low_[2] = {0, 0};
    std::u32string high_;
};

// Words of the lists, found by the hash that the matcher of actors has already made; ASCII, in lower case.
class Lexicon {
  public:
    explicit Lexicon(const WordRules& rules) {
        namespace f = word_flag;
        std::map<std::string, u64> flags;
        for (size_t i = 0; i < std::size(word_lists); ++i) {
            const auto list = rules.lists.find(word_lists[i]);
            if (list == rules.lists.end()) throw std::invalid_argument(std::string("the list of words is missing: ") + word_lists[i]);
            for (const auto& word : list->second) flags[word] |= u64(1) << i;
        }
        const std::pair<const char*, u64> named[] = {
            {"the", f::the}, {"president", f::president}, {"of", f::of}, {"our", f::our | f::its}, {"according", f::according}, {"to", f::to},
            {"words", f::words}, {"in", f::in}, {"that", f::that}, {"its", f::its}, {"their", f::its}, {"q", f::leading},
            {"and", f::leading | f::before_name}, {"but", f::leading}, {"so", f::leading}, {"yet", f::leading},
            {"also", f::leading | f::before_name}, {"or", f::before_name}, {"on", f::before_name}};
        for (const auto& [word, flag] : named) flags[word] |= flag;
        for (const auto* phrases : {&rules.pair_phrases, &rules.shared_phrases})
            for (const auto& [first, second] : *phrases) {
                flags[first] |= phrases == &rules.pair_phrases ? f::begins_pair : f::begins_shared;
                flags[second] |= 0;
            }
        size_t slots = 64;
        while (slots < 4 * flags.size()) slots *= 2;
        slots_.resize(slots);
        u64 id = 0;
        for (auto& [word, flag] : flags) {
            flag |= ++id << f::id_shift;
            u64 hash = ActorMatcher::seed;
            for (const char c : word) hash = ActorMatcher::mix(hash, u8(c));
            filter_[hash >> 8 & 255] |= u64(1) << (hash & 63);
            size_t slot = hash & (slots - 1);
            while (!slots_[slot].word.empty()) slot = (slot + 1) & (slots - 1);
            slots_[slot] = {hash, flag, word};
        }
        const auto pairs = [&](const std::vector<std::pair<std::string, std::string>>& phrases) {
            std::vector<u32> out;
            for (const auto& [first, second] : phrases) out.push_back(phrase(flags[first], flags[second]));
            std::sort(out.begin(), out.end());
            return out;
        };
        pair_phrases_ = pairs(rules.pair_phrases);
        shared_phrases_ = pairs(rules.shared_phrases);
    }

    // The flags of a word; 0 if it is on no list.
    template <class Unit>
    u64 flags(const ActorMatcher& matcher, const Unit* text, const ActorMatcher::Found& word) const {
        if (!(filter_[word.hash >> 8 & 255] >> (word.hash & 63) & 1)) return 0;
        const size_t mask = slots_.size() - 1;
        for (size_t slot = word.hash & mask; !slots_[slot].word.empty(); slot = (slot + 1) & mask) {
            const Entry& entry = slots_[slot];
            if (entry.hash == word.hash && is_key(matcher, text + word.start, text + word.end, entry.word)) return entry.flags;
        }
        return 0;
    }

    bool is_pair_phrase(u64 first, u64 second) const {
        return first & word_flag::begins_pair && std::binary_search(pair_phrases_.begin(), pair_phrases_.end(), phrase(first, second));
    }
    bool is_shared_phrase(u64 first, u64 second) const {
        return first & word_flag::begins_shared && std::binary_search(shared_phrases_.begin(), shared_phrases_.end(), phrase(first, second));
    }

  private:
    struct Entry {
        u64 hash = 0, flags = 0;
        std::string word;
    };

    static u32 phrase(u64 first, u64 second) { return u32(first >> word_flag::id_shift << 16 | second >> word_flag::id_shift); }

    template <class Unit>
    static bool is_key(const ActorMatcher& matcher, const Unit* begin, const Unit* end, const std::string& word) {
        size_t k = 0;
        for (; begin < end; ++begin)
            if (const u32 letter = matcher.key_letter(u32(*begin)))
                if (k == word.size() || letter != u8(word[k++])) return false;
        return k == word.size();
    }

    std::vector<Entry> slots_;
    u64 filter_[256] = {};
    std::vector<u32> pair_phrases_, shared_phrases_;
};

// Sentences and the targets each names → the targets it only means: `stance.actors.carry_targets`.
class Carrier {
  public:
    // What it reads of a sentence: its mentions and words are [first, last) of the arrays given to run().
    struct Sentence {
        size_t first_mention, last_mention, first_word, last_word;
        size_t words_before;  // the first mention
    };
    struct Named {
        int32_t target;
        bool performs;  // "Togo welcomes"; of states only
    };

    Carrier(const Lexicon& lexicon, const WordRules& rules, const std::vector<bool>& states)
        : lexicon_(lexicon), rules_(rules), states_(states), counts_(states.size()), stamps_(states.size()) {}

    // Append to `meant` the targets that each sentence of one document means; ends[i] is where those of sentence i end.
    void run(const std::vector<Sentence>& sentences, const Named* mentions, const u64* words, std::vector<int32_t>& meant, std::vector<size_t>& ends) {
        const Speaker speaker = find_speaker(sentences, mentions);
        std::fill(counts_.begin(), counts_.end(), 0);
        window_.clear();
        window_starts_.clear();
        size_t oldest = 0;
        int64_t total = 0;
        last_.clear();
        bool began = false;
        for (const Sentence& s : sentences) {
            const u64* const first = words + s.first_word;
            const size_t n = s.last_word - s.first_word;
            named_.clear();
            ++stamp_;
            for (size_t i = s.first_mention; i < s.last_mention; ++i)
                if (stamps_[size_t(mentions[i].target)] != stamp_) {
                    stamps_[size_t(mentions[i].target)] = stamp_;
                    named_.push_back(mentions[i].target);
                }
            meant_.clear();
            if (named_.empty() && !last_.empty()) find_meant(first, n, began, total);
            meant.insert(meant.end(), meant_.begin(), meant_.end());
            if (speaker.target >= 0 && !has(named_, speaker.target) && !has(meant_, speaker.target) && speaks(first, n, speaker))
                meant.push_back(speaker.target);
            ends.push_back(meant.size());
            last_ = named_;
            last_.insert(last_.end(), meant_.begin(), meant_.end());
            began = !named_.empty() && s.words_before <= rules_.opening_words;
            window_starts_.push_back(window_.size());
            for (size_t i = s.first_mention; i < s.last_mention; ++i) window_.push_back(mentions[i].target);
            window_.insert(window_.end(), meant_.begin(), meant_.end());
            for (size_t i = window_starts_.back(); i < window_.size(); ++i) ++counts_[size_t(window_[i])], ++total;
            if (window_starts_.size() - oldest > rules_.window) {
                const size_t end = window_starts_[oldest + 1];
                for (size_t i = window_starts_[oldest]; i < end; ++i) --counts_[size_t(window_[i])], --total;
                ++oldest;
            }
        }
    }

  private:
    struct Speaker {
        int32_t target = -1;
        size_t mentions = 0;
        double share = 0;
    };

    static bool has(const std::vector<int32_t>& list, int32_t target) { return std::find(list.begin(), list.end(), target) != list.end(); }

    Speaker find_speaker(const std::vector<Sentence>& sentences, const Named* mentions) {
        if (sentences.empty()) return {};
        std::fill(counts_.begin(), counts_.end(), 0);
        performs_.assign(states_.size(), 0);
        named_.clear();
        size_t total = 0;
        for (size_t i = sentences.front().first_mention; i < sentences.back().last_mention; ++i) {
            const size_t target = size_t(mentions[i].target);
            if (!states_[target]) continue;
            if (!counts_[target]++) named_.push_back(mentions[i].target);
            performs_[target] += mentions[i].performs;
            ++total;
        }
        Speaker best;
        double highest = 0;
        for (const int32_t target : named_) {
            const double score = double(counts_[size_t(target)]) / double(total) + rules_.performance * double(performs_[size_t(target)]);
            if (best.target < 0 || score > highest) {
                highest = score;
                best = {target, size_t(counts_[size_t(target)]), double(counts_[size_t(target)]) / double(total)};
            }
        }
        return best;
    }

    // The rules pair, country, pronoun and topic.
    void find_meant(const u64* words, size_t n, bool began, int64_t total) {
        namespace f = word_flag;
        u64 any = 0;
        for (size_t i = 0; i < n; ++i) any |= words[i];
        if (last_.size() >= 2 && means_two(words, n, any)) {
            meant_.assign(last_.begin(), last_.begin() + 2);
            return;
        }
        for (const int32_t target : last_)
            if (states_[size_t(target)] && double(counts_[size_t(target)]) >= rules_.prominent * double(total)) meant_.push_back(target);
        if (any & f::they || means_country(words, n, any)) return;
        const bool first_is_prominent = !meant_.empty() && meant_[0] == last_[0];
        meant_.clear();
        if (!first_is_prominent) return;
        size_t opening = 0;
        while (opening < n && words[opening] & f::openers) ++opening;
        if ((opening < n && words[opening] & (f::it | f::he)) || any & f::he ||
            (began && double(counts_[size_t(last_[0])]) >= rules_.topic * double(total)))
            meant_.push_back(last_[0]);
    }

    bool means_two(const u64* words, size_t n, u64 any) const {
        namespace f = word_flag;
        if (any & f::paired) return true;
        if (!(any & (f::begins_pair | f::pair_numbers))) return false;
        for (size_t i = 0; i + 1 < n; ++i) {
            if (lexicon_.is_pair_phrase(words[i], words[i + 1])) return true;
            if (words[i] & f::pair_numbers && (words[i + 1] & f::pair_nouns || (i + 2 < n && words[i + 2] & f::pair_nouns))) return true;
        }
        return false;
    }

    static bool means_country(const u64* words, size_t n, u64 any) {
        namespace f = word_flag;
        if (!(any & f::pointers && any & f::country_nouns)) return false;
        for (size_t i = 0; i + 1 < n; ++i)
            if (words[i] & f::pointers && (words[i + 1] & f::country_nouns || (i + 2 < n && words[i + 2] & f::country_nouns))) return true;
        return false;
    }

    bool speaks(const u64* words, size_t n, const Speaker& speaker) const {
        namespace f = word_flag;
        u64 any = 0;
        for (size_t i = 0; i < n; ++i) any |= words[i];
        if (any & f::own && any & f::own_nouns)
            for (size_t i = 0; i + 1 < n; ++i)
                if (words[i] & f::own && words[i + 1] & f::own_nouns) return true;
        if (speaker.mentions >= rules_.long_speech && any & f::president)
            for (size_t i = 0; i + 1 < n; ++i)
                if (words[i] & f::the && words[i + 1] & f::president && !(i + 2 < n && words[i + 2] & f::of)) return true;
        const bool ours = any & f::our && speaker.share >= rules_.our_share && speaker.mentions >= rules_.short_speech;
        if (!ours || any & f::shared_words) return false;
        for (size_t i = 0; i + 1 < n; ++i)
            if (lexicon_.is_shared_phrase(words[i], words[i + 1]) || (words[i] & f::our && words[i + 1] & f::shared_nouns)) return false;
        return true;
    }

    const Lexicon& lexicon_;
    const WordRules& rules_;
    const std::vector<bool>& states_;
    std::vector<int64_t> counts_, performs_;
    std::vector<u64> stamps_;
    u64 stamp_ = 0;
    std::vector<int32_t> named_, meant_, last_, window_;
    std::vector<size_t> window_starts_;
};

// The source that a sentence names for what it reports: `stance.actors.source_span`.
template <class Unit>
class SourceFinder {
  public:
    SourceFinder(const ActorMatcher& matcher, const CharacterSet& quotes, const CharacterSet& stops, size_t longest, const Unit* text, size_t n,
                 const std::vector<ActorMatcher::Found>& words, const std::vector<u64>& flags)
        : matcher_(matcher), quotes_(quotes), stops_(stops), longest_(longest), text_(text), n_(n), words_(words), flags_(flags) {}

    bool find(size_t& start, size_t& end) {
        namespace f = word_flag;
        for (size_t at = 0; at < flags_.size(); ++at) {
            const u64 flag = flags_[at];
            if (!(flag & (f::according | f::words | f::saying | f::saying_that))) continue;
            bool found = false;
            if (flag & f::according && is(at + 1, f::to)) {
                found = !measured(at + 2) && after(at + 2);
            } else if (flag & f::words && at >= 2 && is(at - 2, f::in) && is(at - 1, f::the) && is(at + 1, f::of)) {
                found = after(at + 2);
            } else if (flag & f::saying || (flag & f::saying_that && reports(at))) {
                found = before(at) || inverted(at);
            }
            if (found) {
                start = words_[first_].start, end = words_[last_].end;
                return true;
            }
        }
        return false;
    }

  private:
    static constexpr size_t longest_gap = 16;

    bool is(size_t at, u64 flag) const { return at < flags_.size() && flags_[at] & flag; }

    // Whether `test` holds of a character between the word before number `at` and that word; 8 from each end are read.
    template <class Test>
    bool in_gap(size_t at, Test test) const {
        const size_t start = at ? words_[at - 1].end : 0, end = at < words_.size() ? words_[at].start : n_;
        const bool whole = end - start <= longest_gap;
        for (size_t i = start; i < (whole ? end : start + longest_gap / 2); ++i)
            if (test(u32(text_[i]))) return true;
        for (size_t i = whole ? end : end - longest_gap / 2; i < end; ++i)
            if (test(u32(text_[i]))) return true;
        return false;
    }
    bool quoted(size_t at) const { return in_gap(at, [&](u32 c) { return quotes_.has(c); }); }
    bool stop(size_t at) const { return in_gap(at, [&](u32 c) { return stops_.has(c); }); }
    bool comma(size_t at) const { return in_gap(at, [](u32 c) { return c == ','; }); }

    bool measured(size_t at) const {
        namespace f = word_flag;
        if (is(at, f::its)) return true;
        for (size_t i = at; i < at + 4; ++i)
            if (is(i, f::measures)) return true;
        return false;
    }

    bool reports(size_t at) const {
        if (u32(text_[words_[at].start]) - 'a' >= 26) return false;
        return is(at + 1, word_flag::that) || quoted(at + 1);
    }

    bool ends_with_ly(size_t at) const {
        u32 before = 0, last = 0;
        for (size_t i = words_[at].start; i < words_[at].end; ++i)
            if (const u32 letter = matcher_.key_letter(u32(text_[i]))) before = last, last = letter;
        return before == 'l' && last == 'y';
    }

    bool before(size_t verb) {
        namespace f = word_flag;
        if (verb == 0 || in_gap(verb, [](u32 c) { return c == '.'; })) return false;
        size_t last = verb;  // one more than the word it stands for, so that it may count down to none
        while (last > 0 && (flags_[last - 1] & f::before_verb || ends_with_ly(last - 1)) && !stop(last)) --last;
        if (last == 0 || flags_[last - 1] & (f::no_subject | f::speaking_for_self)) return false;
        --last;
        if (in_gap(last + 1, [&](u32 c) {
                return quotes_.has(c) || c == ';' || c == ':' || c == 0x2014 || c == 0x2013 || c == '(' || c == ')' || c == '[' || c == ']';
            }))
            return false;
        if (comma(last + 1)) {
            while (last > 0 && !stop(last) && verb - last <= longest_) --last;
            if (last == 0 || !comma(last)) return false;
            --last;
            if (flags_[last] & (f::no_subject | f::speaking_for_self)) return false;
        }
        size_t first = last;
        while (first > 0 && last - first < longest_ && !stop(first) && !(flags_[first - 1] & f::boundaries)) --first;
        if (first == 0 && flags_[0] & f::leading) first = 1;
        while (first < last && flags_[first] & (f::before_name | f::days)) ++first;
        if (first > last || flags_[first] & f::not_first || last - first >= longest_) return false;
        first_ = first, last_ = last;
        return true;
    }

    bool inverted(size_t verb) {
        if (verb == 0 || !in_gap(verb, [&](u32 c) { return c == ',' || quotes_.has(c); })) return false;
        return after(verb + 1);
    }

    bool after(size_t first) {
        namespace f = word_flag;
        if (first >= flags_.size() || stop(first) || flags_[first] & (f::speaking_for_self | f::that | f::to)) return false;
        size_t last = first;
        while (last + 1 < flags_.size() && last - first < longest_ && !stop(last + 1) && !(flags_[last + 1] & f::closers)) ++last;
        first_ = first, last_ = last;
        return true;
    }

    const ActorMatcher& matcher_;
    const CharacterSet &quotes_, &stops_;
    const size_t longest_;
    const Unit* text_;
    const size_t n_;
    const std::vector<ActorMatcher::Found>& words_;
    const std::vector<u64>& flags_;
    size_t first_ = 0, last_ = 0;
};

}  // namespace stance
