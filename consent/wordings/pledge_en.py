"""The pledge in English. "I" is the coach, "you" the person coached."""

from __future__ import annotations

from datetime import date

from consent.wordings.pledge import Part, PledgeTemplate, well_set

PARTS_1 = (
    Part(
        "what_it_is",
        "What coaching is",
        "Coaching accompanies you for a limited time towards a professional aim that you have chosen. I listen, I ask, I tell you what I notice; "
        "you think, you decide, you act.\n\n"
        "We put the aim into words together at the start, look on the way at how far we have come, and take stock at the end.",
    ),
    Part(
        "what_it_is_not",
        "What coaching is not",
        "It is not therapy. I make no diagnosis and I do not treat. If what you live through calls for a doctor, a psychologist or another "
        "professional, I say so, and we see together whether to go on, to wait or to stop.\n\n"
        "It is neither advice nor training: I do not tell you what to do and I do not decide for you. Nor is it an assessment: I give you no "
        "marks, and I give nobody an opinion of you.\n\n"
        "I put all my care into it. I cannot promise a result: it depends on you too, and on what surrounds you.",
        is_locked=True,
    ),
    Part(
        "course",
        "How it goes",
        "A first meeting, which commits you to nothing, lets us find out whether we want to work together. We then agree in writing on the aim, "
        "the number of sessions, how long they last and where they take place.\n\n"
        "Each session has its own subject, which you bring. Between two sessions there may be something to try or to observe. Halfway we look at "
        "where we stand; in the last session we take stock.",
    ),
    Part(
        "roles",
        "Who does what",
        "You choose what we talk about and what you make of it. You may decline a question or an exercise without explaining yourself.\n\n"
        "I hold the frame: the time, the place, the quiet, the confidentiality. I prepare the sessions, I am on time, and I tell you frankly when "
        "something troubles me or goes beyond what I can do.",
    ),
    Part(
        "commitments",
        "What I commit to",
        "I respect your choices, your convictions and your pace, without judging.\n\n"
        "I use nothing that I learn from you to my own advantage: not to make myself known, not for an article or a case study, not to win work. "
        "I do not name you as a reference without a separate permission from you.\n\n"
        "I do not take on coaching in which my interests or my ties could weigh on you. If such a conflict appears on the way, I tell you at once.\n\n"
        "I go on learning, and I offer only what I know how to do.",
    ),
    Part(
        "code",
        "The code that I follow",
        "I follow {code_of_conduct}. You may ask to read it at any time, and remind me of it if you think that I stray from it.\n\n"
        "Where that code and this pledge differ, whatever protects you better prevails.",
        is_locked=True,
    ),
    Part(
        "confidentiality",
        "What you confide to me",
        "What you tell me stays between us, during the coaching and after it, without end. That you are being coached at all is part of it.\n\n"
        "I may coach people whom you know. I neither confirm nor deny who anybody is, and nothing passes from one coaching to another. Nor does "
        "anything reach my family and friends, yours, your colleagues or the press.",
    ),
    Part(
        "payer",
        "If an organisation pays for the coaching",
        "Whoever pays has no access to anything that we say to each other. If our agreement allows a summary to be passed on, you first read it "
        "word for word, you know who will read it, and nothing leaves without your permission. No answer means no, and a no changes nothing in "
        "the coaching.\n\n"
        "You may withdraw a permission at any time. What has been read cannot be unread.",
    ),
    Part(
        "limits",
        "The limits of confidentiality",
        "The law may oblige or allow me to reveal something: a court's decision or an authority's demand, a duty to report, a serious and "
        "immediate danger to you or to others, the defence of my rights before a court. I then reveal only what is strictly necessary, and only to "
        "the authority concerned. I tell you beforehand if the law and the circumstances allow it, otherwise as soon as they do.\n\n"
        "There is no other limit than the law and, if our agreement provides for it, your own request, for one piece of information and one "
        "person.\n\n"
        "This confidentiality is a promise, kept by agreement. It does not have the force of the secrecy to which the law binds a doctor or a "
        "lawyer: a judge may hear me as a witness.",
        is_locked=True,
    ),
    Part(
        "notes",
        "My notes and your data",
        "I take notes to prepare what comes next. They are kept in a vault that I alone can open; my notes on paper are locked away. Nothing is "
        "recorded, in sound or image, without a separate permission from you.\n\n"
        "You may know at any time what I hold about you, receive a copy of it, have it corrected or erased. My notes are destroyed at the end of "
        "the time that we agree in writing.",
    ),
    Part(
        "supervision",
        "My supervision",
        "My practice is supervised: {supervision}. I talk there about how I work. Whoever supervises me is bound to confidentiality too.\n\n"
        "I bring up your situation only if our agreement allows it and you have given your permission, and with nothing by which you could be "
        "recognised.",
    ),
    Part(
        "cancelling",
        "Moving, cancelling, stopping",
        "A session can be moved or cancelled free of charge until two working days before it. Later, or without notice, it may be charged, unless "
        "something serious prevented you. If it is I who cancel, I offer another date at once and nothing is charged. Our agreement may provide "
        "otherwise; then it is the agreement that counts.\n\n"
        "You may end the coaching at any time, without giving a reason. So may I, early enough for us to conclude and, if you wish, to point you "
        "to somebody else.",
    ),
    Part(
        "complaint",
        "How to complain",
        "If something is not right, tell me, if you can: I listen, I answer in writing within fifteen days, and the coaching does not suffer for "
        "it.\n\n"
        "You may also turn to {complaint}. For your personal data you may turn to the data protection authority where you live (in France: CNIL, "
        "3 place de Fontenoy, 75007 Paris, www.cnil.fr). Nothing obliges you to come to me first, and your rights before the courts remain whole.",
        is_locked=True,
    ),
)

PLEDGE_1 = well_set(
    PledgeTemplate(
        version="1",
        language="en",
        published=date(2026, 11, 25),
        title="Coaching pledge",
        lead="What {coach} promises you, and what is good to know before you begin.",
        statement="I have received and read this pledge.",
        parts=PARTS_1,
    )
)
