"""Ask this container's own web server how it is, as the proxy would: with the instance's host, and over https. Exit status 0 for 200."""

import http.client
import os
import sys
from urllib.parse import urlsplit

url = urlsplit(os.environ["COACHVAULT_URL"])
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
try:
    connection.request("GET", sys.argv[1], headers={"Host": url.netloc, "X-Forwarded-Proto": url.scheme})
    status = connection.getresponse().status
except OSError as no:
    sys.exit(f"no answer: {no.strerror or no}")
sys.exit(0 if status == 200 else f"{sys.argv[1]} answers {status}")
