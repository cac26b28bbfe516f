// Text as a cell of CSV, the content of an XML element. The input is valid UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace belay::exports {

/// RFC 4180 quoting, after the guard against formulas: spreadsheets run a cell that starts with
/// `=`, `@`, TAB, CR, or with `+` or `-`, so such a cell gets a leading `'`. One that is, after its
/// sign, wholly a decimal number is left as it is: `-12.50` must stay an amount. (`-1+A1` is no
/// number.)
void append_csv_cell(std::string_view text, std::string& to);

/// XML 1.0 character data. What that cannot hold in any form (most controls, U+FFFE, U+FFFF)
/// becomes U+FFFD; CR is written as a reference, or readers would make it LF.
void append_xml_text(std::string_view text, std::string& to);

}  // namespace belay::exports
