# Rolls back the run whose receipt holds this file, at the host's console, with nothing but /bin/sh.
# Usage: sh undo.sh [--force]. Exit status: 0 everything is as before, 1 something is not (the output names it).
# This copy has no comments: the files of muster's src/host have each function with its comments.
LC_ALL=C
export PATH LC_ALL
umask 022
m__receipt=$(cd "$(dirname "$0")" && pwd) || exit 1
# The PATH in which the run itself looked for its tools:
