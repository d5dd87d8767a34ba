#!/bin/sh
# Builds aegis-contain from its sources as one static program. Usage: build.sh FOLDER COMPILER…
# Prebuilt: build.sh ../prebuilt/linux-x64 zig cc -target x86_64-linux-musl -s   and   … linux-arm64 zig cc -target aarch64-linux-musl -s
set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=$1
shift
mkdir -p "$into"
"$@" -std=c11 -D_GNU_SOURCE -Os -static -Wall -Wextra -o "$into/aegis-contain" "$here"/*.c
