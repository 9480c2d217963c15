# Takes back the run in whose receipt this file lies, at the host's console, with nothing but /bin/sh.
# Usage: sh undo.sh [--force]. Exit status: 0 everything is as before, 1 something is not (it says what).
LC_ALL=C
export PATH LC_ALL
umask 022
m__receipt=$(cd "$(dirname "$0")" && pwd) || exit 1
# Where the run itself looked for its tools:
