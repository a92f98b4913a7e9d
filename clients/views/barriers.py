"""A barrier put by hand between two clients of one coach, and lifted again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.act import Refused
from accounts.doors import admits
from clients import actions
from clients.barriers import Barriers
from clients.forms import BarrierForm
from clients.models import Barrier, Client, Coach
from clients.views.coach import by_name


@require_http_methods(["GET", "POST"])
@admits(Coach)
def barrier_add(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Wall a client from another one of the coach's."""
    client = get_object_or_404(Client.objects.for_coach(coach), pk=pk)
    walled = Barriers(coach.pk).others(client.pk)
    rows = sorted(Client.objects.for_coach(coach).exclude(pk__in=walled | {client.pk}), key=by_name)
    form = BarrierForm(request.POST or None, others=[(str(row.pk), row.name) for row in rows])
    if request.method == "POST" and form.is_valid():
        other = next(row for row in rows if str(row.pk) == form.cleaned_data["other"])
        actions.add_barrier(client=client, other=other, reason=form.cleaned_data["reason"], by=coach)
        messages.success(request, _("From now on nothing shows one of them to the other."))
        return redirect("barrier_list")
    return render(request, "clients/barrier_form.html", {"form": form, "client": client, "others": rows})


@require_POST
@admits(Coach)
def barrier_lift(request: HttpRequest, coach: Coach, pk: UUID) -> HttpResponse:
    """Lift a barrier that was put by hand."""
    barrier = get_object_or_404(Barrier.objects.for_coach(coach), pk=pk)
    try:
        actions.lift_barrier(barrier=barrier, by=coach)
        messages.success(request, _("The barrier is lifted."))
    except Refused as no:
        messages.warning(request, str(no.sentence))
    return redirect("barrier_list")
