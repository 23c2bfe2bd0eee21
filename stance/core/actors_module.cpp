#include "actors_module.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "actors.hpp"
#include "python_text.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using namespace stance;

std::vector<std::u32string> strings_of(nb::handle list) {
    std::vector<std::u32string> out;
    for (nb::handle one : list) {
        if (!PyUnicode_Check(one.ptr())) throw nb::type_error("every form must be str");
        const Py_ssize_t n = PyUnicode_GET_LENGTH(one.ptr());
        std::u32string points(size_t(n), U'\0');
        for (Py_ssize_t i = 0; i < n; ++i) points[size_t(i)] = char32_t(PyUnicode_READ_CHAR(one.ptr(), i));
        out.push_back(std::move(points));
    }
    return out;
}

// An int64 array of shape (n, 3): target, start, end.
nb::object array_of(const std::vector<ActorMention>& mentions) {
    auto* const values = new int64_t[3 * mentions.size() + 1];
    const nb::capsule owner(values, [](void* p) noexcept { delete[] static_cast<int64_t*>(p); });
    for (size_t i = 0; i < mentions.size(); ++i) {
        values[3 * i] = mentions[i].target;
        values[3 * i + 1] = int64_t(mentions[i].start);
        values[3 * i + 2] = int64_t(mentions[i].end);
    }
    return nb::cast(nb::ndarray<nb::numpy, int64_t>(values, {mentions.size(), 3}, owner));
}

// A list of (target, start, end).
nb::object list_of(const std::vector<ActorMention>& mentions) {
    nb::list out;
    for (const auto& mention : mentions) out.append(nb::make_tuple(mention.target, mention.start, mention.end));
    return out;
}

std::vector<ActorMention> found(const ActorMatcher& matcher, nb::handle str) {
    const Text text = text_of(str);
    const nb::gil_scoped_release release;
    return matcher.find(text);
}

}  // namespace

void bind_actors(nb::module_& m) {
    using Ranges = std::vector<std::pair<u32, u32>>;
    using Codes = std::vector<std::pair<std::string, std::string>>;
    nb::class_<ActorMatcher>(m, "ActorMatcher")
        .def("__init__", [](ActorMatcher* self, nb::list forms, std::vector<int32_t> targets, Ranges separators, Ranges bare,
                            std::vector<std::pair<u32, std::string>> gap_marks, Codes gap_codes, Codes accepted_gaps, size_t longest_gap,
                            nb::list definite, nb::list where) {
            const auto letter = [](const std::string& s) {
                if (s.size() != 1) throw nb::value_error("a code between words must be one letter");
                return s[0];
            };
            ActorRules rules{std::move(separators), std::move(bare), {}, {}, {}, longest_gap, strings_of(definite), strings_of(where)};
            for (const auto& [c, kind] : gap_marks) rules.gap_marks.emplace_back(c, letter(kind));
            for (const auto& [mark, code] : gap_codes) rules.gap_codes.emplace_back(mark, letter(code));
            for (const auto& [code, codes] : accepted_gaps) rules.accepted.emplace_back(letter(code), codes);
            new (self) ActorMatcher(rules, strings_of(forms), targets);
        }, "forms"_a, "targets"_a, "separators"_a, "bare"_a, "gap_marks"_a, "gap_codes"_a, "accepted_gaps"_a, "longest_gap"_a,
             "definite"_a, "where"_a)
        .def("find", [](const ActorMatcher& matcher, nb::str text) { return list_of(found(matcher, text)); }, "text"_a,
             "The mentions in `text`: a list of (index of the target, start, end), as `stance.actors.find_mentions` has them.")
        .def("mention_spans", [](const ActorMatcher& matcher, nb::str text) { return array_of(found(matcher, text)); }, "text"_a,
             "The same as an int64 array of shape (n_mentions, 3).")
        .def("mention_spans_utf8", [](const ActorMatcher& matcher, nb::bytes raw) {
            const Text text{raw.c_str(), raw.size(), Encoding::utf8};
            if (!valid_utf8(static_cast<const u8*>(text.data), text.length, true)) throw nb::value_error("text must be UTF-8");
            return array_of(matcher.find(text));
        }, "raw"_a, "The same of a text in UTF-8; spans count bytes.");
}
