#!/bin/sh
# Measures rescue beside kingfisher, betterleaks and ripsecrets, and prints a table. Usage: run.sh --help
exec python3 "$(dirname "$0")/run.py" "$@"
