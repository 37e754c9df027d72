#!/bin/sh
# Makes DejaVuSans-subset.ttf from the DejaVuSans.ttf given (Debian: fonts-dejavu-core) with fonttools: the Latin and Greek letters, digits
# above and below the line, arrows and mathematical signs that figures use. DejaVuSans-subset.ttf is small because every copy of the crate carries it.
set -eu
[ $# -eq 1 ] || { echo "usage: $0 path/to/DejaVuSans.ttf" >&2; exit 2; }
pyftsubset "$1" --output-file="$(dirname "$0")/DejaVuSans-subset.ttf" --no-hinting --notdef-outline --layout-features='' \
  --drop-tables+=GPOS,GSUB,GDEF,kern,FFTM,MATH --name-IDs='0,1,2,4,5,6,11,13,14' \
  --unicodes="U+0020-007E,U+00A0-00FF,U+0100-017F,U+0302,U+0304,U+0391-03C9,U+03D1,U+03D5,U+1D40,U+1D48,U+1D57,U+1D62-1D65,\
U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2032,U+2033,U+2070-208E,U+2090-209C,U+2102,U+2113,U+2115,U+211D,U+2190-2199,\
U+21D0-21D5,U+2200-220D,U+220F,U+2211-2213,U+2215-221E,U+2220-222B,U+2248,U+2260-2265,U+226A,U+226B,U+2295,U+2297,U+2299,U+22A4,\
U+22C5,U+22EE,U+22EF,U+25A0,U+25A1,U+25B2,U+25CB,U+25CF,U+2713,U+2717,U+2C7C"
