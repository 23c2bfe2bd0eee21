#include "actors.hpp"

#include <algorithm>
#include <stdexcept>

namespace stance {

namespace {

constexpr size_t kept_words = 1 << 16;  // of the scratch of a thread

bool is_capital(u32 c) { return c - 'A' < 26; }

}  // namespace

ActorMatcher::ActorMatcher(const ActorRules& rules, const std::vector<std::u32string>& forms, const std::vector<int32_t>& targets)
    : longest_gap_(rules.longest_gap), definite_(rules.definite), where_(rules.where) {
    if (forms.size() != targets.size()) throw std::invalid_argument("every form must have a target");
    for (const auto& range : rules.separators) {
        if (range.second >= 0x10000) high_separators_.push_back({std::max(range.first, u32(0x10000)), range.second});
        for (u32 c = range.first; c <= range.second && c < 0x10000; ++c) separators_[c >> 6] |= u64(1) << (c & 63);
    }
    for (u32 c = 0; c < n_bare; ++c) bare_[c] = u16(c);
    for (const auto& pair : rules.bare) {
        if (pair.first >= n_bare || pair.second >= 0x80) throw std::invalid_argument("an accented letter is out of range");
        bare_[pair.first] = u16(pair.second);
    }
    for (u32 c = 0; c < n_bare; ++c) key_letters_[c] = parts(c) ? u16(separator) : u16(lower(bare_[c]));
    for (const auto& pair : rules.gap_marks) {
        if (pair.first >= n_marks) throw std::invalid_argument("a mark between words is out of range");
        marks_[pair.first] = pair.second;
    }
    for (const auto& pair : rules.gap_codes) {
        const bool spaced = !pair.first.empty() && pair.first.back() == ' ';
        const char mark = pair.first.size() > size_t(spaced) ? pair.first[0] : 0;
        codes_[size_t(mark & 127) + 128 * spaced] = pair.second;
    }
    for (const auto& pair : rules.accepted)
        for (const char code : pair.second) accepted_[size_t(pair.first & 127)][size_t(code & 127)] = true;

    std::vector<std::pair<u64, u32>> by_first;  // hash of the first word's key, and the form
    by_first.reserve(forms.size());
    std::vector<Form> read;
    read.reserve(forms.size());
    std::vector<Found> found;
    for (size_t i = 0; i < forms.size(); ++i) {
        std::u32string_view text = forms[i];
        Form form{targets[i], u32(words_.size()), 0, Rule::capitals, false, false, 0};
        if (!text.empty()) {
            switch (text[0]) {
                case '~': form.rule = Rule::any; break;
                case '=': form.rule = Rule::exact; break;
                case '!': form.rule = Rule::alone; break;
                case '+': form.rule = Rule::definite; break;
                case '@': form.rule = Rule::agent; break;
                default: break;
            }
            if (form.rule != Rule::capitals) text.remove_prefix(1);
        }
        cut(text.data(), text.size(), found);
        if (found.empty()) throw std::invalid_argument("a form must have a word");
        for (size_t w = 0; w < found.size(); ++w) {
            const std::u32string_view written = text.substr(found[w].start, found[w].end - found[w].start);
            Word word;
            word.written = {u32(letters_.size()), u32(written.size())};
            letters_ += written;
            word.bare.begin = u32(letters_.size());
            for (const u32 c : written)
                if (const u32 b = bare(c)) letters_ += char32_t(b);
            word.bare.size = u32(letters_.size()) - word.bare.begin;
            word.key = {u32(letters_.size()), word.bare.size};
            for (u32 k = 0; k < word.bare.size; ++k) letters_ += char32_t(lower(u32(letters_[word.bare.begin + k])));
            words_.push_back(word);
            gaps_.push_back(w ? gap_code(text.data() + found[w - 1].end, text.data() + found[w].start) : 0);
            if (w == 0) by_first.push_back({found[0].hash, u32(i)});
        }
        form.n_words = u32(found.size());
        if (found.size() > 1) form.second = found[1].hash;
        const std::u32string_view tail = text.substr(found.back().end);
        form.before_hyphen = tail == U"-";
        form.with_stop = tail == U".";
        read.push_back(form);
    }
    // Forms with the same first word together, the longest first, else in the order given.
    const auto key_of = [&](u32 form) { return letters(words_[read[form].words].key); };
    std::sort(by_first.begin(), by_first.end(), [&](const auto& a, const auto& b) {
        if (a.first != b.first) return a.first < b.first;
        if (const int order = key_of(a.second).compare(key_of(b.second))) return order < 0;
        if (read[a.second].n_words != read[b.second].n_words) return read[a.second].n_words > read[b.second].n_words;
        return a.second < b.second;
    });
    size_t slots = 16;
    while (slots < 2 * by_first.size()) slots *= 2;
    starts_.resize(slots);
    forms_.reserve(by_first.size());
    for (size_t i = 0, end; i < by_first.size(); i = end) {
        const auto [hash, first] = by_first[i];
        u64 seconds = 0;
        for (end = i; end < by_first.size() && by_first[end].first == hash && key_of(by_first[end].second) == key_of(first); ++end) {
            forms_.push_back(read[by_first[end].second]);
            seconds |= forms_.back().n_words > 1 ? u64(1) << (forms_.back().second & 63) : ~u64(0);
        }
        first_[hash >> 6 & 1023] |= u64(1) << (hash & 63);
        size_t slot = hash & (slots - 1);
        while (starts_[slot].n_forms) slot = (slot + 1) & (slots - 1);
        starts_[slot] = {hash, words_[read[first].words].key, u32(i), u32(end - i), seconds};
    }
}

template <class Unit>
char ActorMatcher::gap_code(const Unit* begin, const Unit* end) const {
    if (size_t(end - begin) > longest_gap_) return 'x';
    char mark = 0;
    bool spaced = false;
    for (; begin < end; ++begin) {
        const u32 c = u32(*begin);
        const char kind = c < n_marks ? marks_[c] : 0;
        if (kind == 's')
            spaced = true;
        else if (kind && !mark)
            mark = kind;
        else
            return 'x';
    }
    const char code = codes_[size_t(mark) + 128 * spaced];
    return code ? code : 'x';
}

template <class Unit>
void ActorMatcher::cut(const Unit* text, size_t n, std::vector<Found>& words) const {
    words.clear();
    for (size_t i = 0; i < n;) {
        u32 letter = key_letter(u32(text[i]));
        if (letter == separator) {
            ++i;
            continue;
        }
        Found word{i, 0, seed};
        do {
            if (letter) word.hash = mix(word.hash, letter);
            if (++i == n) break;
            letter = key_letter(u32(text[i]));
        } while (letter != separator);
        word.end = i;
        words.push_back(word);
    }
}

template <class Unit>
bool ActorMatcher::has_key(const Unit* begin, const Unit* end, Slice key) const {
    const char32_t* k = letters_.data() + key.begin;
    const char32_t* const last = k + key.size;
    for (; begin < end; ++begin)
        if (const u32 b = bare(u32(*begin)))
            if (k == last || lower(b) != *k++) return false;
    return k == last;
}

template <class Unit>
const ActorMatcher::Start* ActorMatcher::start_of(const Unit* text, const std::vector<Found>& words, size_t at) const {
    const Found& word = words[at];
    const u64 next = at + 1 < words.size() ? u64(1) << (words[at + 1].hash & 63) : ~u64(0);
    const size_t mask = starts_.size() - 1;
    for (size_t slot = word.hash & mask; starts_[slot].n_forms; slot = (slot + 1) & mask) {
        const Start& start = starts_[slot];
        if (start.hash == word.hash && start.seconds & next && has_key(text + word.start, text + word.end, start.key)) return &start;
    }
    return nullptr;
}

template <class Unit>
bool ActorMatcher::fits(const Form& form, const Unit* text, size_t n, const std::vector<Found>& words, size_t at) const {
    if (at + form.n_words > words.size() || (form.n_words > 1 && words[at + 1].hash != form.second)) return false;
    const auto in_capitals = [&](size_t i) {
        if (i >= words.size()) return false;
        const Found& word = words[i];
        if (word.end - word.start < 2) return false;
        for (size_t k = word.start; k < word.end; ++k)
            if (!is_capital(u32(text[k]))) return false;
        return true;
    };
    const auto among = [&](const Found& word, const std::vector<std::u32string>& list) {
        for (const auto& one : list) {
            if (one.size() != word.end - word.start) continue;
            size_t k = 0;
            while (k < one.size() && lower(u32(text[word.start + k])) == u32(one[k])) ++k;
            if (k == one.size()) return true;
        }
        return false;
    };
    for (u32 i = 0; i < form.n_words; ++i) {
        const Word& wanted = words_[form.words + i];
        const Unit* const begin = text + words[at + i].start;
        const Unit* const end = text + words[at + i].end;
        if (i) {
            if (!has_key(begin, end, wanted.key)) return false;
            const char code = gap_code(text + words[at + i - 1].end, begin);
            if (!accepted_[size_t(gaps_[form.words + i] & 127)][size_t(code & 127)]) return false;
        }
        if (form.rule == Rule::any) continue;
        if (form.rule == Rule::exact || form.rule == Rule::alone) {
            if (size_t(end - begin) != wanted.written.size) return false;
            for (u32 k = 0; k < wanted.written.size; ++k)
                if (u32(begin[k]) != u32(letters_[wanted.written.begin + k])) return false;
        } else {
            const char32_t* w = letters_.data() + wanted.bare.begin;
            for (const Unit* p = begin; p < end; ++p)
                if (const u32 b = bare(u32(*p))) {
                    const u32 letter = u32(*w++);
                    if (b != letter && letter - 'a' >= 26) return false;
                }
        }
    }
    const size_t last = at + form.n_words - 1, after = words[last].end;
    if (form.before_hyphen) {
        const u32 c = after < n ? u32(text[after]) : 0;
        if (c >= n_marks || marks_[c] != 'h') return false;
    }
    switch (form.rule) {
        case Rule::alone: return !(at && in_capitals(at - 1)) && !in_capitals(last + 1);
        case Rule::definite: return at && among(words[at - 1], definite_);
        case Rule::agent: return !(at && among(words[at - 1], where_));
        default: return true;
    }
}

template <class Unit>
void ActorMatcher::find_in(const Unit* text, size_t n, std::vector<ActorMention>& out) const {
    static thread_local std::vector<Found> words;
    cut(text, n, words);
    find_among(text, n, words, out);
    if (words.capacity() > kept_words) std::vector<Found>().swap(words);
}

template <class Unit>
void ActorMatcher::find_among(const Unit* text, size_t n, const std::vector<Found>& words, std::vector<ActorMention>& out) const {
    for (size_t at = 0; at < words.size(); ++at) {
        const u64 hash = words[at].hash;
        if (!(first_[hash >> 6 & 1023] >> (hash & 63) & 1)) continue;
        const Start* const start = start_of(text, words, at);
        if (!start) continue;
        for (u32 i = 0; i < start->n_forms; ++i) {
            const Form& form = forms_[start->forms + i];
            if (!fits(form, text, n, words, at)) continue;
            const size_t last = at + form.n_words - 1;
            if (form.target >= 0) {
                size_t end = words[last].end;
                if (form.with_stop && end < n && u32(text[end]) == '.') ++end;
                out.push_back({form.target, words[at].start, end});
            }
            at = last;
            break;
        }
    }
}

template void ActorMatcher::cut(const u8*, size_t, std::vector<Found>&) const;
template void ActorMatcher::cut(const u16*, size_t, std::vector<Found>&) const;
template void ActorMatcher::cut(const u32*, size_t, std::vector<Found>&) const;
template void ActorMatcher::find_among(const u8*, size_t, const std::vector<Found>&, std::vector<ActorMention>&) const;
template void ActorMatcher::find_among(const u16*, size_t, const std::vector<Found>&, std::vector<ActorMention>&) const;
template void ActorMatcher::find_among(const u32*, size_t, const std::vector<Found>&, std::vector<ActorMention>&) const;

std::vector<ActorMention> ActorMatcher::find(const Text& text) const {
    std::vector<ActorMention> out;
    switch (text.encoding) {
        case Encoding::ascii:
        case Encoding::latin1: find_in(static_cast<const u8*>(text.data), text.length, out); break;
        case Encoding::ucs2: find_in(static_cast<const u16*>(text.data), text.length, out); break;
        case Encoding::ucs4: find_in(static_cast<const u32*>(text.data), text.length, out); break;
        case Encoding::utf8: {
            std::vector<u32> points;
            std::vector<size_t> where;
            const u8* const begin = static_cast<const u8*>(text.data);
            for (const u8* p = begin; p < begin + text.length;) {
                where.push_back(size_t(p - begin));
                points.push_back(decode(p));
            }
            where.push_back(text.length);
            find_in(points.data(), points.size(), out);
            for (auto& mention : out) mention.start = where[mention.start], mention.end = where[mention.end];
            break;
        }
    }
    return out;
}

}  // namespace stance
