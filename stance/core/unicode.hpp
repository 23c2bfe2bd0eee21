// What the Python of the build says of each code point; the tables are written by unicode_tables.py.
#pragma once
#include "utf8.hpp"

namespace stance::unicode {

enum : u8 { word = 1, space = 2, digit = 4, cased = 8, ignorable = 16, lowers = 32, strips = 64 };

extern const u16* const class_page_of;
extern const u8 (*const class_pages)[128];
extern const u16* const lower_page_of;
extern const int32_t (*const lower_pages)[128];
extern const u16* const strip_page_of;
extern const u32 (*const strip_pages)[128];
extern const u8* const strip_bytes;  // UTF-8 of what strip_accents="unicode" leaves
extern const char* const version;    // unicodedata.unidata_version

inline u8 classes(u32 c) { return class_pages[class_page_of[c >> 7]][c & 127]; }

// str.lower of one character, but for U+0130, whose two characters the caller writes.
inline u32 lower(u32 c) { return u32(int32_t(c) + lower_pages[lower_page_of[c >> 7]][c & 127]); }

// Where in strip_bytes the rest of a character with the bit `strips` stands: offset << 8 | length.
inline u32 strip(u32 c) { return strip_pages[strip_page_of[c >> 7]][c & 127]; }

}  // namespace stance::unicode
