"""The first visit to a fresh server, when it is a link to /multitask, lands here.

Until some session has run app.py, Streamlit looks for a file of that name in pages/ and, finding none, greets the
visitor with "Page not found". So there is one, and it hands over to the router.
"""

import runpy

runpy.run_path("app.py")
