from consent import completing, documents, wordings
from pades import verifying, writing, proof
from django.utils import timezone
from tests.consent.agreements import *
def test_x(cast):
    own = [wordings.OwnClause(f"Article {number}", "\n\n".join(["Une phrase qui dure. " * 60] * 6)) for number in range(1, 26)]
    a = sent(cast.engagement(cast.anais), real=True, own=own)
    while a.state != "in_force": a = sign_next(a, real=True)
    now=timezone.now()
    import time; t=time.time()
    d = writing.close(a.signed_document, at=now, server="")
    print(len(a.document), len(d), time.time()-t)
    print(verifying.check(d, fields=completing.fields_of(a), at=now), time.time()-t)
