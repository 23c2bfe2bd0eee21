// Texts as Python gives them: sequences of str, NumPy arrays of str or objects, anything that speaks Arrow's C data
// interface (pyarrow, polars, pandas). Arrow's buffers and NumPy's are read where they are.
#pragma once
#include <Python.h>

#include <memory>

#include "text.hpp"

namespace stance {

enum class Missing { raise, empty };

class Texts {
  public:
    virtual ~Texts() = default;
    virtual size_t size() const = 0;

    // Put texts [from, to) into `out`; they stay until release() of the same range and `held`. Call with the GIL.
    // `held` has room for to - from objects. Gives back false with a Python error set.
    virtual bool hold(size_t from, size_t to, Text* out, PyObject** held) = 0;
    virtual void release(size_t n, PyObject** held) = 0;

    // Texts whose hold() and release() need no GIL.
    virtual bool free_threaded() const { return false; }
};

// Throws nanobind's python_error or a C++ exception for what is no texts.
std::unique_ptr<Texts> texts_of(PyObject* texts, Missing missing);

}  // namespace stance
