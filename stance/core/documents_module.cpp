#include "documents_module.hpp"

#include <nanobind/ndarray.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <type_traits>

#include "documents.hpp"
#include "records.hpp"
#include "texts.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using namespace stance;

std::u32string points_of(nb::handle str) {
    if (!PyUnicode_Check(str.ptr())) throw nb::type_error("a name must be str");
    const Py_ssize_t n = PyUnicode_GET_LENGTH(str.ptr());
    std::u32string points(size_t(n), U'\0');
    for (Py_ssize_t i = 0; i < n; ++i) points[size_t(i)] = char32_t(PyUnicode_READ_CHAR(str.ptr(), i));
    return points;
}

std::vector<double> doubles_of(nb::handle given, size_t n, const char* name) {
    const auto array = nb::cast<nb::ndarray<const double, nb::c_contig, nb::device::cpu>>(given);
    if (array.size() != n) throw nb::value_error((std::string(name) + " must have " + std::to_string(n) + " values").c_str());
    return std::vector<double>(array.data(), array.data() + n);
}

std::string ascii_of(nb::handle given) {
    const auto text = nb::cast<std::string>(given);
    for (const char c : text)
        if (u8(c) >= 0x80) throw nb::value_error("a mark must be ASCII");
    return text;
}

LabelRules label_rules(nb::handle given) {
    LabelRules rules;
    const auto size = [&](const char* name) { return nb::cast<size_t>(given[name]); };
    rules.n_claims = size("n_claims"), rules.n_roles = size("n_roles"), rules.n_voices = size("n_voices"), rules.n_stances = size("n_stances");
    const auto take = [&](const char* name, size_t n) { return doubles_of(given[name], n, name); };
    rules.slopes = take("slopes", rules.n_claims);
    rules.offsets = take("offsets", rules.n_claims);
    rules.thresholds = take("thresholds", rules.n_claims);
    rules.role_coef = take("role_coef", rules.n_roles * (3 * rules.n_roles + 2));
    rules.role_intercept = take("role_intercept", rules.n_roles);
    rules.voice_coef = take("voice_coef", rules.n_voices * (3 * rules.n_voices + 2));
    rules.voice_intercept = take("voice_intercept", rules.n_voices);
    if (rules.n_voices != 0 && rules.n_voices != 2) throw nb::value_error("voices must be none or two");
    rules.voice_threshold = nb::cast<double>(given["voice_threshold"]);
    rules.stance_bias = take("stance_bias", rules.n_stances);
    rules.lengths = nb::cast<std::vector<size_t>>(given["lengths"]);
    rules.sentence_error = take("sentence_error", rules.lengths.size() * rules.n_outputs());
    rules.view_error = take("view_error", rules.lengths.size() * rules.n_stances);
    return rules;
}

WordRules word_rules(nb::handle given) {
    using Phrases = std::vector<std::pair<std::string, std::string>>;
    WordRules rules;
    rules.lists = nb::cast<std::map<std::string, std::vector<std::string>>>(given["lists"]);
    rules.pair_phrases = nb::cast<Phrases>(given["pair_phrases"]);
    rules.shared_phrases = nb::cast<Phrases>(given["shared_phrases"]);
    rules.prominent = nb::cast<double>(given["prominent"]);
    rules.topic = nb::cast<double>(given["topic"]);
    rules.our_share = nb::cast<double>(given["our_share"]);
    rules.performance = nb::cast<double>(given["performance"]);
    rules.window = nb::cast<size_t>(given["window"]);
    rules.short_speech = nb::cast<size_t>(given["short_speech"]);
    rules.long_speech = nb::cast<size_t>(given["long_speech"]);
    rules.opening_words = nb::cast<size_t>(given["opening_words"]);
    rules.longest_source = nb::cast<size_t>(given["longest_source"]);
    rules.quotes = points_of(given["quotes"]);
    rules.stops = points_of(given["stops"]);
    return rules;
}

LanguageRules language_rules(nb::handle given) {
    return {nb::cast<std::vector<std::string>>(given["words"]), nb::cast<size_t>(given["looked_at"]), nb::cast<size_t>(given["enough"]),
            nb::cast<size_t>(given["few_letters"]), nb::cast<double>(given["share_of_words"]), nb::cast<double>(given["share_of_ascii"])};
}

std::vector<bool> bits_of(nb::handle given) { return nb::cast<std::vector<bool>>(given); }

// NumPy's empty() and the types of what is given back, looked up once: an import a call would cost more than a sentence.
struct NumPy {
    nb::object empty, doubles, ints, bools;
    NumPy() {
        const nb::object numpy = nb::module_::import_("numpy");
        empty = numpy.attr("empty");
        doubles = numpy.attr("dtype")("float64"), ints = numpy.attr("dtype")("int64"), bools = numpy.attr("dtype")("bool");
    }
    template <class T>
    nb::handle type() const {
        return std::is_same_v<T, double> ? doubles : std::is_same_v<T, bool> ? bools : ints;
    }
};

// An array of this shape, filled by `fill(values)`.
template <class T, class Fill>
nb::object array_of(const NumPy& numpy, std::initializer_list<size_t> shape, Fill fill) {
    nb::object sides = nb::steal(PyTuple_New(Py_ssize_t(shape.size())));
    Py_ssize_t i = 0;
    for (const size_t side : shape) PyTuple_SET_ITEM(sides.ptr(), i++, PyLong_FromSize_t(side));
    nb::object array = numpy.empty(sides, numpy.type<T>());
    Py_buffer view;
    if (PyObject_GetBuffer(array.ptr(), &view, PyBUF_WRITABLE) != 0) throw nb::python_error();
    fill(static_cast<T*>(view.buf));
    PyBuffer_Release(&view);
    return array;
}

class PyDocuments {
  public:
    explicit PyDocuments(nb::dict plan) : owner_(plan) {
        DocumentPlan made{};
        made.punkt = nb::cast<const Punkt*>(plan["punkt"]);
        made.actors = nb::cast<const ActorMatcher*>(plan["actors"]);
        const nb::object sentences = plan["sentences"], views = plan["views"];
        made.sentences = sentences.is_none() ? nullptr : &engine_of(sentences);
        made.views = views.is_none() ? nullptr : &engine_of(views);
        made.exact_sentences = nb::cast<bool>(plan["exact_sentences"]);
        made.exact_views = nb::cast<bool>(plan["exact_views"]);
        made.labels = label_rules(plan["labels"]);
        if (made.sentences ? made.sentences->n_outputs() != made.labels.n_outputs() : made.labels.n_outputs() != 0)
            throw nb::value_error("the scorer of sentences must have one output a claim, role and voice");
        if (made.views && made.views->n_outputs() != made.labels.n_stances) throw nb::value_error("the scorer of views must have one output a stance");
        made.masked = bits_of(plan["masked"]);
        made.states = bits_of(plan["states"]);
        if (made.masked.size() != made.states.size()) throw nb::value_error("masked and states must have one value a target");
        made.words = word_rules(plan["words"]);
        made.language = language_rules(plan["language"]);
        const nb::object marks = plan["marks"];
        made.actor_mark = ascii_of(marks["actor"]), made.target_mark = ascii_of(marks["target"]), made.other_mark = ascii_of(marks["other"]);
        made.meant_mark = ascii_of(marks["meant"]), made.left_mark = ascii_of(marks["left"]), made.right_mark = ascii_of(marks["right"]);
        for (const nb::handle article : plan["articles"]) made.articles.push_back(ascii_of(article));
        made.before_article = nb::cast<std::vector<uint32_t>>(plan["before_article"]);
        made.view_window = nb::cast<size_t>(plan["view_window"]);
        made.next_word = nb::cast<size_t>(plan["next_word"]);
        documents_ = std::make_unique<Documents>(std::move(made));
    }

    nb::object run(nb::handle texts, nb::handle spans, std::vector<int32_t> extra, nb::list names, int n_threads, bool targets) const {
        std::vector<DocumentPart> parts;
        run_over(texts, spans, task_of(std::move(extra), names, targets, false), n_threads, [&](DocumentPart part) { parts.push_back(std::move(part)); });
        return arrays(parts);
    }

    nb::object label(const Records& records, nb::list texts, nb::list ids, nb::handle model, nb::handle spans, std::vector<int32_t> extra, nb::list names,
                     nb::tuple targets, int n_threads, bool language) const {
        const auto task = task_of(std::move(extra), names, true, language);
        if (!records.name(documents_->plan().labels)) throw nb::value_error("records must have a name for every label");
        if (targets.size() < n_targets_of(task)) throw nb::value_error("targets must have a name each");
        if (ids.size() != texts.size()) throw nb::value_error("ids must be given for each text");
        nb::list documents, foreign;
        run_over(texts, spans, task, n_threads, [&](const DocumentPart& part) {
            const nb::gil_scoped_acquire held;
            records.append(part, texts, ids, model, targets, documents);
            for (const u8 one : part.foreign) foreign.append(one != 0);
        });
        return nb::make_tuple(documents, foreign);
    }

  private:
    using SpanArray = nb::ndarray<const int64_t, nb::c_contig, nb::device::cpu>;
    struct Spans {
        std::vector<SpanArray> arrays;
        std::vector<GivenSpans> given;
        // Spans come from our own Python, and yet nothing may be read outside a text.
        void check(const std::vector<Text>& texts) const {
            for (size_t i = 0; i < given.size(); ++i)
                for (size_t s = 0; s < given[i].n; ++s) {
                    const int64_t start = given[i].spans[2 * s], end = given[i].spans[2 * s + 1];
                    if (texts[i].encoding == Encoding::utf8) throw nb::value_error("ready sentences must be given with texts that are str");
                    if (start < 0 || start > end || size_t(end) > texts[i].length) throw nb::value_error("spans must lie in their text");
                }
        }
    };
    static Spans spans_of(nb::handle given, size_t n) {
        Spans out;
        if (given.is_none()) return out;
        const auto list = nb::cast<nb::list>(given);
        if (list.size() != n) throw nb::value_error("spans must be given for each text");
        out.given.resize(n);
        for (size_t i = 0; i < n; ++i) {
            if (list[i].is_none()) continue;
            out.arrays.push_back(nb::cast<SpanArray>(list[i]));
            const auto& array = out.arrays.back();
            if (array.ndim() != 2 || array.shape(1) != 2) throw nb::value_error("spans must have the shape (n_sentences, 2)");
            out.given[i] = {array.data(), array.shape(0), true};
        }
        return out;
    }

    // Targets that a run may speak of: those of the table, and those given behind them.
    size_t n_targets_of(const DocumentTask& task) const {
        size_t n = documents_->plan().masked.size();
        for (const int32_t target : task.extra) n = std::max(n, size_t(target) + 1);
        return n;
    }

    DocumentTask task_of(std::vector<int32_t> extra, const nb::list& names, bool targets, bool language) const {
        DocumentTask task{std::move(extra), {}, targets, language};
        for (const int32_t target : task.extra)
            if (target < 0) throw nb::value_error("extra targets must be numbers from 0");
        for (nb::handle name : names) task.names.push_back(points_of(name));
        if (!task.names.empty() && task.names.size() < n_targets_of(task)) throw nb::value_error("names must be given for all targets or for none");
        return task;
    }

    // Hand what is found in texts to `take`, part after part and without the GIL.
    void run_over(nb::handle given, nb::handle spans, const DocumentTask& task, int n_threads, const std::function<void(DocumentPart)>& take) const {
        const auto texts = texts_of(given.ptr(), Missing::raise);
        const size_t n = texts->size();
        const Spans ready = spans_of(spans, n);
        std::vector<Text> held_texts(n);
        std::vector<PyObject*> held(n);
        if (!texts->hold(0, n, held_texts.data(), held.data())) throw nb::python_error();
        std::exception_ptr failure;
        try {
            ready.check(held_texts);
            const nb::gil_scoped_release release;
            documents_->run(held_texts.data(), ready.given.empty() ? nullptr : ready.given.data(), n, task, size_t(std::max(1, n_threads)), take);
        } catch (...) {
            failure = std::current_exception();
        }
        texts->release(n, held.data());
        if (failure) rethrow(failure);
    }

    [[noreturn]] static void rethrow(std::exception_ptr failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const TextError& error) {
            throw nb::value_error(("texts[" + std::to_string(error.text) + "]: " + error.what()).c_str());
        }
    }

    nb::object arrays(const std::vector<DocumentPart>& parts) const {
        const LabelRules& rules = documents_->plan().labels;
        size_t n = 0, n_sentences = 0, n_sources = 0, n_mentions = 0, n_pairs = 0;
        for (const auto& part : parts)
            n += part.n_sentences.size(), n_sentences += part.spans.size(), n_sources += part.sources.size(), n_mentions += part.mentions.size(), n_pairs += part.pairs.size();
        const auto rows = [&](auto member, auto* out) {
            for (const auto& part : parts) {
                const auto& values = part.*member;
                if (!values.empty()) std::memcpy(out, values.data(), values.size() * sizeof values[0]);
                out += values.size();
            }
        };
        // Rows of numbers of which the first, and perhaps another, count from the first sentence of a part.
        const auto shifted = [&](auto member, auto put) {
            return [&parts, member, put](int64_t* out) {
                int64_t sentences = 0, mentions = 0;
                for (const auto& part : parts) {
                    for (const auto& row : part.*member) out = put(row, sentences, mentions, out);
                    sentences += int64_t(part.spans.size()), mentions += int64_t(part.mentions.size());
                }
            };
        };
        return nb::make_tuple(
            array_of<int64_t>(numpy_, {n + 1}, [&](int64_t* out) {
                *out++ = 0;
                int64_t total = 0;
                for (const auto& part : parts)
                    for (const size_t count : part.n_sentences) *out++ = total += int64_t(count);
            }),
            array_of<int64_t>(numpy_, {n_sentences, 2}, [&](int64_t* out) {
                for (const auto& part : parts)
                    for (const Span& span : part.spans) *out++ = int64_t(span.start), *out++ = int64_t(span.end);
            }),
            array_of<double>(numpy_, {n_sentences, rules.n_claims}, [&](double* out) { rows(&DocumentPart::claims, out); }),
            array_of<bool>(numpy_, {n_sentences, rules.n_claims}, [&](bool* out) {
                for (const auto& part : parts) out = std::copy_n(part.given.data(), part.spans.size() * rules.n_claims, out);
            }),
            array_of<double>(numpy_, {n_sentences, rules.n_roles}, [&](double* out) { rows(&DocumentPart::roles, out); }),
            array_of<int64_t>(numpy_, {n_sentences}, [&](int64_t* out) { rows(&DocumentPart::role, out); }),
            array_of<double>(numpy_, {n_sentences}, [&](double* out) { rows(&DocumentPart::voice, out); }),
            array_of<bool>(numpy_, {n_sentences}, [&](bool* out) {
                for (const auto& part : parts) out = std::copy_n(part.attributed.data(), part.spans.size(), out);
            }),
            array_of<int64_t>(numpy_, {n_sources, 3}, shifted(&DocumentPart::sources, [](const Source& row, int64_t sentences, int64_t, int64_t* out) {
                *out++ = row.sentence + sentences, *out++ = row.start, *out++ = row.end;
                return out;
            })),
            array_of<int64_t>(numpy_, {n_mentions, 4}, shifted(&DocumentPart::mentions, [](const Mention& row, int64_t sentences, int64_t, int64_t* out) {
                *out++ = row.sentence + sentences, *out++ = row.target, *out++ = row.start, *out++ = row.end;
                return out;
            })),
            array_of<int64_t>(numpy_, {n_pairs, 4}, shifted(&DocumentPart::pairs, [](const Pair& row, int64_t sentences, int64_t mentions, int64_t* out) {
                *out++ = row.sentence + sentences, *out++ = row.target, *out++ = row.first_mention + mentions, *out++ = row.n_mentions;
                return out;
            })),
            array_of<double>(numpy_, {n_pairs, rules.n_stances}, [&](double* out) { rows(&DocumentPart::stances, out); }),
            array_of<int64_t>(numpy_, {n_pairs}, [&](int64_t* out) { rows(&DocumentPart::stance, out); }));
    }

    NumPy numpy_;
    nb::dict owner_;  // holds what the plan points to
    std::unique_ptr<Documents> documents_;
};

}  // namespace

void bind_documents(nb::module_& m) {
    nb::class_<Records>(m, "Records").def(nb::init<nb::dict>(), "classes_and_names"_a);
    nb::class_<PyDocuments>(m, "Documents")
        .def(nb::init<nb::dict>(), "plan"_a)
        .def("run", &PyDocuments::run, "texts"_a, "spans"_a.none(), "extra"_a, "names"_a, "n_threads"_a, "targets"_a,
             "Return the arrays that stance/core/documents.py names.")
        .def("label", &PyDocuments::label, "records"_a, "texts"_a, "ids"_a, "model"_a.none(), "spans"_a.none(), "extra"_a, "names"_a, "targets"_a, "n_threads"_a,
             "language"_a, "Return the records of documents, and whether each is in another language, if that is asked.");
}
