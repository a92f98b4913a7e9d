"""What people type about agreements and summaries. Plain forms that validate a dict."""

from consent.forms.drafting import DraftForm
from consent.forms.law import ConfirmForm, EntryForm, PapersForm, ReviewForm, TellForm
from consent.forms.requests import InformationForm
from consent.forms.signing import AnswerForm, CodeForm, DeclineForm, QuestionForm, SendForm, SignForm
from consent.forms.summaries import ApproveForm, ChangesForm, ShowAgainForm, SummaryForm
from consent.forms.templates import StartForm, TemplateForm
from consent.forms.wishes import DeclineWishForm, WishForm

__all__ = [
    "AnswerForm",
    "ApproveForm",
    "ChangesForm",
    "CodeForm",
    "ConfirmForm",
    "DeclineForm",
    "DeclineWishForm",
    "DraftForm",
    "EntryForm",
    "InformationForm",
    "PapersForm",
    "QuestionForm",
    "ReviewForm",
    "SendForm",
    "ShowAgainForm",
    "SignForm",
    "StartForm",
    "SummaryForm",
    "TellForm",
    "TemplateForm",
    "WishForm",
]
