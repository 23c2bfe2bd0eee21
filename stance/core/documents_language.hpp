// Whether a text looks like English: `stance.text.looks_english`.
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "unicode.hpp"

namespace stance {

struct LanguageRules {
    std::vector<std::string> words;
    size_t looked_at, enough, few_letters;
    double share_of_words, share_of_ascii;
};

class Language {
  public:
    explicit Language(const LanguageRules& rules) : rules_(rules) {
        for (const auto& word : rules.words) {
            if (word.size() > longest || word.empty()) throw std::invalid_argument("a frequent word must have 1 to 8 letters: " + word);
            u64 key = 0;
            for (const char c : word) key = key << 8 | u8(c);
            add(key);
        }
        for (u32 c = 0; c < 128; ++c) small_[c] = is_letter(c) ? u8(unicode::lower(c)) : 0;
    }

    template <class Unit>
    bool looks_right(const Unit* text, size_t n) const {
        if (n > rules_.looked_at) n = rules_.looked_at;
        size_t n_words = 0, letters = 0, ascii_letters = 0, known = 0;
        for (size_t i = 0; i < n;) {
            u64 key = 0;
            bool ascii = true;
            size_t size = 0;
            for (; i < n; ++i, ++size) {
                const u32 c = u32(text[i]);
                u32 lower;
                if (c < 128) {
                    lower = small_[c];
                    if (!lower) break;
                } else {
                    if (!is_letter(c)) break;
                    ascii = false;
                    lower = c == 0x130 ? 0xFF : unicode::lower(c);
                    if (lower >= 128) lower = 0xFF;
                }
                key = key << 8 | lower;
            }
            if (size) {
                ++n_words;
                letters += size;
                if (ascii) ascii_letters += size;
                known += size <= longest && has(key);
            } else {
                ++i;
            }
        }
        if (letters && double(ascii_letters) < rules_.share_of_ascii * double(letters) && letters > rules_.few_letters) return false;
        if (n_words < rules_.enough) return true;
        return double(known) >= rules_.share_of_words * double(n_words);
    }

  private:
    static constexpr size_t longest = 8;
    static constexpr size_t n_slots = 1024;

    static bool is_letter(u32 c) {
        const u8 classes = unicode::classes(c);
        return classes & unicode::word && !(classes & unicode::digit) && c != '_';
    }
    static size_t slot_of(u64 key) { return size_t(key * 0x9E3779B97F4A7C15u >> 54); }
    void add(u64 key) {
        size_t slot = slot_of(key);
        for (size_t tried = 0; keys_[slot] && keys_[slot] != key; slot = (slot + 1) % n_slots)
            if (++tried == n_slots / 2) throw std::invalid_argument("too many frequent words");
        keys_[slot] = key;
    }
    bool has(u64 key) const {
        for (size_t slot = slot_of(key); keys_[slot]; slot = (slot + 1) % n_slots)
            if (keys_[slot] == key) return true;
        return false;
    }

    LanguageRules rules_;
    u64 keys_[n_slots] = {};
    u8 small_[128];
};

}  // namespace stance
