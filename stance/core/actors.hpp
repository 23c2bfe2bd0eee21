// The actors a text names: `stance.actors.find_mentions` over code points, the same to the last span.
//
// One pass cuts the text into words and hashes each without accents and in lower case; a second walks the words,
// looks each up among the first words of names, and takes the longest name that fits. Every equality is decided by
// comparing code points, never by the hash. All tables (what parts words, what an accent is, which words say "where")
// come from the Python side, stance/actors/words.py and mentions.py, so that they are written down once.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text.hpp"

namespace stance {

struct ActorMention {
    int32_t target;  // index into the list of targets given
    size_t start, end;
};

// What stance/actors/words.py and mentions.py say.
struct ActorRules {
    std::vector<std::pair<u32, u32>> separators;         // inclusive ranges
    std::vector<std::pair<u32, u32>> bare;               // letter → letter without its accent; 0: not read
    std::vector<std::pair<u32, char>> gap_marks;         // what may stand between words: 's' white space, 'h', 'a', 'd', 'c', 'n'
    std::vector<std::pair<std::string, char>> gap_codes;  // mark, or nothing, and ' ' if spaced → code
    std::vector<std::pair<char, std::string>> accepted;  // code in a form → codes in a text
    size_t longest_gap;
    std::vector<std::u32string> definite, where;
};

class ActorMatcher {
  public:
    // `forms` as written in an actor file, marks included, and the target of each; -1: it names no actor.
    ActorMatcher(const ActorRules& rules, const std::vector<std::u32string>& forms, const std::vector<int32_t>& targets);

    // The mentions of `text`, in order. Spans count units of its encoding.
    std::vector<ActorMention> find(const Text& text) const;

    // A word of a text, and the hash of its key.
    struct Found {
        size_t start, end;
        u64 hash;
    };
    static constexpr u64 seed = 0xC2B2AE3D27D4EB4F;
    static u64 mix(u64 hash, u32 c) { return (hash ^ c) * 0x9E3779B97F4A7C15u ^ hash >> 29; }

    // What a code point is in a key: its letter without accent and in lower case, 0: not read, or `separator`.
    static constexpr u32 separator = 0xFFFF;  // itself one
    u32 key_letter(u32 c) const { return c < n_bare ? key_letters_[c] : parts(c) ? separator : c; }

    // The words of a text, as `stance.actors.words.word_spans` has them. Unit: u8 (Latin-1), u16 or u32.
    template <class Unit>
    void cut(const Unit* text, size_t n, std::vector<Found>& words) const;

    // Append the mentions among these words of `text`.
    template <class Unit>
    void find_among(const Unit* text, size_t n, const std::vector<Found>& words, std::vector<ActorMention>& out) const;

  private:
    enum class Rule : u8 { capitals, any, exact, alone, definite, agent };
    struct Slice {
        u32 begin, size;  // of letters_
    };
    struct Word {
        Slice written, bare, key;
    };
    struct Form {
        int32_t target;
        u32 words, n_words;  // of words_
        Rule rule;
        bool before_hyphen, with_stop;
        u64 second;  // hash of its second word, if it has one
    };
    struct Start {
        u64 hash = 0;
        Slice key{0, 0};
        u32 forms = 0, n_forms = 0;  // of forms_; n_forms 0: an empty slot
        u64 seconds = 0;  // a bit for the hash of every second word; all of them where one word is a whole name
    };

    bool parts(u32 c) const {
        if (c < 0x10000) return separators_[c >> 6] >> (c & 63) & 1;
        for (const auto& range : high_separators_)
            if (c >= range.first && c <= range.second) return true;
        return false;
    }
    // The letter without its accent; 0: not read.
    u32 bare(u32 c) const { return c < n_bare ? bare_[c] : c; }
    static u32 lower(u32 c) { return c - 'A' < 26 ? c + 32 : c; }
    std::u32string_view letters(Slice s) const { return {letters_.data() + s.begin, s.size}; }

    template <class Unit>
    char gap_code(const Unit* begin, const Unit* end) const;
    template <class Unit>
    void find_in(const Unit* text, size_t n, std::vector<ActorMention>& out) const;
    template <class Unit>
    bool fits(const Form& form, const Unit* text, size_t n, const std::vector<Found>& words, size_t at) const;
    template <class Unit>
    bool has_key(const Unit* begin, const Unit* end, Slice key) const;
    // The names that begin with word number `at`; null: none, or none that can go on with the word behind it.
    template <class Unit>
    const Start* start_of(const Unit* text, const std::vector<Found>& words, size_t at) const;

    static constexpr u32 n_bare = 0x1F00, n_marks = 0x3001;
    std::array<u64, 1024> separators_{};
    std::vector<std::pair<u32, u32>> high_separators_;
    std::array<u16, n_bare> bare_{}, key_letters_{};
    std::array<char, n_marks> marks_{};
    std::array<char, 256> codes_{};                     // of a mark without space, and with (mark + 128)
    std::array<std::array<bool, 128>, 128> accepted_{};  // [code in the form][code in the text]
    size_t longest_gap_;
    std::vector<std::u32string> definite_, where_;

    std::u32string letters_;
    std::vector<Word> words_;
    std::vector<char> gaps_;  // before each word; 0 before the first
    std::vector<Form> forms_;  // those with the same first word together, the longest first
    std::vector<Start> starts_;  // open addressing
    std::array<u64, 1024> first_{};  // a bit for the hash of every first word: most words of a text end here
};

}  // namespace stance
