"""The care taken of what is said: notes, place, recordings, colleagues, supervision, law, time."""

from consent.wordings.kinds import says

WORDS = {
    "notes": says(
        "How my notes are protected",
        "My session notes are kept in a vault that I am the only person able to open. Neither the organisation that pays, nor another coach, nor whoever runs the server reads them through this tool. Notes on paper are kept under lock and key.",
        "No means is without flaw. If I find that information about you may have been read by others, I tell you without delay, with what I know and what I am doing about it.",
    ),
    "room": says(
        "Where we meet",
        "Where we meet, I see to it that nobody can hear us or read what is written: door shut, screen and papers out of sight. I arrange my appointments so that, as far as possible, you do not cross other people whom I coach.",
        "At a distance, I am in a closed room with nobody else, and I invite you to choose a place where you can speak freely.",
    ),
    "recordings": says(
        "Recordings",
        "No session is recorded, in sound or picture, without a separate permission from you and from anybody else who is present. It says what the recording is for, who may listen to it within the limits of my promise of confidentiality, and when it will be destroyed.",
        "I ask you again at the start of each recording, and you can stop it at any time. For your part, you do not record our sessions without my agreement.",
    ),
    "no_recordings": says(
        "No recording",
        "No session is recorded, in sound or picture, by you or by me. To agree otherwise, we need it in writing, signed by you and by me.",
    ),
    "special_data": says(
        "The most personal information",
        "What you tell me may touch on your health, your sex life or sexual orientation, your origins, your political opinions, your religious or philosophical beliefs, or your membership of a trade union. The law gives such information special protection.",
        "I note none of it without your explicit consent, for which I ask you by an act apart from this signature. If you refuse, I leave such information out of my notes. If you withdraw your consent, I note no more of it and erase what I had noted. The coaching goes on in the same way.",
    ),
    "colleagues": says(
        "Your colleagues and the people you speak of",
        "I may coach other people around you at work. I neither confirm nor deny who they are, and nothing passes from one coaching to another. If I cannot do both without harm to one, I decline the second without saying why.",
        "I protect what you tell me about other people in the same way.",
    ),
    "supervision_a": says(
        "My supervision",
        "I have my practice supervised by another professional, who is bound to confidentiality too. I speak of your situation there only with a separate permission from you, and with nothing by which you could be recognised.",
    ),
    "pseudonymised_supervision_a": says(
        "My supervision, under a pseudonym",
        "I have my practice supervised by another professional, who is bound to confidentiality too. We agree that I may speak of your situation there under a pseudonym, with the names of people and organisations replaced, without a further permission from you.",
        "I do not do so where taking the name away would not be enough to protect you. You can ask me at any time whether I did, and when.",
    ),
    "no_supervision_a": says(
        "Not a word about you in supervision",
        "I have my practice supervised by another professional. I speak there of my way of working, never of you or your situation, not even under a pseudonym.",
    ),
    "supervision_b": says(
        "My supervision",
        "I have my practice supervised by another professional. I speak there of my way of working, never of you or your situation.",
    ),
    "pseudonymised_supervision_b": says(
        "My supervision, under a pseudonym",
        "I have my practice supervised by another professional, who is bound to confidentiality too. We agree that I may speak of your situation there under a pseudonym, with the names of people and organisations replaced.",
        "Apart from recourse to the law, this is the only thing that may leave our relationship. I do not do so where taking the name away would not be enough to protect you. You can ask me at any time whether I did, and when.",
    ),
    "law": says(
        "Recourse to the law",
        "In some cases the law obliges or allows me to reveal something: the decision of a court or the order of an authority, a duty to report, a grave and immediate danger to you or to others, the defence of my own rights before a court.",
        "I then reveal no more than is strictly necessary, to the authority or the rescuers concerned alone. I tell you beforehand where the law and the circumstances allow, otherwise as soon as they do, and I keep a record of what was revealed, to whom, why and when.",
    ),
    "retention": says(
        "How long I keep what concerns you",
        "I keep my notes during the coaching, then for {years} at most after our last session. They are then destroyed, backup copies included, and you receive a dated attestation of it. If the law or a procedure obliges me to keep a note for longer, I tell you.",
        "What we sign and the proofs of signature are kept for five years after the end of the coaching, or longer if the law asks for it. Invoices are kept for ten years, as the law asks.",
    ),
    "your_data": says(
        "Your personal data",
        "I am the controller of your personal data. I use them to do the coaching that we have agreed on, to meet my legal duties, those of accounting among them, and, for everything else, with your consent.",
        "They go only to the people and in the cases named here. The providers that host this tool act on my instructions and are bound by contract to confidentiality.",
        "You can at any time ask for access to them, have them corrected or erased, have their use restricted, receive them in a form that can be used elsewhere, or object to their use. You can withdraw a consent as easily as you gave it. I answer within a month. You can also turn to the data-protection authority, in France the CNIL (3 place de Fontenoy, 75007 Paris, www.cnil.fr).",
    ),
}
