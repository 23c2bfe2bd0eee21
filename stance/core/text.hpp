// One text as it comes in, wherever from: bytes or code units that outlive the call.
#pragma once
#include "utf8.hpp"

namespace stance {

enum class Encoding : u8 {
    ascii,   // known to be ASCII
    utf8,    // to be checked: Arrow promises UTF-8, an attacker may not
    latin1,  // the three forms in which Python keeps a str that is not ASCII
    ucs2,
    ucs4,
};

struct Text {
    const void* data;
    size_t length;  // in units of the encoding
    Encoding encoding;
};

}  // namespace stance
