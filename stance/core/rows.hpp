// Weights of columns → the rows that are added up.
#pragma once
#include "block.hpp"

namespace stance {

// Make rows, column_of, unit and sizes of a block whose plan is set: row r of the n is that of column columns[r].
void fold_rows(Block& block, const u32* columns, size_t n);

}  // namespace stance
