#include "punkt_module.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <vector>

#include "punkt.hpp"
#include "punkt_lines.hpp"
#include "python_text.hpp"
#include "stance_tokens.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using namespace stance;

// A list of (start, end).
nb::object list_of(const std::vector<Span>& spans) {
    PyObject* const list = PyList_New(Py_ssize_t(spans.size()));
    if (!list) throw nb::python_error();
    const nb::object owner = nb::steal(list);
    for (size_t i = 0; i < spans.size(); ++i) {
        PyObject* const pair = PyTuple_New(2);
        if (!pair) throw nb::python_error();
        PyList_SET_ITEM(list, Py_ssize_t(i), pair);
        for (const int k : {0, 1}) {
            PyObject* const value = PyLong_FromSize_t(k ? spans[i].end : spans[i].start);
            if (!value) throw nb::python_error();
            PyTuple_SET_ITEM(pair, k, value);
        }
    }
    return owner;
}

// An int64 array of shape (n, 2).
nb::object array_of(const std::vector<Span>& spans) {
    auto* const values = new int64_t[2 * spans.size() + 1];
    const nb::capsule owner(values, [](void* p) noexcept { delete[] static_cast<int64_t*>(p); });
    for (size_t i = 0; i < spans.size(); ++i) values[2 * i] = int64_t(spans[i].start), values[2 * i + 1] = int64_t(spans[i].end);
    return nb::cast(nb::ndarray<nb::numpy, int64_t>(values, {spans.size(), 2}, owner));
}

template <class Unit>
void scan(const Unit* p, size_t n, std::vector<Span>& out) {
    tokens::Scanner<Unit> scanner(p, p + n);
    const Unit* start;
    while (scanner.next(start)) out.push_back({size_t(start - p), size_t(scanner.position() - p)});
}

std::vector<Span> tokens_of(const Text& text) {
    std::vector<Span> out;
    switch (text.encoding) {
        case Encoding::ascii:
        case Encoding::latin1: scan(static_cast<const tokens::Point8*>(text.data), text.length, out); break;
        case Encoding::utf8: scan(static_cast<const u8*>(text.data), text.length, out); break;
        case Encoding::ucs2: scan(static_cast<const u16*>(text.data), text.length, out); break;
        case Encoding::ucs4: scan(static_cast<const u32*>(text.data), text.length, out); break;
    }
    return out;
}

template <class Split>
std::vector<Span> spans_of(nb::handle str, Split split) {
    const Text text = text_of(str);
    std::vector<Span> spans;
    const nb::gil_scoped_release release;
    split(text, spans);
    return spans;
}

Text utf8_of(nb::bytes raw) {
    const Text text{raw.c_str(), raw.size(), Encoding::utf8};
    if (!valid_utf8(static_cast<const u8*>(text.data), text.length, true)) throw nb::value_error("text must be UTF-8");
    return text;
}

}  // namespace

void bind_sentences(nb::module_& m) {
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    using Contexts = std::vector<std::pair<u32, std::string>>;
    nb::class_<Punkt>(m, "Punkt")
        .def("__init__", [](Punkt* self, std::vector<std::string> abbreviations, std::vector<std::string> starters, Pairs pairs, Contexts contexts) {
            new (self) Punkt({std::move(abbreviations), std::move(starters), std::move(pairs), std::move(contexts)});
        }, "abbreviations"_a, "sentence_starters"_a, "collocations"_a, "orthographic_context"_a,
           "NLTK's PunktParameters; of the contexts the flags, and the words that have them with a space between.")
        .def("split_sentences", [](const Punkt& punkt, nb::str text) {
            return list_of(spans_of(text, [&](const Text& t, std::vector<Span>& out) { split_sentences(punkt, t, out); }));
        }, "text"_a, "The sentences of `text`: a list of (start, end), as `stance.sentences.split_sentences` has them.")
        .def("sentence_spans", [](const Punkt& punkt, nb::str text) {
            return array_of(spans_of(text, [&](const Text& t, std::vector<Span>& out) { split_sentences(punkt, t, out); }));
        }, "text"_a, "The same as an int64 array of shape (n_sentences, 2).")
        .def("sentence_spans_utf8", [](const Punkt& punkt, nb::bytes raw) {
            std::vector<Span> out;
            split_sentences(punkt, utf8_of(raw), out);
            return array_of(out);
        }, "raw"_a, "The same of a text in UTF-8; spans count bytes.")
        .def("punkt_spans", [](const Punkt& punkt, nb::str text) {
            return array_of(spans_of(text, [&](const Text& t, std::vector<Span>& out) { split_by_punkt(punkt, t, out); }));
        }, "text"_a, "What NLTK's `span_tokenize` gives for the whole text, without white space at the ends of spans.");
    m.def("find_blocks", [](nb::str text) { return list_of(spans_of(text, split_blocks)); }, "text"_a,
          "The blocks of `text`, as `stance.sentences.paragraphs.find_blocks` has them.");
    m.def("token_spans", [](nb::str text) { return list_of(spans_of(text, [](const Text& t, std::vector<Span>& out) { out = tokens_of(t); })); },
          "text"_a, "The tokens of `text`, as `stance.tokens.token_spans` has them.");
    m.def("token_spans_utf8", [](nb::bytes raw) { return array_of(tokens_of(utf8_of(raw))); }, "raw"_a,
          "The same of a text in UTF-8; spans count bytes.");
}
