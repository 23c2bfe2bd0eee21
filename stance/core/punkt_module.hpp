// The Python side of sentences and tokens.
#pragma once
#include <nanobind/nanobind.h>

void bind_sentences(nanobind::module_& m);
