#!/bin/sh
# unpack.sh FOLDER: Debian's SLURM, munge and what they need, unpacked there; nothing is installed.
set -eu
folder=$1
command -v apt-get > /dev/null || { echo "error: this needs Debian's apt-get" >&2; exit 1; }
rm -rf "$folder" "$folder.partial"
mkdir -p "$folder.partial/packages"
cd "$folder.partial/packages"
needed=$(apt-get install --simulate --no-install-recommends slurm-wlm munge | sed -n 's/^Inst \([^ ]*\).*/\1/p') || true
# Named too, for where they are installed already.
packages="munge libmunge2 slurmctld slurmd slurm-client slurm-wlm-basic-plugins $needed"
# shellcheck disable=SC2086
apt-get download -qq -o APT::Sandbox::User=root $packages || {
    echo "error: apt-get cannot download SLURM: run apt-get update as root" >&2; exit 1; }
for package in *.deb; do dpkg -x "$package" ..; done
cd ../..
touch "$(basename "$folder").partial"
mv "$(basename "$folder").partial" "$(basename "$folder")"
