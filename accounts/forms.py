"""What people type to sign in, to unlock and to choose a passphrase."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import passphrases, rates, turnstile
from accounts.models import User
from support.words import one_line


class LineField(forms.CharField):
    """One line, as a person types it: a name, a title. What cannot be seen or turns letters around is left out."""

    def to_python(self, value: Any) -> str:
        return one_line(super().to_python(value) or "")


class AddressField(forms.EmailField):
    """An e-mail address, as a person types it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("E-mail address"))
        kwargs.setdefault("widget", forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}))
        super().__init__(**kwargs)


class PassphraseField(forms.CharField):
    """A passphrase. Spaces at its ends do not count; nothing else is changed."""

    def __init__(self, *, new: bool = False, autofocus: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Passphrase"))
        attrs = {"autocomplete": "new-password" if new else "current-password", "spellcheck": "false", "autocapitalize": "none"}
        attrs |= {"autofocus": "autofocus"} if autofocus else {}
        kwargs.setdefault("widget", forms.PasswordInput(attrs=attrs))
        super().__init__(max_length=1024, **kwargs)


class SignInForm(LoginForm):
    """allauth's form. What was typed becomes a digest before allauth sees it, since allauth writes what it sees into sessions and counters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField()
        self.fields["password"] = PassphraseField()

    def clean_login(self) -> str:
        return User.username_of(self.cleaned_data["login"])


def _code_field(**kwargs: Any) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
    return forms.CharField(label=_("Code"), max_length=16, widget=forms.TextInput(attrs=attrs), **kwargs)


class CodeForm(AuthenticateForm):
    """The code of the second factor, or a spare one. Wrong tries make the next one wait, as for a passphrase; allauth's limit would count by network."""

    code = _code_field()

    def clean_code(self) -> str:
        code = "".join(str(self.cleaned_data["code"]).split())
        tries = f"code:{self.user.pk}"
        before = rates.wrong(tries)  # counted before it is judged, so that many at once gain nothing
        factors = Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN).order_by("-type")
        right = next((factor for factor in factors if factor.wrap().validate_code(code)), None)
        rates.wait(tries, before, alone=True)  # only now: a code that was right when it was sent would be too old after the wait
        if right is None:
            turnstile.tell("wrong code person", self.user.pk)
            raise get_adapter().validation_error("incorrect_code")
        rates.right(tries)
        right.user, self.authenticator = self.user, right
        return code


class FirstCodeForm(ActivateTOTPForm):
    """The first code of an app that was just set up."""

    code = _code_field(help_text=_("Six digits, new ones every thirty seconds."))

    def clean_code(self) -> str:
        self.cleaned_data["code"] = "".join(str(self.cleaned_data["code"]).split())
        return str(super().clean_code())


class MailedCodeForm(forms.Form):
    """The six digits that were mailed."""

    code = _code_field(help_text=_("Six digits, valid for 10 minutes."))

    def clean_code(self) -> str:
        return "".join(str(self.cleaned_data["code"]).split())


class PasskeyNameForm(forms.Form):
    """What a person calls a passkey."""

    name = forms.CharField(
        label=_("What do you call it?"),
        max_length=60,
        help_text=_("For example where it is kept: my phone, the blue key."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class UnlockForm(forms.Form):
    """The passphrase, once more."""

    password = PassphraseField(autofocus=True)


class NewPassphraseForm(forms.Form):
    """A new passphrase, typed twice."""

    passphrase = PassphraseField(
        new=True,
        label=_("Choose a passphrase"),
        help_text=_("At least 12 characters. A few words that mean something to you alone are better than one word with signs."),
    )
    again = PassphraseField(new=True, label=_("The same passphrase again"))

    def __init__(self, *args: Any, own: Iterable[str] = (), **kwargs: Any) -> None:
        """`own` are the person's name and address, which a passphrase is not made of."""
        super().__init__(*args, **kwargs)
        self._own = tuple(own)

    def clean_passphrase(self) -> str:
        typed = str(self.cleaned_data["passphrase"]).strip()
        if len(typed) < passphrases.SHORTEST:
            raise ValidationError(_("This passphrase is too short: at least 12 characters."))
        if passphrases.is_too_easy(typed, (*self._own, self.cleaned_data.get("name", ""))):
            raise ValidationError(
                _("This passphrase is too easy to guess: common words, your name or your address count for little. Add words of your own.")
            )
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("passphrase") and cleaned.get("again") and cleaned["passphrase"] != cleaned["again"].strip():
            self.add_error("again", _("The two passphrases are not the same."))
        return cleaned


class EnrolForm(NewPassphraseForm):
    """Who you are, and the passphrase that makes your vault."""

    name = LineField(
        label=_("Your first and last name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"})
    )
    field_order = ["name", "passphrase", "again"]


class AddressForm(forms.Form):
    """An address to which a link is sent."""

    address = AddressField()


class RecoverForm(NewPassphraseForm):
    """The recovery code, and the passphrase that replaces the lost one."""

    code = forms.CharField(
        label=_("Recovery code"),
        max_length=80,
        help_text=_("The eight groups of four on your recovery sheet."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    field_order = ["code", "passphrase", "again"]


class ChangePassphraseForm(NewPassphraseForm):
    """The passphrase in use, and the one that replaces it."""

    password = PassphraseField(label=_("Your passphrase now"))
    field_order = ["password", "passphrase", "again"]


class TwoGroupsForm(forms.Form):
    """Two groups of the recovery code, typed back: proof that the sheet is in the person's hands."""

    def __init__(self, *args: Any, groups: tuple[int, int], code: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups, self._code = groups, code.split("-")
        for number in groups:
            self.fields[f"group_{number}"] = forms.CharField(
                label=_("Group %(number)s") % {"number": number},
                max_length=8,
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in self.groups:
            typed = str(cleaned.get(f"group_{number}", "")).strip().upper().replace("0", "O").replace("1", "I")
            if typed and typed != self._code[number - 1]:
                self.add_error(f"group_{number}", _("This is not group %(number)s of your sheet.") % {"number": number})
        return cleaned


class SettingsForm(forms.Form):
    """What a person chooses for themselves."""

    name = LineField(
        label=_("Your first and last name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"})
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("fr", "Français"), ("en", "English")])
    has_shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_("Single keys such as ? and n. Esc Esc, which locks the vault, always works."),
    )
