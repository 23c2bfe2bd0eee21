#include "records.hpp"

#include <algorithm>
#include <utility>

namespace nb = nanobind;

namespace stance {

namespace {

// What Python's C API gives back, or its error.
nb::object owned(PyObject* made) {
    if (!made) throw nb::python_error();
    return nb::steal(made);
}

nb::object number(double value) { return owned(PyFloat_FromDouble(value)); }

// What holds nothing but strings and numbers can be in no cycle: the collector need not look at it.
nb::object leaf(nb::object made) {
    if (PyObject_GC_IsTracked(made.ptr())) PyObject_GC_UnTrack(made.ptr());
    return made;
}

nb::object pair(int64_t start, int64_t end) {
    nb::object first = owned(PyLong_FromLongLong(start)), second = owned(PyLong_FromLongLong(end)), made = owned(PyTuple_New(2));
    PyTuple_SET_ITEM(made.ptr(), 0, first.release().ptr());
    PyTuple_SET_ITEM(made.ptr(), 1, second.release().ptr());
    return leaf(std::move(made));
}

// A tuple of n items, which are made in order.
template <class Make>
nb::object tuple_of(size_t n, Make make) {
    nb::object made = owned(PyTuple_New(Py_ssize_t(n)));
    for (size_t i = 0; i < n; ++i) PyTuple_SET_ITEM(made.ptr(), Py_ssize_t(i), make(i).release().ptr());
    return made;
}

nb::handle item(const nb::tuple& names, size_t i) { return PyTuple_GET_ITEM(names.ptr(), Py_ssize_t(i)); }

// The collector of cycles waits: what is made here is all in use, and looking through it again and again is of no use.
class NoCollection {
  public:
    NoCollection() : was_on_(PyGC_Disable()) {}
    ~NoCollection() {
        if (was_on_) PyGC_Enable();
    }
    NoCollection(const NoCollection&) = delete;
    NoCollection& operator=(const NoCollection&) = delete;

  private:
    const bool was_on_;
};

}  // namespace

RecordType::RecordType(nb::handle type, std::initializer_list<const char*> fields) : type_(nb::borrow(type)) {
    for (const char* const name : fields) {
        fields_.push_back(type.attr(name));
        if (Py_TYPE(fields_.back().ptr()) != &PyMemberDescr_Type) throw nb::type_error("a record must have a slot for every field");
    }
}

nb::object RecordType::empty(size_t n_fields) const {
    if (n_fields != fields_.size()) throw nb::value_error("a record must be given all its fields");
    auto* const type = reinterpret_cast<PyTypeObject*>(type_.ptr());
    return owned(type->tp_alloc(type, 0));
}

void RecordType::fill(nb::handle record, size_t field, nb::handle value) const {
    const nb::handle descriptor = fields_[field];
    if (Py_TYPE(descriptor.ptr())->tp_descr_set(descriptor.ptr(), record.ptr(), value.ptr()) != 0) throw nb::python_error();
}

Records::Records(nb::handle given)
    : document_(given["Document"], {"text", "sentences", "id", "model"}),
      sentence_(given["Sentence"], {"text", "span", "claims", "role", "voice", "stance"}),
      claim_(given["Claim"], {"name", "probability"}),
      role_(given["Role"], {"name", "probability"}),
      voice_(given["Voice"], {"name", "probability", "source_span"}),
      stance_(given["Stance"], {"name", "probability", "spans"}),
      frozen_dict_(given["FrozenDict"]),
      no_stances_(frozen_dict_()),
      claims_(nb::cast<nb::tuple>(given["claims"])),
      roles_(nb::cast<nb::tuple>(given["roles"])),
      voices_(nb::cast<nb::tuple>(given["voices"])),
      stances_(nb::cast<nb::tuple>(given["stances"])) {}

// Reads one part, sentence after sentence.
class Records::Reader {
  public:
    Reader(const Records& records, const DocumentPart& part, const nb::tuple& targets) : records_(records), part_(part), targets_(targets) {}

    // The next document's sentences.
    nb::object sentences(nb::handle text, size_t n) {
        return tuple_of(n, [&](size_t) {
            nb::object made = sentence(text);
            ++at_;
            return made;
        });
    }

  private:
    nb::object sentence(nb::handle text) {
        const Span span = part_.spans[at_];
        return records_.sentence_.make(owned(PyUnicode_Substring(text.ptr(), Py_ssize_t(span.start), Py_ssize_t(span.end))),
                                       pair(int64_t(span.start), int64_t(span.end)), claims(), role(), voice(), stances());
    }

    // The claims given, the likeliest first.
    nb::object claims() {
        const size_t n = records_.claims_.size();
        const bool* const given = part_.given.data() + at_ * n;
        const double* const probabilities = part_.claims.data() + at_ * n;
        order_.clear();
        for (size_t j = 0; j < n; ++j)
            if (given[j]) order_.push_back(j);
        std::stable_sort(order_.begin(), order_.end(), [&](size_t a, size_t b) { return probabilities[a] > probabilities[b]; });
        return leaf(tuple_of(order_.size(), [&](size_t i) { return leaf(records_.claim_.make(item(records_.claims_, order_[i]), number(probabilities[order_[i]]))); }));
    }

    nb::object role() const {
        const size_t n = records_.roles_.size();
        if (!n) return nb::none();
        const size_t best = size_t(part_.role[at_]);
        return leaf(records_.role_.make(item(records_.roles_, best), number(part_.roles[at_ * n + best])));
    }

    nb::object voice() {
        if (!records_.voices_.size()) return nb::none();
        const bool other = part_.attributed.data()[at_];
        const double probability = part_.voice[at_];
        nb::object source = nb::none();
        for (; source_ < part_.sources.size() && size_t(part_.sources[source_].sentence) == at_; ++source_)
            source = pair(part_.sources[source_].start, part_.sources[source_].end);
        return leaf(records_.voice_.make(item(records_.voices_, other), number(other ? probability : 1 - probability), source));
    }

    // What is said of each target: the pairs of a part stand in the order of their sentences.
    nb::object stances() {
        const size_t n = records_.stances_.size();
        nb::object found;
        for (; pair_ < part_.pairs.size() && size_t(part_.pairs[pair_].sentence) == at_; ++pair_) {
            const Pair& one = part_.pairs[pair_];
            const size_t best = size_t(part_.stance[pair_]);
            nb::object spans = tuple_of(size_t(one.n_mentions), [&](size_t i) {
                const Mention& mention = part_.mentions[size_t(one.first_mention) + i];
                return pair(mention.start, mention.end);
            });
            const nb::object stance = leaf(records_.stance_.make(item(records_.stances_, best), number(part_.stances[pair_ * n + best]), leaf(std::move(spans))));
            if (!found.is_valid()) found = records_.frozen_dict_();
            if (PyDict_SetItem(found.ptr(), item(targets_, size_t(one.target)).ptr(), stance.ptr()) != 0) throw nb::python_error();
        }
        return found.is_valid() ? found : records_.no_stances_;
    }

    const Records& records_;
    const DocumentPart& part_;
    const nb::tuple& targets_;
    std::vector<size_t> order_;
    size_t at_ = 0, source_ = 0, pair_ = 0;
};

bool Records::name(const LabelRules& labels) const {
    return claims_.size() == labels.n_claims && roles_.size() == labels.n_roles && voices_.size() == labels.n_voices && stances_.size() == labels.n_stances;
}

void Records::append(const DocumentPart& part, const nb::list& texts, const nb::list& ids, nb::handle model, const nb::tuple& targets,
                     nb::list& documents) const {
    const NoCollection wait;
    Reader reader(*this, part, targets);
    for (const size_t n : part.n_sentences) {
        const size_t number = documents.size();
        const nb::object text = texts[number], id = ids[number];
        documents.append(document_.make(text, reader.sentences(text, n), id, model));
    }
}

}  // namespace stance
