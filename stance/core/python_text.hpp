// A Python str as a text, read where it is; it must outlive the text.
#pragma once
#include <nanobind/nanobind.h>

#include "text.hpp"

namespace stance {

inline Text text_of(nanobind::handle str) {
    PyObject* const o = str.ptr();
    if (!PyUnicode_Check(o)) throw nanobind::type_error("text must be str");
    const size_t n = size_t(PyUnicode_GET_LENGTH(o));
    switch (PyUnicode_KIND(o)) {
        case PyUnicode_1BYTE_KIND: return {PyUnicode_1BYTE_DATA(o), n, Encoding::latin1};
        case PyUnicode_2BYTE_KIND: return {PyUnicode_2BYTE_DATA(o), n, Encoding::ucs2};
        default: return {PyUnicode_4BYTE_DATA(o), n, Encoding::ucs4};
    }
}

}  // namespace stance
