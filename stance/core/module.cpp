// The Python side of the core: Engine(plan).score(texts).
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <thread>

#include "actors_module.hpp"
#include "documents_module.hpp"
#include "engine.hpp"
#include "heads.hpp"
#include "later.hpp"
#include "punkt_module.hpp"
#include "texts.hpp"
#include "unicode.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using namespace stance;

using Doubles = nb::ndarray<const double, nb::c_contig, nb::device::cpu>;

[[noreturn]] void refuse(const std::string& message) { throw nb::value_error(message.c_str()); }

Terms terms_of(nb::handle object) {
    const auto data = nb::cast<nb::ndarray<const u8, nb::ndim<1>, nb::c_contig, nb::device::cpu>>(object.attr("data"));
    const auto offsets = nb::cast<nb::ndarray<const int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>>(object.attr("offsets"));
    Terms terms{data.data(), offsets.data(), offsets.shape(0) ? offsets.shape(0) - 1 : 0};
    // A plan read from a file is data of others: nothing may point outside it.
    if (offsets.shape(0) == 0 || terms.offsets[0] != 0) refuse("offsets of terms must begin with 0");
    for (size_t i = 0; i < terms.n; ++i)
        if (terms.offsets[i + 1] < terms.offsets[i]) refuse("offsets of terms must rise");
    if (size_t(terms.offsets[terms.n]) != data.shape(0)) refuse("offsets of terms must end with the number of bytes");
    return terms;
}

Pairs pairs_of(nb::handle phrases, size_t n_words) {
    const auto array = nb::cast<nb::ndarray<const u32, nb::shape<-1, 2>, nb::c_contig, nb::device::cpu>>(phrases.attr("pairs"));
    static const u32 no_pairs[2] = {};
    const Pairs pairs{array.shape(0) ? array.data() : no_pairs, array.shape(0), nb::cast<size_t>(phrases.attr("n_single"))};
    if (pairs.n_single > n_words || pairs.n >= size_t(1) << 28) refuse("too many pairs or words");
    for (size_t i = 0; i < 2 * pairs.n; ++i)
        if (pairs.data[i] >= n_words) refuse("pairs must be of the words given");
    return pairs;
}

template <class Value>
Value choice(nb::handle object, std::initializer_list<std::pair<const char*, Value>> choices, const char* name) {
    const std::string given = object.is_none() ? "None" : nb::cast<std::string>(object);
    for (const auto& one : choices)
        if (given == one.first) return one.second;
    refuse(std::string(name) + " is not known to the core: " + given);
}

Precision precision_of(int bits) {
    if (bits == 16) return Precision::float16;
    if (bits == 32) return Precision::float32;
    if (bits != 64) refuse("weights must be float16, float32 or float64");
    return Precision::float64;
}

// Whether term i of these is data[offsets[i]] to data[offsets[i + 1]], all of them UTF-8 and none begun inside a character.
bool holds_strings(nb::ndarray<const u8, nb::ndim<1>, nb::c_contig, nb::device::cpu> data,
                   nb::ndarray<const int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu> offsets) {
    const size_t n = data.shape(0), n_offsets = offsets.shape(0);
    const int64_t* const at = offsets.data();
    if (n_offsets == 0 || at[0] != 0 || size_t(at[n_offsets - 1]) != n) return false;
    for (size_t i = 1; i < n_offsets; ++i)
        if (at[i] < at[i - 1]) return false;
    for (size_t i = 0; i < n_offsets; ++i)
        if (size_t(at[i]) < n && is_continuation(data.data()[at[i]])) return false;
    return valid_utf8(data.data(), n, true);
}

BlockPlan block_plan_of(nb::handle b) {
    BlockPlan plan{};
    plan.analyzer = choice<Analyzer>(b.attr("analyzer"), {{"word", Analyzer::word}, {"char", Analyzer::character}, {"char_wb", Analyzer::character_wb}}, "analyzer");
    plan.tokens = choice<Tokens>(b.attr("tokens"), {{"None", Tokens::space}, {"default", Tokens::default_}, {"word", Tokens::word}, {"space", Tokens::space}, {"stance", Tokens::stance}, {"nltk_word", Tokens::nltk_word}}, "tokens");
    const nb::object range = b.attr("ngram_range");
    plan.low = nb::cast<int>(range[0]), plan.high = nb::cast<int>(range[1]);
    if (plan.low < 1 || plan.high < plan.low) refuse("ngram_range must be 1 <= min <= max");
    Cleaning& cleaning = plan.cleaning;
    cleaning.lowercase = nb::cast<bool>(b.attr("lowercase"));
    cleaning.accents = choice<Accents>(b.attr("strip_accents"), {{"None", Accents::keep}, {"ascii", Accents::ascii}, {"unicode", Accents::unicode}}, "strip_accents");
    cleaning.nltk = plan.tokens == Tokens::nltk_word;
    cleaning.collapse = plan.analyzer == Analyzer::character;
    cleaning.word_bits = plan.tokens == Tokens::default_ || plan.tokens == Tokens::word;
    cleaning.solid_bits = !cleaning.word_bits;
    plan.binary = nb::cast<bool>(b.attr("binary"));
    plan.sublinear = nb::cast<bool>(b.attr("sublinear_tf"));
    plan.norm = choice<Norm>(b.attr("norm"), {{"None", Norm::none}, {"l1", Norm::l1}, {"l2", Norm::l2}}, "norm");
    const nb::object vocabulary = b.attr("vocabulary"), stop_words = b.attr("stop_words");
    plan.has_vocabulary = !vocabulary.is_none();
    plan.has_stop_words = !stop_words.is_none() && plan.analyzer == Analyzer::word;
    plan.alternate_sign = nb::cast<bool>(b.attr("alternate_sign"));
    if (plan.has_stop_words) plan.stop_words = terms_of(stop_words);
    if (plan.has_vocabulary && nb::hasattr(vocabulary, "pairs")) {
        plan.vocabulary = terms_of(vocabulary.attr("words"));
        plan.pairs = pairs_of(vocabulary, plan.vocabulary.n);
        if (plan.analyzer != Analyzer::word || plan.low != 1 || plan.high != 2 || plan.has_stop_words)
            refuse("pairs of words go with words, ngram_range (1, 2) and no stop words");
    } else if (plan.has_vocabulary) {
        plan.vocabulary = terms_of(vocabulary);
    }
    plan.n_columns = !plan.has_vocabulary ? nb::cast<size_t>(b.attr("n_hashed")) : plan.pairs.data ? plan.pairs.n_single + plan.pairs.n : plan.vocabulary.n;
    if (std::max(plan.n_columns, plan.vocabulary.n) >= (plan.has_vocabulary ? size_t(1) << 28 : size_t(1) << 31) || (!plan.has_vocabulary && plan.n_columns == 0))
        refuse("too many columns, or none");
    const auto scale = nb::cast<Doubles>(b.attr("scale"));
    const auto weights = nb::cast<nb::ndarray<nb::ro, nb::c_contig, nb::device::cpu>>(b.attr("weights"));
    if (scale.ndim() != 1 || scale.shape(0) != plan.n_columns) refuse("scale must have one value a column");
    if (weights.ndim() != 2 || weights.shape(0) != plan.n_columns) refuse("weights must have one row a column");
    if (weights.dtype().code != uint8_t(nb::dlpack::dtype_code::Float) || weights.dtype().lanes != 1) refuse("weights must be floats");
    plan.scale = scale.data();
    plan.n_outputs = weights.shape(1);
    plan.weights = {weights.data(), plan.n_outputs, precision_of(weights.dtype().bits)};
    return plan;
}

// What stopped the scoring: the error of the first text that had one.
struct Failure {
    std::mutex mutex;
    size_t text = SIZE_MAX;
    nb::object exception;  // a Python error as an object
    std::atomic<size_t> before{SIZE_MAX};  // texts from here on need no scoring

    void take(size_t at, PyObject* raised) {
        const std::lock_guard<std::mutex> lock(mutex);
        nb::object one = nb::steal(raised);
        if (at >= text) return;
        text = at;
        before = at;
        exception = std::move(one);
    }
};

PyObject* raised_now() {
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    Py_XDECREF(type);
    Py_XDECREF(trace);
    return value;
}

// The exception that Python itself raises on this text, with the GIL.
PyObject* raised_by(const TextError& error, size_t first) {
    if (error.kind == TextError::surrogate) {
        PyObject* text = PyUnicode_DecodeUTF8(error.bytes.data(), Py_ssize_t(error.bytes.size()), "surrogatepass");
        if (text) {
            Py_XDECREF(PyUnicode_AsUTF8String(text));
            Py_DECREF(text);
        }
    } else {
        Py_XDECREF(PyUnicode_DecodeUTF8(error.bytes.data(), Py_ssize_t(error.bytes.size()), nullptr));
    }
    if (!PyErr_Occurred()) PyErr_Format(PyExc_ValueError, "texts[%zu]: %s", first + error.text, error.what());
    return raised_now();
}

class PyEngine {
  public:
    explicit PyEngine(nb::object plan) : plan_(plan) {
        const nb::object numpy = nb::module_::import_("numpy");
        empty_ = numpy.attr("empty");
        float32_ = numpy.attr("dtype")("float32");
        float64_ = numpy.attr("dtype")("float64");
        int64_ = numpy.attr("dtype")("int64");
        const auto intercept = nb::cast<Doubles>(plan.attr("intercept"));
        if (intercept.ndim() != 1) refuse("intercept must have one value an output");
        std::vector<BlockPlan> blocks;
        for (nb::handle block : plan.attr("blocks")) {
            blocks.push_back(block_plan_of(block));
            if (blocks.back().n_outputs != intercept.shape(0)) refuse("weights must have one column an output");
        }
        n_outputs_ = intercept.shape(0);
        engine_ = std::make_unique<Later<Engine>>([blocks = std::move(blocks), intercept = intercept.data(), n = n_outputs_] {
            return std::make_unique<Engine>(blocks, intercept, n);
        });
    }

    size_t n_outputs() const { return n_outputs_; }

    // The largest sum of |value * weight| that a text can have, for each output, where every block has a norm.
    nb::object largest_sums() const {
        nb::object out = empty_(nb::make_tuple(n_outputs()), float64_);
        double* const sums = nb::cast<nb::ndarray<double, nb::ndim<1>, nb::c_contig, nb::device::cpu>>(out).data();
        const Engine& made = engine();
        for (size_t j = 0; j < n_outputs(); ++j) sums[j] = std::fabs(made.intercept()[j]);
        for (const auto& block : made.blocks())
            for (size_t j = 0; j < n_outputs(); ++j) sums[j] += block->sizes[j];
        return out;
    }

    // Waits until its tables are made, with the GIL.
    const Engine& engine() const {
        const nb::gil_scoped_release release;
        return engine_->get();
    }

    nb::object score(nb::handle given, nb::handle dtype, int n_threads, const char* missing) const {
        const bool empty = std::strcmp(missing, "empty") == 0;
        if (!empty && std::strcmp(missing, "raise") != 0) refuse(std::string("missing must be 'raise' or 'empty'; got '") + missing + "'");
        const bool wide = is_float64(dtype);
        const auto texts = texts_of(given.ptr(), empty ? Missing::empty : Missing::raise);
        nb::object out = empty_(nb::make_tuple(texts->size(), n_outputs()), wide ? float64_ : float32_);
        if (wide)
            run_scores(*texts, static_cast<double*>(data_of(out)), n_threads);
        else
            run_scores(*texts, static_cast<float*>(data_of(out)), n_threads);
        return out;
    }

    nb::object probabilities(nb::handle given, const Head& head, nb::handle dtype, int n_threads) const {
        check(head);
        const bool wide = is_float64(dtype);
        const auto texts = texts_of(given.ptr(), Missing::raise);
        nb::object out = empty_(nb::make_tuple(texts->size(), head.width()), float64_);
        double* const data = static_cast<double*>(data_of(out));
        if (wide)
            run_probabilities<double>(*texts, head, data, n_threads);
        else
            run_probabilities<float>(*texts, head, data, n_threads);
        return out;
    }

    nb::object choices(nb::handle given, size_t start, size_t stop, bool each, int n_threads) const {
        check({Rule::sigmoids, start, stop});
        const auto texts = texts_of(given.ptr(), Missing::raise);
        const size_t width = stop - start;
        nb::object out = empty_(each ? nb::make_tuple(texts->size(), width) : nb::make_tuple(texts->size()), int64_);
        int64_t* const data = static_cast<int64_t*>(data_of(out));
        run(*texts, n_threads, [&](const Text* held, size_t first, size_t n, Scratch& scratch) {
            double* const scores = scratch.scores.reserve(n * n_outputs());
            engine_->get().score(held, n, scores, scratch);
            for (size_t i = 0; i < n; ++i) {
                const double* const row = scores + i * n_outputs() + start;
                if (each)
                    for (size_t j = 0; j < width; ++j) data[(first + i) * width + j] = row[j] > 0;
                else
                    data[first + i] = width == 1 ? row[0] > 0 : largest_of(row, width);
            }
        });
        return out;
    }

  private:
    bool is_float64(nb::handle dtype) const {
        if (PyUnicode_Check(dtype.ptr())) {
            if (PyUnicode_CompareWithASCIIString(dtype.ptr(), "float32") == 0) return false;
            if (PyUnicode_CompareWithASCIIString(dtype.ptr(), "float64") == 0) return true;
        }
        const nb::object type = nb::module_::import_("numpy").attr("dtype")(dtype);
        if (type.equal(float64_)) return true;
        if (!type.equal(float32_)) refuse("dtype must be float32 or float64");
        return false;
    }

    static constexpr size_t texts_a_chunk = 512;

    template <class Out>
    void run_scores(Texts& texts, Out* out, int n_threads) const {
        run(texts, n_threads, [&](const Text* held, size_t first, size_t n, Scratch& scratch) {
            engine_->get().score(held, n, out + first * n_outputs(), scratch);
        });
    }

    template <class Score>
    void run_probabilities(Texts& texts, const Head& head, double* out, int n_threads) const {
        run(texts, n_threads, [&](const Text* held, size_t first, size_t n, Scratch& scratch) {
            Score* const scores = reinterpret_cast<Score*>(scratch.scores.reserve(n * n_outputs()));
            engine_->get().score(held, n, scores, scratch);
            for (size_t i = 0; i < n; ++i) stance::probabilities(head, scores + i * n_outputs(), out + (first + i) * head.width());
        });
    }

    void check(const Head& head) const {
        if (head.start >= head.stop || head.stop > n_outputs() || (head.rule == Rule::sigmoid && head.stop != head.start + 1))
            refuse("start and stop must be columns of the scores");
    }

    static void* data_of(nb::handle array) {
        Py_buffer view;
        if (PyObject_GetBuffer(array.ptr(), &view, PyBUF_WRITABLE | PyBUF_C_CONTIGUOUS) != 0) throw nb::python_error();
        PyBuffer_Release(&view);  // the array keeps the memory
        return view.buf;
    }

    // Score chunks from `next` on until none is left.
    template <class Each>
    void work(Texts& texts, const Each& each, std::atomic<size_t>& next, Failure& failure) const {
        auto scratch = engine_->get().borrow();
        Text held_texts[texts_a_chunk];
        PyObject* held[texts_a_chunk];
        for (;;) {
            const size_t first = next.fetch_add(texts_a_chunk);
            if (first >= texts.size() || first >= failure.before) break;
            const size_t n = std::min(texts_a_chunk, texts.size() - first);
            bool ok;
            if (texts.free_threaded()) {
                ok = texts.hold(first, first + n, held_texts, held);
                if (!ok) {
                    const nb::gil_scoped_acquire gil;
                    failure.take(first, raised_now());
                }
            } else {
                const nb::gil_scoped_acquire gil;
                ok = texts.hold(first, first + n, held_texts, held);
                if (!ok) failure.take(first, raised_now());
            }
            if (!ok) break;
            try {
                each(held_texts, first, n, *scratch);
            } catch (const TextError& error) {
                const nb::gil_scoped_acquire gil;
                failure.take(first + error.text, raised_by(error, first));
                ok = false;
            } catch (const std::bad_alloc&) {
                const nb::gil_scoped_acquire gil;
                PyErr_NoMemory();
                failure.take(first, raised_now());
                ok = false;
            }
            if (!texts.free_threaded()) {
                const nb::gil_scoped_acquire gil;
                texts.release(n, held);
            }
            if (!ok) return;  // the scratch is in an unknown state: not given back
        }
        engine_->get().give_back(std::move(scratch));
    }

    // Call each(texts, first, n, scratch) for chunks of the texts, without the GIL.
    template <class Each>
    void run(Texts& texts, int n_threads, const Each& each) const {
        std::atomic<size_t> next{0};
        Failure failure;
        const size_t chunks = (texts.size() + texts_a_chunk - 1) / texts_a_chunk;
        const size_t n_workers = std::min(chunks, size_t(std::max(1, n_threads)));
        {
            const nb::gil_scoped_release release;
            engine_->get();
            std::vector<std::thread> threads;
            for (size_t i = 1; i < n_workers; ++i) threads.emplace_back([&] { work(texts, each, next, failure); });
            work(texts, each, next, failure);
            for (auto& thread : threads) thread.join();
        }
        if (failure.exception.is_valid()) {
            PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(failure.exception.ptr())), failure.exception.ptr());
            throw nb::python_error();
        }
    }

    nb::object empty_, float32_, float64_, int64_;  // of NumPy
    nb::object plan_;  // owns the arrays the engine reads
    size_t n_outputs_ = 0;
    std::unique_ptr<Later<Engine>> engine_;  // last: its thread reads the arrays
};

}  // namespace

const Engine& engine_of(nb::handle engine) { return nb::cast<const PyEngine&>(engine).engine(); }

NB_MODULE(_core, m) {
    m.attr("unicode_version") = unicode::version;
    m.def("instructions", [] { return std::string(instructions()); }, "Which set of instructions is in use: 'avx2' or 'baseline'.");
    m.def("set_instructions", [](const std::string& name) {
        if (!set_instructions(name)) refuse("this machine has no instructions '" + name + "'");
    }, "name"_a, "Use another set of instructions, for tests.");
    for (size_t i = 0; i < n_logs; ++i) sublinear_of[i] = std::log(double(i)) + 1;
    m.def("set_sublinear", [](Doubles values) {
        for (size_t i = 0; i < n_logs && i < values.size(); ++i) sublinear_of[i] = values.data()[i];
    }, "values"_a, "Take NumPy's own 1 + log(n), so that float64 scores agree to the last bit.");
    m.def("holds_strings", &holds_strings, "data"_a, "offsets"_a,
          "Whether the offsets rise from 0 to the number of bytes and part the bytes into strings of UTF-8 (lone surrogates as three bytes).");
    bind_actors(m);
    bind_sentences(m);
    bind_documents(m);
    m.def("nltk_text", [](nb::bytes text, bool directly) {
        const std::string given(static_cast<const char*>(text.data()), text.size());
        if (!valid_utf8(reinterpret_cast<const u8*>(given.data()), given.size(), true)) refuse("text must be UTF-8");
        const std::string made = nltk_text(given, directly);
        return nb::bytes(made.data(), made.size());
    }, "text"_a, "directly"_a = true, "The text (UTF-8, lone surrogates as three bytes) that NLTKWordTokenizer splits at white space.");
    nb::class_<PyEngine>(m, "Engine")
        .def(nb::init<nb::object>(), "plan"_a)
        .def_prop_ro("n_outputs", &PyEngine::n_outputs)
        .def_prop_ro("largest_sums", &PyEngine::largest_sums,
                     "The largest sum of |value * weight| that a text can have, (n_outputs,), where every block has a norm.")
        .def("score", &PyEngine::score, "texts"_a, "dtype"_a = "float32", "n_threads"_a = 1, "missing"_a = "raise",
             "Return the scores of `texts`, an array of shape (n_texts, n_outputs).")
        .def("probabilities", [](const PyEngine& engine, nb::handle texts, nb::handle rule, size_t start, size_t stop, nb::handle dtype, int n_threads) {
            return engine.probabilities(texts, {choice<Rule>(rule, {{"softmax", Rule::softmax}, {"sigmoid", Rule::sigmoid}, {"sigmoids", Rule::sigmoids}, {"shares", Rule::shares}, {"equal_shares", Rule::equal_shares}}, "rule"), start, stop}, dtype, n_threads);
        }, "texts"_a, "rule"_a, "start"_a, "stop"_a, "dtype"_a = "float32", "n_threads"_a = 1,
             "Return probabilities by scores start to stop, float64 (n_texts, stop - start); of `sigmoid` (n_texts, 2).")
        .def("choices", &PyEngine::choices, "texts"_a, "start"_a, "stop"_a, "each"_a = false, "n_threads"_a = 1,
             "Return which of scores start to stop, in float64, is the largest, int64 (n_texts,); whether it is above 0 if it "
             "is one; or of `each`, (n_texts, stop - start).");
}
