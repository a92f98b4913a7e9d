"""The amendment, in both directions, and the confirmation of an agreement signed elsewhere."""

from consent.wordings.kinds import says

WORDS = {
    "amendment_subject": says(
        "What this amendment changes",
        'This amendment changes the agreement {base_reference}, signed on {base_date} between {coach}, coach, and {client}, the person coached. "I" means {coach}; "you" means {client}.',
        "Its articles replace those of the agreement that deal with the same matter.",
    ),
    "amendment_to_a": says(
        "What changes: you will be able to ask that something be passed on",
        "I keep confidential everything that I learn from you and about you. I pass none of it on to anyone, save in two cases: you ask me to, or recourse to the law is needed, as the agreement provides.",
        "What you ask for names one piece of information and one person. It is in writing and dated, and before anything leaves you read the exact text that will go. I may decline; I then tell you why.",
        "Until now I passed nothing on, not even at your request. This promise has no end, no more than the one it replaces.",
    ),
    "amendment_follows_a": says(
        "What follows from it",
        "This amendment passes nothing on by itself. Everything you have confided to me so far stays between us as long as you have not allowed one exact text for one person.",
        "Nobody can demand this amendment or a permission of you. If you wish to return to what held before, I sign the opposite amendment as soon as you ask me to.",
    ),
    "amendment_to_b": says(
        "What changes: nothing is passed on any more",
        "I keep confidential, at all times, everything that I learn and have learnt from you and about you. I pass none of it on to anyone. The only exception is recourse to the law, as the agreement provides.",
        "Until now something could be passed on at your request. From now on I pass nothing on, not even at your request or with your agreement. You remain free to speak of your coaching yourself, to whomever you like, and to receive from me what concerns you.",
        "To agree otherwise, we need a new amendment, signed by you and by me. This promise has no end.",
    ),
    "amendment_follows_b": says(
        "What follows from it",
        "As soon as this amendment takes effect, nothing is passed on any more. The permissions by which you let another person read something end, and the copies that were shown to them are destroyed. What has already been read cannot be taken back from memory.",
        "If a three-way agreement is in force for this coaching, it ends at the same time. The organisation learns that it has ended, without further explanation.",
    ),
    "amendment_rest": says(
        "What does not change",
        "All the rest of the agreement {base_reference} stays as we signed it, among it recourse to the law, how my notes are protected and how long they are kept, your rights, and the terms of the coaching.",
    ),
    "elsewhere_declaration": says(
        "What your coach declares",
        "{coach} declares having signed an agreement with {client} on {signed_date} and enclosing here a true and complete copy of it.",
    ),
    "elsewhere_a": says(
        "The promise that this agreement contains",
        "According to this declaration, your coach keeps everything confidential, except at your request or by recourse to the law.",
        "This tool will apply it as follows: nothing about you is passed on, shown, cited or recorded without a permission that you give here, separately, for one use and, if somebody receives it, one person by name. You can withdraw it at any time.",
    ),
    "elsewhere_b": says(
        "The promise that this agreement contains",
        "According to this declaration, your coach keeps everything confidential at all times, except by recourse to the law.",
        "This tool will apply it as follows: nothing is passed on to anyone, not even at your request, until you have both signed an amendment. A recording, or a note about your health, takes your permission and is kept for your coach's own use with you.",
    ),
    "elsewhere_answer": says(
        "Your answer",
        "Open the file enclosed. Confirm if it is the agreement that you signed, on that date, and if it contains this promise. Your confirmation changes nothing in that agreement and binds you to nothing new.",
        "If something does not match, do not confirm, and tell your coach what differs: nothing opens. If the agreement you signed protects you better than this page, it is the agreement that applies.",
    ),
}
