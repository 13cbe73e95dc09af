"""`python -m bulkgen.demo` runs the demo server."""

import sys

from bulkgen.demo.serving import main

sys.exit(main(sys.argv[1:]))
