#!/bin/sh
set -eu
chmod +x scripts/*.sh
make install
