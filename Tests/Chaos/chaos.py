"""See scripts/chaos."""
import argparse
import datetime
import pathlib
import random
import shutil
import signal
import sys
import time
import traceback

from campaign import breaker, course, gateway, points


def main():
    parser = argparse.ArgumentParser(prog="chaos")
    parser.add_argument("--directory", required=True, help="where logs and data go; made, and removed when all is well")
    parser.add_argument("--negawatt", required=True, help="the program")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--nodes", type=int, default=3, choices=(1, 3))
    parser.add_argument("--every", type=float, default=0.8, help="seconds between two faults, on average")
    parser.add_argument("--rate", type=float, default=100, help="records a second")
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument(
        "--malice", type=float, default=5, help="kinds of hostile records a second, in bursts; 0: nobody means harm")
    parser.add_argument("--points", action="store_true")
    parser.add_argument("--gateway", type=int, default=0, metavar="KILLS", help="so many kills of gateways under load")
    parser.add_argument("--breaker", action="store_true", help="a gateway whose Kafka comes and goes")
    parser.add_argument("--ways", default=",".join(points.WAYS))
    parser.add_argument("--only", default="", help="crash points whose names begin so")
    parser.add_argument("--seconds", type=float, default=1e9, help="with --points: begin no more after that")
    parser.add_argument("--keep", action="store_true", help="keep logs and data in any case")
    arguments = parser.parse_args()
    kind = next((kind for kind in ("breaker", "gateway", "points") if getattr(arguments, kind)), "random")
    directory = pathlib.Path(arguments.directory).resolve() / f"{arguments.seed}-{kind}"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    began = time.monotonic()
    # So that everything that was started is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))

    def say(text):
        line = f"{datetime.datetime.now():%H:%M:%S} {text}"
        print(line, file=sys.stderr, flush=True)
        with open(directory / "progress", "a") as file:
            file.write(line + "\n")

    say(f"seed {arguments.seed}; logs in {directory}")
    try:
        if arguments.breaker:
            code = breaker.run(directory, arguments.negawatt, arguments.seed, say)
        elif arguments.gateway:
            code = gateway.run(directory, arguments.negawatt, arguments.seed, arguments.gateway, say)
        elif arguments.points:
            code = points.run(
                directory, arguments.negawatt, arguments.seed, arguments.ways.split(","), arguments.only,
                arguments.seconds, arguments.malice, say)
        else:
            code = course.run(
                directory, arguments.negawatt, arguments.seed, arguments.minutes, arguments.nodes, arguments.every,
                arguments.rate, arguments.customers, arguments.malice, say)
    except Exception as error:
        traceback.print_exc()
        say(f"FAILED: {error or repr(error)}")
        code = 1
    how = "all agrees" if code == 0 else f"FAILED; logs, state files and Kafka's data are in {directory}"
    say(f"seed {arguments.seed}: {how}, after {time.monotonic() - began:.0f} s")
    if code == 0 and not arguments.keep:
        shutil.rmtree(directory, ignore_errors=True)
    sys.exit(code)


main()
