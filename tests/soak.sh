#!/bin/sh
# Two processes write to one database for a while (60 seconds, or as many as are given); then every note that was
# acknowledged has to be there, once, and the database sound. Usage: tests/soak.sh PATH-TO-RESCUE [SECONDS]
set -eu
rescue=$1
seconds=${2:-60}
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export RESCUE_HOME="$home/rescue" RESCUE_KEYRING=off HOME="$home"
"$rescue" app add soak >"$home/added"
end=$(($(date +%s) + seconds))
write() {
    n=0
    while [ "$(date +%s)" -lt "$end" ]; do
        if "$rescue" item note soak SEC-01 "$1-$n;" >"$home/$1.out" 2>"$home/$1.last"; then
            echo "$1-$n;" >>"$home/$1.written"
        else
            cat "$home/$1.last" >>"$home/errors"
        fi
        n=$((n + 1))
    done
}
touch "$home/errors"
write left &
write right &
wait
"$rescue" db check
"$rescue" item show soak SEC-01 | sed -n 's/.*noted: //p' | sort >"$home/there"
sort "$home/left.written" "$home/right.written" >"$home/wanted"
echo "$seconds s, two processes: $(wc -l <"$home/wanted") notes acknowledged, $(wc -l <"$home/there") there, $(wc -l <"$home/errors") lines of errors"
cmp "$home/wanted" "$home/there"
test ! -s "$home/errors"
