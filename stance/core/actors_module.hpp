// The Python side of actors.
#pragma once
#include <nanobind/nanobind.h>

void bind_actors(nanobind::module_& m);
