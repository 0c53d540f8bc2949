#!/bin/sh
# Process 1 of a PID namespace: munge and SLURM's two daemons end with it, and every job too.
set -eu
cd "$1"
./munged --foreground --force --num-threads=2 --key-file="$PWD/munge.key" \
    --socket="$PWD/munge.socket" --pid-file="$PWD/munged.pid" \
    --log-file="$PWD/munged.log" --seed-file="$PWD/munge.seed" &
until [ -S munge.socket ]; do sleep 0.1; done
./slurmctld -D &
# Started again when it dies, as a site's service manager does.
while :; do
    ./slurmd -D -d "$PWD/slurmstepd" || sleep 1
done &
wait
