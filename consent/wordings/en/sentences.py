"""What each effect means, and what is wrong, in one sentence."""

EFFECTS = {
    ("wording", "A"): "Everything stays confidential, except at the request of the person coached or if the law requires it.",
    ("wording", "B"): "Nothing is passed on to anyone, not even at the request of the person coached; the law alone can require it.",
    ("naming", "consent"): "Naming the person coached takes a separate permission.",
    ("naming", "never"): "The person coached is never named.",
    ("reference", "consent"): "Citing them as a reference or quoting them takes a separate permission.",
    ("reference", "never"): "They are never cited as a reference.",
    ("sponsor_text", "consent"): "The organisation reads only the texts allowed one by one.",
    ("sponsor_text", "never"): "The organisation receives no text.",
    ("attendance", "consent"): "Dates, attendance and hours take a separate permission.",
    (
        "attendance",
        "minimum",
    ): "The organisation learns that the coaching is open, has ended, has been given; the rest takes a separate permission.",
    ("attendance", "never"): "The organisation learns neither dates, nor attendance, nor hours.",
    ("supervision", "consent"): "Speaking of the situation in supervision takes a separate permission.",
    ("supervision", "pseudonymised"): "The situation may be spoken of in supervision, under a pseudonym.",
    ("supervision", "never"): "The situation is not spoken of in supervision.",
    ("recordings", "consent"): "Recording takes a separate permission, asked for again each time.",
    ("recordings", "never"): "No session is recorded.",
    ("special_data", "consent"): "Noting health and other such personal information takes explicit consent.",
    ("barrier", "yes"): "Nothing passes from one coaching to another in the same organisation.",
    ("retention", "years"): "The notes are destroyed once the agreed time has passed.",
    ("listing", "yes"): "The organisation knows that the coaching takes place.",
    ("consumer_withdrawal", "14"): "The person coached has fourteen days to withdraw from the contract.",
    ("law", "yes"): "What the law requires is kept to what is strictly necessary, and recorded.",
}

PROBLEMS = {
    "three_way_b": "A three-way agreement cannot keep everything between two: choose wording A, or an agreement between two.",
    "three_way_alone": "A three-way agreement takes an organisation that pays for the coaching.",
    "cannot_meet": "“{first}” and “{second}” cannot stand in one agreement: their effects contradict each other.",
    "does_not_fit": "“{first}” does not fit this agreement as it is chosen.",
    "no_place": "This document has no place for an added article.",
    "no_title": "Give this article a title.",
    "no_body": "Write the text of this article.",
    "long_title": "The title has more than {most} characters.",
    "long_body": "The text has more than {most} characters.",
    "controls": "The text contains an invisible character that does not belong there. Type the passage again, or paste it without formatting.",
    "brace_in_title": "The title contains a brace. Write it without.",
    "brace": "The text contains a single brace. Write it without, or put a whole field such as {{client}}.",
    "unknown": "The field {{{first}}} does not exist for this agreement.",
}

DEFAULTS = {"code_of_conduct": "that of the professional body to which I belong"}
