"""The English texts. “I” is the coach, “you” the person coached."""

from __future__ import annotations

from datetime import date

from consent.wordings.kinds import Clause, KeyPoint, Template, well_set

CLAUSES_1 = (
    Clause(
        "parties",
        "Who signs this agreement",
        (
            'This agreement binds {coach}, coach, and {client}, the person coached. "I" means {coach}; "you" means {client}.',
            "It applies to the coaching that we do together: our sessions, what we exchange between them, the documents you entrust to me, and the very fact that you are being coached.",
        ),
    ),
    Clause(
        "promise_a",
        "My promise of confidentiality",
        (
            'I keep confidential everything that I learn from you and about you. I pass none of it on to anyone, save in two cases: you ask me to, or the law requires recourse to it (article "What the law may require").',
            "What you ask for names one piece of information and one person. It is in writing and dated. I may decline; I then tell you why.",
            "This promise has no end: it goes on after the coaching is over.",
        ),
        wording="A",
    ),
    Clause(
        "promise_b",
        "My promise of confidentiality",
        (
            'I keep confidential, at all times, everything that I learn from you and about you. I pass none of it on to anyone. The only exception is where the law requires recourse to it (article "What the law may require").',
            "So I disclose nothing, not even at your request. You remain free to speak of your coaching yourself, to whomever you like. To agree otherwise would take a new agreement, signed by you and by me.",
            "This promise has no end: it goes on after the coaching is over.",
        ),
        wording="B",
    ),
    Clause(
        "no_own_interest",
        "Nothing in my own interest",
        (
            "I never use what I learn from you to my own advantage: not to make myself known, not for an article, a talk or a case study, not to win work or a credential, not to shine in company.",
            "None of it reaches people close to me, people close to you, your colleagues or the press.",
        ),
    ),
    Clause(
        "naming",
        "Naming you",
        (
            "I do not say that you are or were coached, and I do not name you as a reference. That would take a separate permission from you: what (name, job, words), where, until when. Refusing it changes nothing in the coaching, and you can withdraw it at any time.",
        ),
    ),
    Clause(
        "organisation_a",
        "The organisation that pays",
        (
            "{organisation} pays for all or part of the coaching. That gives it access to nothing of what we say to each other. It is not a party to this agreement and receives no copy of it.",
            "It receives only what you have agreed to, text by text: I show you each summary, you read it exactly as it will be read, you know by whom, and you allow, change or refuse it. Without an answer from you nothing is passed on. Dates, attendance and hours are information too: they need a permission of their own.",
            "You can withdraw a permission at any time, without giving a reason. What has already been read cannot be taken back from memory.",
        ),
        wording="A",
        is_paid_for=True,
    ),
    Clause(
        "organisation_b",
        "The organisation that pays",
        (
            "{organisation} pays for all or part of the coaching. That gives it access to nothing of what we say to each other. It is not a party to this agreement and receives no copy of it.",
            "I give it no summary, no report and no opinion. My invoices say nothing of what the sessions were about.",
        ),
        wording="B",
        is_paid_for=True,
    ),
    Clause(
        "private",
        "If somebody else paid one day",
        (
            "No organisation pays for this coaching on the day of signature. Should that change, whoever pays would have access to nothing of what we say to each other, and this agreement would stay the same.",
        ),
        is_paid_for=False,
    ),
    Clause(
        "colleagues",
        "Your colleagues and the people you speak of",
        (
            "I may coach other people around you at work. I neither confirm nor deny who they are, and nothing passes from one coaching to another.",
            "I protect what you tell me about other people in the same way.",
        ),
    ),
    Clause(
        "supervision_a",
        "My supervision",
        (
            "I have my practice supervised by another professional, who is bound to confidentiality too. I speak of your situation there only with a separate permission from you, and with nothing by which you could be recognised.",
        ),
        wording="A",
    ),
    Clause(
        "supervision_b",
        "My supervision",
        ("I have my practice supervised by another professional. I speak there of my way of working, never of you or your situation.",),
        wording="B",
    ),
    Clause(
        "notes",
        "How my notes are protected",
        (
            "My session notes are kept in a vault that I am the only person able to open. Neither the organisation that pays, nor another coach, nor whoever runs the server reads them through this tool. Notes on paper are kept under lock and key.",
            "No means is without flaw. If I find that information about you may have been read by others, I tell you without delay, with what I know and what I am doing about it.",
            "No session is recorded, in sound or picture, without a separate permission from you.",
        ),
    ),
    Clause(
        "law",
        "What the law may require",
        (
            "In some cases the law obliges or allows me to reveal something: the decision of a court or the order of an authority, a duty to report, a grave and immediate danger to you or to others, the defence of my own rights before a court.",
            "I then reveal no more than is strictly necessary, to the authority concerned alone. I tell you beforehand where the law and the circumstances allow, otherwise as soon as they do, and I keep a record of what was revealed, to whom, why and when.",
        ),
    ),
    Clause(
        "retention",
        "How long I keep what concerns you",
        (
            "I keep my notes during the coaching, then for {years} at most after our last session. They are then destroyed. This agreement and its proof are kept for five years after the end of the coaching, and invoices for as long as the law requires.",
            "You can ask at any time what I hold about you, receive a copy of it, have it corrected or erased. I answer within a month.",
        ),
    ),
    Clause(
        "signature",
        "Electronic signature and its proof",
        (
            "We sign this agreement online, by simple electronic signature: each of us types a name and accepts a statement. Kept as proof of each signature: the name typed, the statement accepted, the date and time, the network address, the browser, the language and the fingerprint of the document.",
            "We agree that these are proof between us unless the contrary is shown. You may prefer to sign on paper: you need only ask me before signing here, at no cost.",
            "The agreement takes effect with the second signature. Each of us receives a signed copy together with the proof.",
        ),
    ),
    Clause(
        "end",
        "Ending, and making a complaint",
        (
            "You can end the coaching at any time, without giving a reason; so can I, telling you early enough for us to bring it to a close. The promise of confidentiality remains.",
            "If something is not right, tell me first if you can. You can also turn to the professional body I belong to and, for your personal data, to the data-protection authority of your country (in France the CNIL, 3 place de Fontenoy, 75007 Paris). French law governs this agreement.",
        ),
    ),
)

CONFIDENTIALITY_1 = well_set(
    Template(
        code="confidentiality",
        version="1",
        language="en",
        published=date(2026, 11, 23),
        title="Confidentiality agreement",
        lead="What we say to each other stays between us. This agreement says how, and what the law alone could change.",
        statements={
            "client": "I have read this agreement in full and accept its terms. I agree to sign it online.",
            "coach": "I undertake to keep what this agreement promises. I agree to sign it online.",
        },
        key_points={
            "A": (
                KeyPoint(
                    "Everything stays between us",
                    "Your coach repeats nothing of what you say, to anyone, during the coaching and after it.",
                ),
                KeyPoint(
                    "You decide",
                    "Something can be passed on only at your request or with your agreement, text by text, and you can take it back.",
                ),
                KeyPoint(
                    "Whoever pays knows nothing",
                    "An organisation that pays receives only what you have agreed to. Without an answer from you it receives nothing.",
                ),
                KeyPoint(
                    "One exception",
                    "In rare and grave cases the law may require a disclosure. It is then kept to what is strictly necessary and you are told as soon as possible.",
                ),
                KeyPoint(
                    "You stay free", "You can decline this agreement, ask a question, sign it on paper, and end the coaching at any time."
                ),
            ),
            "B": (
                KeyPoint(
                    "Everything stays between us, always",
                    "Your coach repeats nothing of what you say, to anyone, during the coaching and after it.",
                ),
                KeyPoint(
                    "Nothing is passed on", "No summary, to anyone, not even at your request. You remain free to speak of it yourself."
                ),
                KeyPoint("Whoever pays knows nothing", "An organisation that pays receives nothing about what it contains."),
                KeyPoint(
                    "One exception",
                    "In rare and grave cases the law may require a disclosure. It is then kept to what is strictly necessary and you are told as soon as possible.",
                ),
                KeyPoint(
                    "You stay free", "You can decline this agreement, ask a question, sign it on paper, and end the coaching at any time."
                ),
            ),
        },
        clauses=CLAUSES_1,
    )
)
