"""The command line of scripts/context."""

import sys

from contexts import CHART, Catalogue


def fail(text, code=1):
    print(f"context: {text}", file=sys.stderr)
    sys.exit(code)


def main(words):
    catalogue = Catalogue()
    match words:
        case ["list"]:
            print("\n".join(catalogue.contexts))
        case ["inputs", context] if context in catalogue.contexts:
            print("\n".join(catalogue.inputs(context)))
        case ["rights"]:
            for who, which, words in catalogue.rights():
                print(who, which, *words)
        case ["chart"]:
            CHART.write_text(catalogue.chart())
        case ["check"]:
            if not CHART.exists() or CHART.read_text() != catalogue.chart():
                fail("helm/files/contexts.yaml is not what topics/ say: run scripts/context chart")
        case ["toy", *numbers]:
            import toy

            toy.prove(numbers, fail)
        case _:
            fail("see scripts/context --help", 2)


main(sys.argv[1:])
