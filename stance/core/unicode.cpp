#include "unicode.hpp"

namespace {
using std::size_t;
#include "unicode_tables.inc"
}  // namespace

namespace stance::unicode {
const u16* const class_page_of = class_index;
const u8 (*const class_pages)[128] = ::class_pages;
const u16* const lower_page_of = lower_index;
const int32_t (*const lower_pages)[128] = ::lower_pages;
const u16* const strip_page_of = strip_index;
const u32 (*const strip_pages)[128] = ::strip_pages;
const u8* const strip_bytes = strip_pool;
const char* const version = unicode_version;
}  // namespace stance::unicode
