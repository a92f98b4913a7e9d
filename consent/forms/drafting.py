"""What a coach chooses for an agreement. The fields follow from the kind: the library says what its clauses need filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from clients.models import Engagement, SponsorContact
from consent import documents, promises, tailoring, uploads, wordings
from consent.actions.agreements import Signer
from consent.documents import DEFAULT_YEARS, GAP, YEARS, Choices
from consent.models import Agreement, AgreementTemplate

Kind = Agreement.Kind
LARGEST_FILE: Final = 10 * 1024 * 1024
LONGEST_TEXT: Final = 1000
WITH_DEFAULT: Final = {"code_of_conduct"}  # the text has words of its own where a coach names none
LONG: Final = {"goals", "payment_terms", "mediator", "coach_address"}
GIVEN: Final = {"coach", "client", "organisation", "years", "sponsor_signatories", "base_reference", "base_date"}  # known without asking
LANGUAGES: Final = {"fr": "Français", "en": "English"}


class OtherLanguage(wordings.Incompatible):
    """The template chosen is written in another language than the agreement."""


class DraftForm(forms.Form):
    """What an agreement of one kind is to say."""

    language = forms.ChoiceField(label=_("Language of the agreement"), choices=list(LANGUAGES.items()))

    def __init__(self, *args: Any, kind: str, engagement: Engagement, is_preview: bool = False, **kwargs: Any) -> None:
        self.kind, self.engagement, self.is_preview = Kind(kind), engagement, is_preview
        self.promise = promises.in_force(engagement)
        mine = AgreementTemplate.objects.for_coach(engagement.coach).offered().filter(kind=kind)
        self.offered = {str(one.pk): one for one in mine}
        kwargs["initial"] = self._start()
        super().__init__(*args, **kwargs)
        self._add_wording()
        self._add_templates()
        if wordings.Kind(kind) in wordings.REGISTRY["years"].kinds:
            self.fields["years"] = _years()
        for name in self.asked:
            self.fields[name] = _field(wordings.REGISTRY[name])
        if self.kind == Kind.COACHING and engagement.sponsor_id:
            self.fields["client_pays"] = forms.BooleanField(required=False, label=_("My client pays a part of it, as a private person"))
        self._add_options()
        if self.kind == Kind.THREE_WAY:
            self._add_contacts()
        if self.kind == Kind.ELSEWHERE and not is_preview:
            self.fields["file"] = _file()

    @property
    def asked(self) -> list[str]:
        """What the clauses of this kind may need filled in, and only the coach knows."""
        return [name for name, one in wordings.REGISTRY.items() if self.kind.value in one.kinds and name not in GIVEN]

    def _start(self) -> dict[str, Any]:
        """What the form begins with: what this coach wrote last in an agreement of this kind, else the engagement's own facts."""
        start: dict[str, Any] = {"language": self.engagement.client.language, "years": DEFAULT_YEARS, "options": []}
        if self.engagement.planned_sessions:
            start["session_count"] = self.engagement.planned_sessions
        if self.kind in {Kind.CONFIDENTIALITY, Kind.COACHING}:
            start["wording"] = self.engagement.wording
        rows = Agreement.objects.for_coach(self.engagement.coach).filter(kind=self.kind).without_documents()
        last = rows.filter(engagement=self.engagement).order_by("-made_at").first() or rows.order_by("-made_at").first()
        if last is None:
            return start
        typed = dict(last.details.get("typed", {}))
        if last.engagement_id != self.engagement.pk:  # of another client only what is the coach's own
            typed = {name: value for name, value in typed.items() if name not in {"goals", "start_date", "end_date", "signed_date"}}
        start |= typed | {"years": last.details.get("years", DEFAULT_YEARS), "options": last.details.get("options", [])}
        return start | {"template": self._still_offered(last, start["language"])}

    def _still_offered(self, last: Agreement, language: str) -> str:
        """The version offered today of the template that the last agreement was made from, if it is in this language."""
        series = last.template.series if last.template else None
        return next((pk for pk, one in self.offered.items() if one.series == series and one.language == language), "")

    def _add_templates(self) -> None:
        """The coach's own templates of this kind, by language; CoachVault's text comes first."""
        groups = [
            (name, [(pk, f"{one.name} ({one.number})") for pk, one in self.offered.items() if one.language == language])
            for language, name in LANGUAGES.items()
        ]
        if self.offered or self.data.get("template"):  # one that was retired meanwhile is refused, not passed over
            self.fields["template"] = forms.ChoiceField(
                label=_("Template"),
                help_text=_("A template of yours brings its own clauses, and its choice among the optional ones."),
                required=False,
                choices=[("", _("CoachVault’s own text")), *[(name, rows) for name, rows in groups if rows]],
                error_messages={"invalid_choice": _("This template is no longer offered. Choose another one.")},
            )

    def _add_wording(self) -> None:
        if self.kind in {Kind.CONFIDENTIALITY, Kind.COACHING, Kind.ELSEWHERE}:
            self.fields["wording"] = forms.ChoiceField(label=_("Wording"), choices=Engagement.Wording.choices, widget=forms.RadioSelect)

    def _add_options(self) -> None:
        language = get_language() or "fr"
        template = wordings.current(wordings.Kind(self.kind), language)
        clauses = [wordings.find_clause(item.code, item.version, template.language) for item in template.clauses if item.is_optional]
        fitting = [one for one in clauses if one.is_paid_for in (None, bool(self.engagement.sponsor_id))]
        if fitting:
            self.fields["options"] = forms.MultipleChoiceField(
                label=_("Clauses to add, or to put in place of others"),
                required=False,
                choices=[(one.code, _option_label(one)) for one in fitting],
                widget=forms.CheckboxSelectMultiple,
            )

    def _add_contacts(self) -> None:
        rows = SponsorContact.objects.for_coach(self.engagement.coach).filter(sponsor=self.engagement.sponsor, left_at__isnull=True)
        self.contacts = sorted(rows, key=lambda one: one.name)
        self.fields["contacts"] = forms.MultipleChoiceField(
            label=_("Who signs for the organisation"),
            help_text=_("They sign after your client and before you, in the order of this list."),
            choices=[(str(one.pk), f"{one.name} ({one.get_role_display()})") for one in self.contacts],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose who signs for the organisation.")},
        )

    def clean_file(self) -> bytes:
        """The file as a PDF."""
        return uploads.read(self.cleaned_data["file"], largest=LARGEST_FILE)

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen clauses need; anything else may stay empty."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors or self.is_preview:
            return data
        try:
            clauses = documents.clauses_of(self.engagement, self.choices())
        except OtherLanguage as no:
            self.add_error("template", str(no))
            return data
        except wordings.Incompatible as no:
            raise forms.ValidationError(str(no)) from no
        for name in wordings.needed(clauses):
            has_default = name in WITH_DEFAULT and self.kind != Kind.THREE_WAY
            if name in self.fields and not has_default and data.get(name) in (None, ""):
                self.add_error(name, _("The text needs this."))
        if data.get("start_date") and data.get("end_date") and data["end_date"] < data["start_date"]:
            self.add_error("end_date", _("The end comes after the start."))
        return data

    def _given(self, name: str) -> Any:
        """What stands in a field: as sent and understood, else as it began."""
        if self.is_bound:
            return getattr(self, "cleaned_data", {}).get(name)
        return self.get_initial_for_field(self.fields[name], name) if name in self.fields else None

    def choices(self) -> Choices:
        """What was chosen; a gap where something is missing."""
        typed = {name: self._given(name) for name in self.asked}
        language = self._given("language") or "fr"
        template = self.offered.get(self._given("template") or "")
        options, own = self._applied(template, language)
        return Choices(
            kind=self.kind,
            wording=self._wording(),
            language=language,
            years=int(self._given("years") or DEFAULT_YEARS) if "years" in self.fields else 0,
            options=options,
            own=own,
            template=tailoring.reference(template) if template else {},
            values={name: _worded(name, value, language) for name, value in typed.items()} | self._known(language),
            typed={name: _kept(value) for name, value in typed.items() if value not in (None, "")},
            client_pays=bool(self._given("client_pays")),
            signers=[{"name": one.contact.name, "job": one.job} for one in self.signers()],
        )

    def _applied(self, template: AgreementTemplate | None, language: str) -> tuple[frozenset[str], Sequence[wordings.OwnClause]]:
        """The options and own clauses: the template's, or those chosen here. Raises `wordings.Incompatible`."""
        if template is None:
            return frozenset(self._given("options") or ()), ()
        if template.language != language:
            raise OtherLanguage(_("This template is in another language than the agreement. Choose the same for both."))
        is_paid_for = self.engagement.sponsor_id is not None
        situation = tailoring.Situation(self._wording(), is_paid_for, is_paid_for and bool(self._given("client_pays")))
        return tailoring.applied(template, situation)

    def _wording(self) -> str:
        if self.kind == Kind.THREE_WAY:
            return Engagement.Wording.A
        if self.kind == Kind.AMENDMENT:
            return Engagement.Wording.A if self.promise.wording == Engagement.Wording.B else Engagement.Wording.B
        return str(self._given("wording") or self.engagement.wording)

    def _known(self, language: str) -> dict[str, str]:
        """What an amendment and a three-way agreement say that nobody types."""
        if self.kind == Kind.AMENDMENT:
            before = promises.base(self.engagement)
            if before is None or before.in_force_at is None:
                return {}
            signed = wordings.REGISTRY["base_date"].worded(before.in_force_at, language)
            return {"base_reference": documents.reference(before), "base_date": signed}
        if self.kind == Kind.THREE_WAY:
            names = [f"{one.contact.name} ({one.job})" if one.job else one.contact.name for one in self.signers()]
            return {"sponsor_signatories": wordings.REGISTRY["sponsor_signatories"].worded(names, language) if names else GAP}
        return {}

    def signers(self) -> list[Signer]:
        """Who signs for the organisation, in order."""
        chosen = set(self._given("contacts") or ()) if "contacts" in self.fields else set()
        return [Signer(one, str(one.get_role_display())) for one in getattr(self, "contacts", []) if str(one.pk) in chosen]

    def document(self) -> bytes | None:
        """The file that was signed elsewhere."""
        file: bytes | None = self.cleaned_data.get("file") if self.kind == Kind.ELSEWHERE else None
        return file


def _worded(name: str, value: Any, language: str) -> str:
    """A typed value as the text says it; a gap for nothing."""
    if value in (None, ""):
        return GAP
    one = wordings.REGISTRY[name]
    if one.type == "money":
        value = int(Decimal(str(value)) * 100)
    elif one.type == "hours":
        value = int(value) * (60 if name == "cancel_notice" else 1)
    elif one.type == "date" and isinstance(value, str):
        value = date.fromisoformat(value)
    return one.worded(value, language)


def _kept(value: Any) -> Any:
    """A typed value as JSON keeps it."""
    return value if isinstance(value, (int, str)) else str(value)


def _years() -> forms.Field:
    return forms.TypedChoiceField(
        label=_("Notes are kept, after the last session"),
        coerce=int,
        choices=[(years, ngettext_lazy("%(years)s year", "%(years)s years", years) % {"years": years}) for years in YEARS],
    )


def _file() -> forms.Field:
    return forms.FileField(
        label=_("The agreement that you signed together"),
        help_text=_("A PDF, or one photograph (JPEG, PNG), of at most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": uploads.ACCEPTED}),
        error_messages={"required": _("Add the file that you signed together."), "empty": _("This file is empty.")},
    )


def _field(one: wordings.Placeholder) -> forms.Field:
    """The field by which a placeholder is filled in."""
    label = one.labels["en" if (get_language() or "fr").startswith("en") else "fr"]
    makers: Mapping[str, Any] = {
        "money": lambda: forms.DecimalField(
            label=label, required=False, min_value=0, max_value=1_000_000, decimal_places=2, help_text=_("In euros.")
        ),
        "number": lambda: forms.IntegerField(label=label, required=False, min_value=1, max_value=500),
        "hours": lambda: forms.IntegerField(
            label=label,
            required=False,
            min_value=1,
            max_value=1000,
            help_text=_("In hours.") if one.name == "cancel_notice" else _("In minutes."),
        ),
        "date": lambda: forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")),
    }
    text = forms.Textarea(attrs={"rows": 3}) if one.name in LONG else forms.TextInput()
    made: forms.Field = makers.get(one.type, lambda: forms.CharField(label=label, required=False, max_length=LONGEST_TEXT, widget=text))()
    return made


def _option_label(clause: wordings.Clause) -> str:
    sentence = " ".join(wordings.effect_sentences(dict(clause.effect), clause.language))
    return f"{clause.title}. {sentence}" if sentence else clause.title
