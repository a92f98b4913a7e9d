"""Titles, opening sentences, statements of who signs, and the essentials in plain words."""

from consent.wordings.kinds import Cover, KeyPoint, Kind

LAW = KeyPoint(
    "law",
    "One exception",
    "In rare and grave cases the law may require a disclosure. It is then kept to what is strictly necessary and you are told as soon as possible.",
)
FREE = KeyPoint(
    "free",
    "You stay free",
    "You can decline this agreement, ask a question, sign it on paper, and end the coaching at any time.",
)
KEPT_A = KeyPoint(
    "kept",
    "Everything stays between us",
    "Your coach repeats nothing of what you say, to anyone, during the coaching and after it.",
)
KEPT_B = KeyPoint("kept", "Everything stays between us, always", KEPT_A.text)
DECIDE_A = KeyPoint(
    "decide",
    "You decide",
    "Something can be passed on only at your request or with your agreement, text by text, and you can take it back.",
)
DECIDE_B = KeyPoint(
    "decide",
    "Nothing is passed on",
    "No summary, to anyone, not even at your request. You remain free to speak of it yourself.",
)
PAYER_A = KeyPoint(
    "payer",
    "Paying gives no right to know",
    "An organisation that pays for the coaching receives only what you have agreed to. Without an answer from you it receives nothing.",
)
PAYER_B = KeyPoint(
    "payer",
    "Paying gives no right to know",
    "An organisation that pays for the coaching learns nothing from your coach of what happens in it.",
)
PRACTICAL = KeyPoint(
    "practical",
    "Sessions, price, cancelling",
    "The agreement says how many sessions, how long, where, at what price, who pays and how to cancel. Nothing else is asked of you.",
)
WITHDRAW = KeyPoint(
    "free",
    "You stay free",
    "You can decline, ask a question, sign on paper, and end it at any time. If you pay yourself, for yourself, you also have fourteen days to withdraw at no cost.",
)
ACCEPTS = "I have read this agreement in full and accept its terms. I agree to sign it online, by simple electronic signature."
KEEPS = "I undertake to keep what this agreement promises. I agree to sign it online, by simple electronic signature."

THREE_WAY_A = (
    KeyPoint(
        "kept",
        "You are the primary party",
        "The coaching is done for you. What you say in it stays between you and your coach; the organisation knows nothing of it.",
    ),
    KeyPoint(
        "decide",
        "You read before the organisation does",
        "A summary deals only with the goals agreed. You read it word for word, and nothing leaves without your agreement.",
    ),
    KeyPoint(
        "payer",
        "The organisation binds itself too",
        "It does not ask why, does not question you on the content, draws no consequence from a refusal and does not pass a summary round.",
    ),
    LAW,
    FREE,
)
FOR_THE_SPONSOR = (
    KeyPoint(
        "kept",
        "What you will always know",
        "That the coaching is open, that it has ended, and that the service owed has been given. What is said in a session stays there.",
    ),
    KeyPoint(
        "decide",
        "What you will be able to read",
        "Summaries on the goals agreed, once the person coached has read them first and allowed them word for word, for one person by name.",
    ),
    KeyPoint(
        "payer",
        "What the organisation undertakes",
        "Not to ask why, not to question on the content, to draw no consequence from a refusal, not to pass a summary round.",
    ),
    KeyPoint(
        "practical",
        "What it pays for",
        "The coaching as a whole. Payment depends neither on a summary nor on a permission.",
    ),
    KeyPoint(
        "free",
        "You are free to sign or not",
        "You can decline, ask a question or ask to sign on paper. Of this file you see nothing but this agreement.",
    ),
)
AMENDMENT_A = (
    KeyPoint("kept", "The promise remains", "Everything you have confided so far stays between you and your coach."),
    KeyPoint(
        "decide",
        "What changes",
        "You will be able to ask or agree that one exact text be passed on to one person. Nothing leaves without you.",
    ),
    KeyPoint(
        "payer",
        "The organisation that pays, if there is one",
        "It receives nothing by this amendment alone, and has nothing to ask of you.",
    ),
    LAW,
    KeyPoint(
        "free",
        "You stay free",
        "You can refuse this amendment and nothing in the coaching changes. If you want to go back, your coach will sign.",
    ),
)
AMENDMENT_B = (
    KeyPoint("kept", "Nothing is passed on any more", "To anyone, not even at your request. You remain free to speak of it yourself."),
    KeyPoint("decide", "What was allowed ends", "Copies still shown are destroyed. What has been read stays read."),
    KeyPoint("payer", "A three-way agreement in force ends", "The organisation learns so, without further explanation."),
    LAW,
    KeyPoint(
        "free",
        "You stay free",
        "You can refuse this amendment, ask a question, sign it on paper. The rest of the agreement does not change.",
    ),
)
ELSEWHERE_A = (
    KeyPoint("kept", "An agreement already signed", "Your coach says that you signed it together. The file is enclosed: open it."),
    KeyPoint("decide", "The promise declared", "Everything stays between you, except what you ask to have passed on."),
    KeyPoint("payer", "Paying gives no right to know", PAYER_A.text),
    LAW,
    KeyPoint("free", "You can say no", "If it is not what you signed, do not confirm. Nothing opens, and nothing else changes."),
)
ELSEWHERE_B = (
    ELSEWHERE_A[0],
    KeyPoint("decide", "The promise declared", "Everything stays between you, always. Nothing is passed on, not even at your request."),
    KeyPoint("payer", "Paying gives no right to know", PAYER_B.text),
    LAW,
    ELSEWHERE_A[4],
)

COVERS = {
    Kind.CONFIDENTIALITY: Cover(
        "Confidentiality agreement",
        "What we say to each other stays between us. This agreement says how, and what the law alone could change.",
        {"client": ACCEPTS, "coach": KEEPS},
        {"A": (KEPT_A, DECIDE_A, PAYER_A, LAW, FREE), "B": (KEPT_B, DECIDE_B, PAYER_B, LAW, FREE)},
    ),
    Kind.COACHING: Cover(
        "Coaching agreement",
        "What we shall do together, on what terms, and the confidentiality that I owe you.",
        {"client": ACCEPTS, "coach": KEEPS},
        {
            "A": (KEPT_A, DECIDE_A, PAYER_A, LAW, PRACTICAL, WITHDRAW),
            "B": (KEPT_B, DECIDE_B, PAYER_B, LAW, PRACTICAL, WITHDRAW),
        },
    ),
    Kind.THREE_WAY: Cover(
        "Three-way coaching agreement",
        "One person is coached, an organisation pays. This agreement says what each does, and what the organisation may know.",
        {
            "client": ACCEPTS,
            "coach": KEEPS,
            "sponsor": "I have read this agreement in full. I have the power to sign it for the organisation and bind the organisation to keep it. I agree to sign it online, by simple electronic signature.",
        },
        {"A": THREE_WAY_A, "sponsor": FOR_THE_SPONSOR},
    ),
    Kind.AMENDMENT: Cover(
        "Amendment",
        "This amendment changes the promise of confidentiality in our agreement. All the rest stays.",
        {
            "client": "I have read this amendment in full and accept its terms. I agree to sign it online, by simple electronic signature.",
            "coach": "I undertake to keep what this amendment promises. I agree to sign it online, by simple electronic signature.",
        },
        {"A": AMENDMENT_A, "B": AMENDMENT_B},
    ),
    Kind.ELSEWHERE: Cover(
        "Confirm an agreement signed elsewhere",
        "Your coach says that you have already signed an agreement together, on paper or by other means. Say whether that is so: without your confirmation, that agreement opens nothing here.",
        {
            "client": "I have opened the file enclosed. It is the agreement that I signed, on the date given, and it contains the promise described here.",
            "coach": "I declare that the file enclosed is a true and complete copy of the agreement that we signed, on the date given, and that it contains the promise described here.",
        },
        {"A": ELSEWHERE_A, "B": ELSEWHERE_B},
    ),
}
