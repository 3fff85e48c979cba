"""Put load on the local stack, and check that nothing it acknowledged is lost.

    python scripts/load.py [--seconds N] [--users N]

Users create, read, list, patch and delete items. Prints the throughput, the latencies and the
errors; at the end reads every item again and compares its version with the one acknowledged last.
Writes docs/images/load.png and its lines in docs/benchmarks.md. Fails if anything was refused or
lost. It measures the emulator on this machine, not AWS.
"""

from gevent import monkey

monkey.patch_all()  # before anything else opens a socket

# isort: split
