#include "texts.hpp"

#include <nanobind/nanobind.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace nb = nanobind;

namespace stance {

namespace {

// Arrow's C data interface, as its specification lays it out.
struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    ArrowSchema **children, *dictionary;
    void (*release)(ArrowSchema*);
    void* private_data;
};
struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void** buffers;
    ArrowArray **children, *dictionary;
    void (*release)(ArrowArray*);
    void* private_data;
};
struct ArrowArrayStream {
    int (*get_schema)(ArrowArrayStream*, ArrowSchema*);
    int (*get_next)(ArrowArrayStream*, ArrowArray*);
    const char* (*get_last_error)(ArrowArrayStream*);
    void (*release)(ArrowArrayStream*);
    void* private_data;
};

bool set_missing(size_t i, PyObject* given) {
    PyErr_Format(PyExc_TypeError, "texts[%zu] must be str; got %R", i, given);
    return false;
}

// One str. False: it is none, and no error is set.
inline bool text_of(PyObject* object, Text& out) {
    if (!PyUnicode_Check(object)) return false;
#if PY_VERSION_HEX < 0x030C0000
    if (PyUnicode_READY(object) != 0) return false;
#endif
    const int kind = PyUnicode_KIND(object);
    const Encoding encoding = PyUnicode_IS_ASCII(object) ? Encoding::ascii
                              : kind == PyUnicode_1BYTE_KIND ? Encoding::latin1
                              : kind == PyUnicode_2BYTE_KIND ? Encoding::ucs2
                                                             : Encoding::ucs4;
    out = {PyUnicode_DATA(object), size_t(PyUnicode_GET_LENGTH(object)), encoding};
    return true;
}

// A missing text: None, or the NaN that pandas puts for it.
bool is_missing(PyObject* object) {
    if (object == Py_None) return true;
    if (PyFloat_Check(object)) return PyFloat_AS_DOUBLE(object) != PyFloat_AS_DOUBLE(object);
    const char* name = Py_TYPE(object)->tp_name;
    return std::strcmp(name, "NAType") == 0 || std::strcmp(name, "pandas._libs.missing.NAType") == 0;
}

bool hold_object(PyObject* object, size_t i, Missing missing, Text& out, PyObject*& held) {
    if (!text_of(object, out)) {
        if (PyErr_Occurred()) return false;
        if (missing != Missing::empty || !is_missing(object)) return set_missing(i, object);
        out = {"", 0, Encoding::ascii};
    }
    Py_INCREF(object);
    held = object;
    return true;
}

class Objects : public Texts {
  public:
    void release(size_t n, PyObject** held) override {
        for (size_t i = 0; i < n; ++i) Py_DECREF(held[i]);
    }
};

class ListTexts : public Objects {
  public:
    ListTexts(PyObject* sequence, Missing missing) : sequence_(nb::borrow(sequence)), missing_(missing), size_(size_t(PySequence_Fast_GET_SIZE(sequence))) {}
    size_t size() const override { return size_; }
    bool hold(size_t from, size_t to, Text* out, PyObject** held) override {
        PyObject* sequence = sequence_.ptr();
        for (size_t i = from; i < to; ++i) {
            if (i + 8 < size_t(PySequence_Fast_GET_SIZE(sequence))) __builtin_prefetch(PySequence_Fast_GET_ITEM(sequence, i + 8));
            // Another thread may have shortened the list while the GIL was free.
            if (i >= size_t(PySequence_Fast_GET_SIZE(sequence))) {
                PyErr_SetString(PyExc_RuntimeError, "the list of texts changed its size while it was scored");
                release(i - from, held);
                return false;
            }
            if (!hold_object(PySequence_Fast_GET_ITEM(sequence, i), i, missing_, out[i - from], held[i - from])) {
                release(i - from, held);
                return false;
            }
        }
        return true;
    }

  private:
    nb::object sequence_;
    Missing missing_;
    size_t size_;
};

class ObjectArray : public Objects {
  public:
    ObjectArray(nb::object owner, Missing missing, const char* data, size_t size, ptrdiff_t stride) : owner_(std::move(owner)), missing_(missing), data_(data), size_(size), stride_(stride) {}
    size_t size() const override { return size_; }
    bool hold(size_t from, size_t to, Text* out, PyObject** held) override {
        for (size_t i = from; i < to; ++i) {
            PyObject* object;
            std::memcpy(&object, data_ + ptrdiff_t(i) * stride_, sizeof object);
            if (!object) object = Py_None;
            if (!hold_object(object, i, missing_, out[i - from], held[i - from])) {
                release(i - from, held);
                return false;
            }
        }
        return true;
    }

  private:
    nb::object owner_;
    Missing missing_;
    const char* data_;
    size_t size_;
    ptrdiff_t stride_;
};

class Buffered : public Texts {
  public:
    void release(size_t, PyObject**) override {}
    bool free_threaded() const override { return true; }
};

// NumPy's dtype U: code points in fields of one width, zeros behind the text.
class FixedWidth : public Buffered {
  public:
    FixedWidth(nb::object owner, const char* data, size_t size, ptrdiff_t stride, size_t width) : owner_(std::move(owner)), data_(data), size_(size), stride_(stride), width_(width) {}
    size_t size() const override { return size_; }
    bool hold(size_t from, size_t to, Text* out, PyObject**) override {
        for (size_t i = from; i < to; ++i) {
            const u32* field = reinterpret_cast<const u32*>(data_ + ptrdiff_t(i) * stride_);
            size_t n = width_;
            while (n > 0 && field[n - 1] == 0) --n;
            out[i - from] = {field, n, Encoding::ucs4};
        }
        return true;
    }

  private:
    nb::object owner_;
    const char* data_;
    size_t size_;
    ptrdiff_t stride_;
    size_t width_;
};

enum class Layout { null, offsets32, offsets64, view };

class ArrowTexts : public Buffered {
  public:
    explicit ArrowTexts(Missing missing) : missing_(missing) { std::memset(&schema_, 0, sizeof schema_); }
    ~ArrowTexts() override {
        for (Chunk& chunk : chunks_)
            if (chunk.array.release) chunk.array.release(&chunk.array);
        if (schema_.release) schema_.release(&schema_);
    }
    ArrowSchema& schema() { return schema_; }

    void read_schema() {
        index_ = 0;
        const ArrowSchema* values = &schema_;
        if (schema_.dictionary) {
            index_ = schema_.format[0];
            if (!std::strchr("cCsSiIlL", index_) || schema_.format[1]) refuse();
            values = schema_.dictionary;
        }
        const std::string format = values->format;
        if (format == "u") layout_ = Layout::offsets32;
        else if (format == "U") layout_ = Layout::offsets64;
        else if (format == "vu") layout_ = Layout::view;
        else if (format == "n") layout_ = Layout::null;
        else refuse();
    }
    // Takes the array over.
    void add(ArrowArray* array) {
        chunks_.push_back({*array, size_});
        array->release = nullptr;
        const ArrowArray& a = chunks_.back().array;
        size_ += size_t(a.length);
        if (index_ && !a.dictionary) throw std::invalid_argument("an Arrow dictionary array must have its dictionary");
    }

    size_t size() const override { return size_; }
    bool hold(size_t from, size_t to, Text* out, PyObject**) override {
        if (from >= to) return true;
        auto chunk = std::upper_bound(chunks_.begin(), chunks_.end(), from, [](size_t i, const Chunk& c) { return i < c.first; }) - 1;
        for (size_t i = from; i < to; ++i) {
            while (i - chunk->first >= size_t(chunk->array.length)) ++chunk;
            if (!value(chunk->array, i - chunk->first, out[i - from])) {
                if (missing_ != Missing::empty) {
                    const PyGILState_STATE gil = PyGILState_Ensure();
                    set_missing(i, Py_None);
                    PyGILState_Release(gil);
                    failed_ = i;
                    return false;
                }
                out[i - from] = {"", 0, Encoding::ascii};
            }
        }
        return true;
    }
    size_t failed() const { return failed_; }

  private:
    struct Chunk {
        ArrowArray array;
        size_t first;
    };

    [[noreturn]] void refuse() const {
        const char* of = schema_.dictionary ? schema_.dictionary->format : schema_.format;
        const std::string message = std::string("an Arrow array of texts must hold strings; got format '") + of + "'";
        throw nb::type_error(message.c_str());
    }
    static bool valid(const ArrowArray& a, int64_t i) {
        if (a.null_count == 0 || a.n_buffers == 0) return true;
        const u8* bits = static_cast<const u8*>(a.buffers[0]);
        return !bits || (bits[i / 8] >> (i % 8) & 1);
    }
    bool value(const ArrowArray& a, size_t at, Text& out) const {
        const int64_t i = int64_t(at) + a.offset;
        if (!index_) return string(a, i, out);
        if (!valid(a, i)) return false;
        int64_t j = 0;
        const void* data = a.buffers[1];
        switch (index_) {
            case 'c': j = static_cast<const int8_t*>(data)[i]; break;
            case 'C': j = static_cast<const uint8_t*>(data)[i]; break;
            case 's': j = static_cast<const int16_t*>(data)[i]; break;
            case 'S': j = static_cast<const uint16_t*>(data)[i]; break;
            case 'i': j = static_cast<const int32_t*>(data)[i]; break;
            case 'I': j = static_cast<const uint32_t*>(data)[i]; break;
            default: j = static_cast<const int64_t*>(data)[i]; break;
        }
        if (j < 0 || j >= a.dictionary->length) return false;
        return string(*a.dictionary, j + a.dictionary->offset, out);
    }
    bool string(const ArrowArray& a, int64_t i, Text& out) const {
        if (layout_ == Layout::null || !valid(a, i)) return false;
        out.encoding = Encoding::utf8;
        if (layout_ == Layout::view) {
            const u8* view = static_cast<const u8*>(a.buffers[1]) + 16 * i;
            int32_t size, buffer, offset;
            std::memcpy(&size, view, 4);
            std::memcpy(&buffer, view + 8, 4);
            std::memcpy(&offset, view + 12, 4);
            out.length = size_t(size);
            out.data = size <= 12 ? view + 4 : static_cast<const u8*>(a.buffers[2 + buffer]) + offset;
            return true;
        }
        const u8* data = static_cast<const u8*>(a.buffers[2]);
        size_t from, to;
        if (layout_ == Layout::offsets32) {
            const int32_t* offsets = static_cast<const int32_t*>(a.buffers[1]);
            from = size_t(offsets[i]), to = size_t(offsets[i + 1]);
        } else {
            const int64_t* offsets = static_cast<const int64_t*>(a.buffers[1]);
            from = size_t(offsets[i]), to = size_t(offsets[i + 1]);
        }
        out.length = to - from;
        out.data = data ? data + from : reinterpret_cast<const u8*>("");
        return true;
    }

    Missing missing_;
    ArrowSchema schema_;
    std::vector<Chunk> chunks_;
    size_t size_ = 0, failed_ = 0;
    char index_ = 0;
    Layout layout_ = Layout::null;
};

std::unique_ptr<Texts> from_arrow_array(nb::handle texts, Missing missing) {
    nb::tuple pair = nb::cast<nb::tuple>(texts.attr("__arrow_c_array__")());
    auto* schema = static_cast<ArrowSchema*>(PyCapsule_GetPointer(nb::object(pair[0]).ptr(), "arrow_schema"));
    auto* array = static_cast<ArrowArray*>(PyCapsule_GetPointer(nb::object(pair[1]).ptr(), "arrow_array"));
    if (!schema || !array) throw nb::python_error();
    auto made = std::make_unique<ArrowTexts>(missing);
    made->schema() = *schema;
    schema->release = nullptr;
    made->read_schema();
    made->add(array);
    return made;
}

std::unique_ptr<Texts> from_arrow_stream(nb::handle capsule, Missing missing) {
    auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), "arrow_array_stream"));
    if (!stream) throw nb::python_error();
    const auto check = [&](int code) {
        if (code == 0) return;
        const char* message = stream->get_last_error ? stream->get_last_error(stream) : nullptr;
        throw std::invalid_argument(std::string("the Arrow stream of texts failed: ") + (message ? message : "no reason given"));
    };
    auto made = std::make_unique<ArrowTexts>(missing);
    check(stream->get_schema(stream, &made->schema()));
    made->read_schema();
    for (;;) {
        ArrowArray array;
        std::memset(&array, 0, sizeof array);
        check(stream->get_next(stream, &array));
        if (!array.release) break;
        made->add(&array);
    }
    return made;
}

std::unique_ptr<Texts> from_numpy(nb::handle texts, Missing missing) {
    const std::string kind = nb::cast<std::string>(texts.attr("dtype").attr("kind"));
    if (nb::cast<int>(texts.attr("ndim")) != 1 || (kind != "U" && kind != "O")) return nullptr;
    nb::object owner = nb::borrow(texts);
    if (!nb::cast<bool>(owner.attr("dtype").attr("isnative"))) owner = owner.attr("astype")(owner.attr("dtype").attr("newbyteorder")("="));
    const auto* data = reinterpret_cast<const char*>(nb::cast<uintptr_t>(owner.attr("__array_interface__")["data"][0]));
    const size_t size = nb::cast<size_t>(owner.attr("shape")[0]);
    const ptrdiff_t stride = nb::cast<ptrdiff_t>(owner.attr("strides")[0]);
    if (kind == "O") return std::make_unique<ObjectArray>(owner, missing, data, size, stride);
    const size_t width = nb::cast<size_t>(owner.attr("dtype").attr("itemsize")) / 4;
    return std::make_unique<FixedWidth>(owner, data, size, stride, width);
}

}  // namespace

std::unique_ptr<Texts> texts_of(PyObject* given, Missing missing) {
    nb::handle texts(given);
    if (PyList_Check(given) || PyTuple_Check(given)) return std::make_unique<ListTexts>(given, missing);
    if (PyUnicode_Check(given) || PyBytes_Check(given)) {
        PyErr_Format(PyExc_TypeError, "texts must be a sequence of str; got one %s", Py_TYPE(given)->tp_name);
        throw nb::python_error();
    }
    if (nb::hasattr(texts, "__array_interface__") && nb::hasattr(texts, "dtype")) {
        if (auto made = from_numpy(texts, missing)) return made;
    }
    if (nb::hasattr(texts, "__arrow_c_array__")) return from_arrow_array(texts, missing);
    if (nb::hasattr(texts, "__arrow_c_stream__")) {
        // pandas has the method also for what it can hand over only with pyarrow, or not at all.
        PyObject* capsule = PyObject_CallMethod(given, "__arrow_c_stream__", nullptr);
        if (capsule) return from_arrow_stream(nb::steal(capsule), missing);
        PyErr_Clear();
    }
    nb::object list = nb::steal(PySequence_List(given));
    if (!list.is_valid()) throw nb::python_error();
    return std::make_unique<ListTexts>(list.ptr(), missing);
}

}  // namespace stance
