"""The coaching agreement, its practical side: what coaching is, sessions, period, price, cancelling."""

from consent.wordings.kinds import says

WORDS = {
    "coaching_parties": says(
        "Who signs this agreement",
        'This agreement binds {coach}, coach, and {client}, the person coached. "I" means {coach}; "you" means {client}.',
        "It says what we shall do together, on what terms, and what of it stays confidential: our sessions, what we exchange between them, the documents you entrust to me, and the very fact that you are being coached.",
    ),
    "nature": says(
        "What coaching is, and what it is not",
        "Coaching is a course of conversations that help you to think, decide and act, so as to move towards the goals that you choose. You decide what you bring to it and what you make of it.",
        "It is not psychotherapy, treatment or training, nor legal, medical or financial advice. If I see that another kind of help would serve you, I tell you, and you are free to seek it or not.",
    ),
    "means": says(
        "What each of us undertakes",
        "I bring my skill, my attention and the time agreed. I owe you my best efforts, not a result: that also depends on you and on circumstances.",
        "For your part, you come to the sessions, you tell me what suits you and what does not, and you alone remain the judge of your decisions and your acts.",
    ),
    "goals": says(
        "Your goals",
        "At the outset, you wish to work on this: {goals}.",
        "These goals are yours. You can change them at any time; we speak of them at the start of the coaching, half-way and at the end.",
    ),
    "sessions": says(
        "The sessions",
        "Number of sessions: {session_count}. Length of each session: {session_length}. Place: {place}.",
        "We set the dates together, from one session to the next or ahead of time.",
    ),
    "period": says(
        "Start and end",
        "The coaching starts on {start_date}. It ends with the last session agreed, and on {end_date} at the latest. We can prolong it in writing, signed by you and by me; it never renews itself.",
    ),
    "between_sessions": says(
        "Between sessions",
        "Between two sessions you can write to me. I answer as soon as I can, as a rule within two working days. What we write is covered by the same confidentiality and is not counted as a session.",
        "I am not an emergency service. In danger, call 112, or 15 in France; for thoughts of suicide, 3114 answers at any hour in France.",
    ),
    "price": says(
        "The price and its payment",
        "The total price is {total_price}, all taxes included. It is paid as follows: {payment_terms}. No other cost is asked of you without your written agreement.",
        "If the coaching stops earlier, only the sessions held are owed; what you paid ahead for the others is refunded within fourteen days.",
        "If a payment is late, I write to you first. Interest, at the legal rate, runs only from a formal notice to pay.",
    ),
    "without_price": says(
        "Coaching free of charge",
        "This coaching is free of charge. You owe me no price, no costs and nothing in return, not even a testimonial.",
    ),
    "price_organisation": says(
        "The price and its payment",
        "{organisation} pays the price of the coaching, on terms agreed with me apart from this. You owe me nothing.",
        "If the organisation stops paying, I tell you before anything else is decided. Nothing can be asked of you in its place without a new agreement that you sign.",
    ),
    "price_shared": says(
        "The price and its payment",
        "{organisation} pays part of the price, on terms agreed with me apart from this. Your share is {total_price} in total, all taxes included. It is paid as follows: {payment_terms}. No other cost is asked of you without your written agreement.",
        "If the coaching stops earlier, your share is owed only in proportion to the sessions held; what you paid beyond that is refunded within fourteen days. If the organisation stops paying, nothing can be asked of you in its place without a new agreement that you sign.",
        "If a payment is late, I write to you first. Interest, at the legal rate, runs only from a formal notice to pay.",
    ),
    "cancelling": says(
        "Moving or cancelling a session",
        "You can move or cancel a session up to {cancel_notice} before it starts. Later than that it counts as held, save for illness, an accident or another hindrance that you could not foresee.",
        "If it is I who cancel later than that, but for the same cases, the session is replaced, and I give you one more, at no cost to anybody.",
    ),
    "insurance": says(
        "My insurance",
        "My professional liability is insured with: {insurance}.",
    ),
}
