"""The parties, the promise and who pays. "I" is the coach, "you" the person coached."""

from consent.wordings.kinds import says

WORDS = {
    "parties": says(
        "Who signs this agreement",
        'This agreement binds {coach}, coach, and {client}, the person coached. "I" means {coach}; "you" means {client}.',
        "It applies to the coaching that we do together: our sessions, what we exchange between them, the documents you entrust to me, and the very fact that you are being coached.",
    ),
    "promise_a": says(
        "My promise of confidentiality",
        'I keep confidential everything that I learn from you and about you. I pass none of it on to anyone, save in two cases: you ask me to, or recourse to the law is needed (article "Recourse to the law").',
        "What you ask for names one piece of information and one person. It is in writing and dated, and before anything leaves you read the exact text that will go. I may decline; I then tell you why.",
        "This promise has no end: it goes on after the coaching is over, however it ends.",
    ),
    "promise_b": says(
        "My promise of confidentiality",
        'I keep confidential, at all times, everything that I learn from you and about you. I pass none of it on to anyone. The only exception is recourse to the law, in the cases and within the limits agreed (article "Recourse to the law").',
        "This promise goes further than the usual rule of the profession: I pass nothing on, not even at your request or with your agreement. You remain free to speak of your coaching yourself, to whomever you like, and to receive from me what concerns you.",
        "To agree otherwise, we need a written amendment, signed by you and by me. This promise has no end: it goes on after the coaching is over, however it ends.",
    ),
    "no_own_interest": says(
        "Nothing in my own interest",
        "I never use what I learn from you to my own advantage: not to make myself known, not for an article, a talk or a case study, not to win work or a credential, not to show off.",
        "None of it reaches people close to me, people close to you, your colleagues or the press.",
    ),
    "naming_a": says(
        "Naming you as a client or a reference",
        "I do not say that you are or were coached, and I do not name you as a reference. For that I need a separate permission from you, which says what (name, job, words), where and until when. If your organisation would be recognised, I need its agreement too.",
        "The same holds before I enter your name in the log of hours that a professional body asks of me: without your permission you are not in it.",
        "Refusing changes nothing in the coaching, and you can withdraw your permission at any time.",
    ),
    "naming_b": says(
        "Naming you as a client or a reference",
        "I tell nobody that you are or were coached, and I do not cite you as a reference, neither by your name, nor by your job, nor by your words. Between us this holds even if you allow it.",
        "I may count the hours I give you in order to account for my practice, with nothing that points to you.",
    ),
    "organisation_a": says(
        "The organisation that pays",
        "{organisation} pays for all or part of the coaching. That gives it access to nothing of what we say to each other. It is not a party to what we sign here and receives no copy of it.",
        "It receives only what you have agreed to, text by text: I show you each summary, you read it exactly as it will be read, you know by whom, and you allow it, ask for a change or refuse it. Without an answer from you nothing is passed on.",
        "You can withdraw a permission at any time, without giving a reason. What has already been read cannot be taken back from memory.",
    ),
    "no_summary": says(
        "The organisation receives no summary",
        "{organisation} pays for all or part of the coaching. That gives it access to nothing of what we say to each other. It is not a party to what we sign here and receives no copy of it.",
        "We agree that it receives no text about the coaching from me: no summary, no report, no opinion. To agree otherwise, we need a written amendment, signed by you and by me.",
    ),
    "attendance_a": says(
        "Dates, attendance and hours",
        "The dates of our sessions, your attendance and the number of hours are information too. I give them to the organisation only with a separate permission from you, which says which of them, to whom and until when.",
        "Whether you have given it or not, my invoices name the coaching as a whole, without the detail of the sessions.",
    ),
    "no_attendance": says(
        "No dates, no attendance, no hours",
        "I give the organisation neither the dates of our sessions, nor your attendance, nor the number of hours. My invoices name the coaching as a whole, without the detail of the sessions.",
        "To agree otherwise, we need a written amendment, signed by you and by me.",
    ),
    "organisation_b": says(
        "The organisation that pays",
        "{organisation} pays for all or part of the coaching. That gives it access to nothing of what we say to each other. It is not a party to what we sign here and receives no copy of it.",
        "I give it no summary, no report and no opinion, and neither dates, nor attendance, nor hours, not even at your request. My invoices name the coaching as a whole, without the detail of the sessions.",
    ),
    "payer_absent_a": says(
        "If an organisation paid one day",
        "No organisation pays for this coaching on the day of signature. Should that change, the one that pays would have access to nothing of what we say to each other.",
        "It would receive, text by text, only what you had allowed. The dates of our sessions, your attendance and the number of hours would take a separate permission.",
    ),
    "payer_absent_b": says(
        "If an organisation paid one day",
        "No organisation pays for this coaching on the day of signature. Should that change, the one that pays would have access to nothing of what we say to each other.",
        "It would receive from me no summary, no report and no opinion, and neither dates, nor attendance, nor hours, not even at your request.",
    ),
}
