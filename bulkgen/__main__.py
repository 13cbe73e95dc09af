"""The command line: `python -m bulkgen`."""

import sys

from bulkgen.cli.arguments import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
