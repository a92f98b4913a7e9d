def test_coach(cast):
    from tests.cast import signed_in
    e = cast.engagement(cast.anais)
    b = signed_in(cast.camille.person)
    assert b.get("/").status_code in (302, 200)
    from clients.models import Engagement
    assert list(Engagement.objects.for_coach(cast.camille)) == [e]
    assert list(Engagement.objects.for_coach(cast.bruno)) == []
    assert list(Engagement.objects.for_client([cast.anais])) == [e]
    from vault import ledger
    assert list(ledger.verify_chain(cast.camille.practice_id)) == []
