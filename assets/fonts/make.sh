#!/usr/bin/env bash
# Makes the two font files beside it again. Needs Debian's fonts-noto-core and fontTools (`pip install fonttools`).
set -euo pipefail
cd "$(dirname "$0")"
letters=U+0020-007E,U+00A0-024F,U+0259,U+02B0-02FF,U+0300-036F,U+0370-03FF,U+0400-052F,U+1E00-1EFF
letters+=,U+2000-206F,U+2070-209F,U+20A0-20CF,U+2100-214F,U+2150-218F,U+2190-2193
letters+=,U+2202,U+2206,U+220F,U+2211,U+2212,U+2215,U+2219,U+221A,U+221E,U+222B,U+2248,U+2260,U+2264,U+2265,U+25CA,U+25CC
letters+=,U+FB00-FB06,U+FFFD
for weight in Regular Bold; do
  pyftsubset "/usr/share/fonts/truetype/noto/NotoSans-$weight.ttf" --output-file="NotoSans-$weight.ttf" \
    --unicodes="$letters" --no-hinting --layout-features='' --drop-tables+=GSUB,GPOS,GDEF,DSIG,kern,MATH \
    --name-IDs='0,1,2,3,4,5,6,13,14' --notdef-outline --no-glyph-names
done
