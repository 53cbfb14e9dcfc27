#!/bin/sh
# What the tests need from Debian: PostgreSQL for the ledger's tests, Chromium and a Korean font for the pages', Tesseract for the
# test of another OCR engine.
set -eu
packages=""
[ -d /usr/lib/postgresql ] && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || packages="$packages postgresql"
[ -x /usr/bin/chromium ] || packages="$packages chromium"
[ -d /usr/share/fonts/opentype/noto ] && ls /usr/share/fonts/opentype/noto/*CJK* >/dev/null 2>&1 || packages="$packages fonts-noto-cjk"
[ -x /usr/bin/tesseract ] || packages="$packages tesseract-ocr"
ls /usr/share/tesseract-ocr/*/tessdata/kor.traineddata >/dev/null 2>&1 || packages="$packages tesseract-ocr-kor"
[ -z "$packages" ] && exit 0
command="apt-get install -y --no-install-recommends$packages"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing what the tests need from Debian:$packages"
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $command -qq >/dev/null
else
    echo "Not here:$packages. Their tests are skipped; to run them too: sudo $command"
fi
