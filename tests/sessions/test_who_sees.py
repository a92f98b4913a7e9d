"""“Who sees what?” shows what would really open: it follows each change of a policy, an agreement, a consent, a key, whoever made it."""

from __future__ import annotations

from tests.house.world import World


def test_smoke(cast):
    from tests.cast import signed_in

    world = World.of_anais(cast)
    camille, anais, helene = (signed_in(one.person) for one in (world.coach, world.client, world.contact))
    e = world.engagement.pk
    for b, path in [
        (camille, f"/coach/engagements/{e}/who-sees/"),
        (camille, f"/coach/engagements/{e}/who-sees/now/"),
        (camille, f"/coach/engagements/{e}/consents/who-sees/"),
        (camille, f"/coach/sessions/{world.session.pk}/who-sees/"),
        (camille, f"/coach/notes/{world.note.pk}/who-sees/"),
        (camille, f"/coach/summaries/{world.summary.pk}/who-sees/"),
        (camille, f"/coach/proposals/{world.proposal.pk}/who-sees/"),
        (camille, f"/coach/agreements/{world.agreement.pk}/who-sees/"),
        (camille, f"/coach/consents/{world.asked.pk}/who-sees/"),
        (camille, "/coach/who-sees/"),
        (anais, f"/client/engagements/{e}/who-sees/"),
        (anais, f"/client/engagements/{e}/who-sees/now/"),
        (anais, f"/client/summaries/{world.proposal.pk}/who-sees/"),
        (anais, f"/client/agreements/{world.agreement.pk}/who-sees/"),
        (anais, f"/client/authorisations/{world.asked.pk}/who-sees/"),
        (anais, "/client/who-sees/"),
        (helene, "/contact/who-sees/"),
        (helene, f"/contact/summaries/{world.disclosure.pk}/who-sees/"),
        (helene, f"/contact/agreements/{world.tripartite.pk}/who-sees/"),
        (camille, f"/coach/engagements/{e}/"), (anais, "/client/"), (helene, "/contact/"), (camille, "/accounts/settings/"),
    ]:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext
        import time
        b.get(path)
        with CaptureQueriesContext(connection) as q:
            t = time.perf_counter()
            answer = b.get(path)
            t = time.perf_counter() - t
        print(path, answer.status_code, len(q), round(t * 1000), "ms")
        open(f"/tmp/ws/{path.strip('/').replace('/', '_')}.html", "w").write(answer.content.decode())
        assert answer.status_code == 200, path
