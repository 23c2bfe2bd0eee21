// The Python side of whole documents.
#pragma once
#include <nanobind/nanobind.h>

#include "engine.hpp"

// The engine inside an Engine object of Python's.
const stance::Engine& engine_of(nanobind::handle engine);

void bind_documents(nanobind::module_& m);
