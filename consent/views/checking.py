"""A page where anyone can drop a PDF and learn whether it is exactly what was signed. The file is read in memory and stored nowhere."""

from __future__ import annotations

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import rates
from accounts.doors import Anyone, admits
from consent import checking
from pades import authority
from support.pdf import PdfFailed


class FileForm(forms.Form):
    """A PDF."""

    document = forms.FileField(
        label=_("The PDF to check"),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={"required": _("Choose a PDF of at most 12 MB."), "empty": _("This file is empty.")},
    )

    def clean_document(self) -> bytes:
        document: bytes = self.cleaned_data["document"].read(checking.LARGEST + 1)
        if len(document) > checking.LARGEST:
            raise forms.ValidationError(_("Choose a PDF of at most 12 MB."))
        return document


@require_http_methods(["GET", "POST"])
@admits(Anyone)
def verify_page(request: HttpRequest) -> HttpResponse:
    """Take a PDF and say what it is."""
    if request.method == "GET":
        return render(request, "consent/verify.html", {"form": FileForm()})
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "consent/verify.html", {"form": form}, status=422)
    if not rates.may_check_a_file(request):
        form.add_error("document", _("Many files were checked from your network. Please wait a minute."))
        return render(request, "consent/verify.html", {"form": form}, status=429)
    try:
        answer = checking.check(form.cleaned_data["document"], timezone.now())
    except PdfFailed:
        form.add_error("document", _("Too many files are being checked at this moment. Please try again in a minute."))
        return render(request, "consent/verify.html", {"form": form}, status=503)
    return render(request, "consent/verify.html", {"form": FileForm(), "answer": answer})


@require_GET
@admits(Anyone)
def revocation_list(request: HttpRequest, which: str) -> HttpResponse:
    """The revocation list of our root or of the authority below it, which signed PDFs name."""
    if which not in {"root", "issuing"}:
        raise Http404
    return HttpResponse(authority.crl(which, timezone.now()), content_type="application/pkix-crl")


@require_GET
@admits(Anyone)
def root_certificate(request: HttpRequest) -> HttpResponse:
    """Our root certificate, to be compared with the one in a proof file."""
    return HttpResponse(authority.root_certificate(), content_type="application/x-pem-file")
