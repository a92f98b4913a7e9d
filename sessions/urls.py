"""Addresses of this room: the coach's day, engagements, sessions and notes; the client's home."""

from django.urls import path

from sessions.views import barriers, client, engagements, marks, meetings, notes, proposing, summaries, today, versions

urlpatterns = [
    path("coach/", today.today, name="today"),
    path("coach/engagements/<uuid:pk>/", engagements.engagement_page, name="engagement_page"),
    path("coach/engagements/<uuid:pk>/log/", engagements.engagement_log, name="engagement_log"),
    path("coach/engagements/<uuid:pk>/sessions/new/", meetings.session_add, name="session_add"),
    path("coach/barriers/", barriers.barrier_list, name="barrier_list"),
    path("coach/sessions/<uuid:pk>/", meetings.session_page, name="session_page"),
    path("coach/sessions/<uuid:pk>/edit/", meetings.session_edit, name="session_edit"),
    path("coach/sessions/<uuid:pk>/state/", meetings.session_state, name="session_state"),
    path("coach/sessions/<uuid:pk>/note/", meetings.note_start, name="note_start"),
    path("coach/notes/new/", today.note_new, name="note_new"),
    path("coach/notes/preview/", notes.note_preview, name="note_preview"),
    path("coach/notes/<uuid:pk>/", notes.note_page, name="note_page"),
    path("coach/notes/<uuid:pk>/write/", notes.note_write, name="note_write"),
    path("coach/notes/<uuid:pk>/finish/", notes.note_finish, name="note_finish"),
    path("coach/notes/<uuid:pk>/amend/", notes.note_amend, name="note_amend"),
    path("coach/notes/<uuid:pk>/delete/", notes.note_delete, name="note_delete"),
    path("coach/notes/<uuid:pk>/versions/", versions.note_versions, name="note_versions"),
    path("coach/notes/<uuid:pk>/versions/<int:version>/", versions.note_version, name="note_version"),
    path("coach/notes/<uuid:pk>/versions/<int:version>/restore/", versions.note_restore, name="note_restore"),
    path("client/", client.client_home, name="client_home"),
    path("client/engagements/<uuid:pk>/log/", client.client_log, name="client_log"),
    path("coach/engagements/<uuid:pk>/summaries/new/", summaries.summary_add, name="summary_add"),
    path("coach/summaries/<uuid:pk>/", summaries.summary_page, name="summary_page"),
    path("coach/summaries/<uuid:pk>/propose/", proposing.summary_propose, name="summary_propose"),
    path("coach/summaries/<uuid:pk>/check/", proposing.summary_check, name="summary_check"),
    path("coach/summaries/<uuid:pk>/preview/", summaries.summary_preview, name="summary_preview"),
    path("coach/summaries/<uuid:pk>/answer/", proposing.summary_take_answer, name="summary_take_answer"),
    path("coach/summaries/<uuid:pk>/hold/", summaries.summary_hold, name="summary_hold"),
    path("coach/summaries/<uuid:pk>/delete/", summaries.summary_delete, name="summary_delete"),
    path("coach/proposals/<uuid:pk>/", summaries.proposal_page, name="proposal_page"),
    path("coach/engagements/<uuid:pk>/people/", marks.marks, name="marks"),
    path("coach/people/<uuid:pk>/remove/", marks.mark_remove, name="mark_remove"),
    path("coach/names/<uuid:pk>/ask-again/", marks.name_ask_again, name="name_ask_again"),
    path("coach/words/", marks.own_words, name="own_words"),
]
