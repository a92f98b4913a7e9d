"""The three-way agreement: "the coach", "the person coached", "the organisation"."""

from consent.wordings.kinds import says

WORDS = {
    "three_way_parties": says(
        "The parties and their place",
        'This agreement binds {coach}, below "the coach"; {client}, below "the person coached"; and {organisation}, below "the organisation", for which these people sign: {sponsor_signatories}.',
        "The person coached is the primary party: the coaching is done for them and with them, with their free agreement. If they have signed another agreement with the coach, it stays in force; where the two differ or there is doubt, what best protects their confidentiality prevails.",
        "The organisation knows that this coaching takes place and what goals were agreed. It learns nothing of it but what this agreement provides for.",
    ),
    "three_way_nature": says(
        "What coaching is, and what it is not",
        "Coaching is a course of conversations that help the person coached to think, decide and act, so as to move towards their goals. It is not psychotherapy, treatment, training or legal advice, nor an assessment of the person or of their work.",
        "The coach brings skill, attention and the time agreed, and owes best efforts, not a result. The person coached alone remains the judge of their decisions and their acts.",
    ),
    "three_way_goals": says(
        "The goals agreed",
        "The parties have agreed on these goals: {goals}.",
        "They were settled with the person coached, who can ask to look at them again, and who can also work on other matters, which are no concern of the organisation.",
    ),
    "three_way_sessions": says(
        "The sessions, their start and end",
        "Number of sessions: {session_count}. Length of each session: {session_length}. The coach and the person coached set the dates.",
        "The coaching starts on {start_date}. It ends with the last session agreed, and on {end_date} at the latest. It is prolonged only in writing, signed by the three parties.",
    ),
    "three_way_room": says(
        "Where the sessions take place, and their privacy",
        "Place of the sessions: {place}.",
        "If the organisation provides the room, it can be shut, nobody can be heard or seen in it from outside, its booking mentions neither a name nor a reason, and nobody enters during the session. At a distance, the sessions pass through no tool that records or transcribes them.",
        "If these conditions are not met, the session is moved at no cost, and does not count as held.",
    ),
    "three_way_promise": says(
        "The promise of confidentiality",
        'The coach keeps confidential everything that the person coached confides and everything that the coaching teaches about them, towards the organisation as towards anybody else, save in two cases: the person coached asks for it, or recourse to the law is needed (article "Recourse to the law").',
        "The coach never makes use of it in their own interest. None of it reaches people close to the coach, people close to the person coached or their colleagues, or the press.",
        "This promise has no end: it goes on after the coaching is over, however it ends.",
    ),
    "three_way_channels": says(
        "Who may tell what to whom",
        "The coach tells the organisation nothing of the coaching beyond the summaries, the agreed minimum and the invoices, as this agreement describes them.",
        "The organisation may tell the coach what it expects of the coaching with regard to the goals agreed. It does so in the presence of the person coached, or gives them a copy. Anything said otherwise is reported to the person coached.",
        "The person coached tells the organisation what they like, when they like. The coach and the organisation speak of them only in their presence, or after they have been told and have accepted it.",
    ),
    "three_way_feedback": says(
        "The summaries",
        "A summary deals only with the goals agreed and, if there are any, with difficulties of the coaching relationship itself.",
        "The coach writes it for one person, by name. The person coached reads it first, word for word, as it will be read, and knows by whom. They allow it, ask for a change or refuse it. Without an answer from them nothing is passed on. They can withdraw their permission at any time, without giving a reason; what has already been read cannot be taken back from memory.",
        "A request for information from the organisation goes to the person coached, who answers it or not. The organisation accepts not knowing whether it was refused, withdrawn or left without an answer.",
    ),
    "three_way_attendance": says(
        "The agreed minimum",
        "The dates of the sessions, attendance and the number of hours are information too. They are given to the organisation only with a separate permission from the person coached, which says which of them, to whom and until when.",
        "Without it, for whatever reason, the organisation learns three things and no more: that the coaching is open, that it has ended, and that the service owed has been given.",
    ),
    "three_way_undertakings": says(
        "The undertakings of the organisation",
        "The organisation asks nobody why a summary or a permission was refused, withdrawn or left without an answer.",
        "It does not question the person coached on what was said in the sessions, neither directly nor through others.",
        "It draws no consequence from a refusal, a withdrawal or a silence, nor from the coaching ending: not for appraisal, not for pay, not for the post, not for the career.",
        "It keeps each summary to the person to whom it is addressed. It does not pass it on, does not copy it into a personnel file and does not use it for anything but the goals agreed.",
        "It has no access to notes and recordings, and asks for none. It has these undertakings kept by everybody who acts for it; they go on after the coaching is over.",
    ),
    "three_way_naming": says(
        "Naming the person coached or the organisation",
        "The coach does not name the person coached as a client or a reference without a separate permission from them, which says what, where and until when. The same holds for entering them in the log of hours that a professional body asks for. The organisation is named only with its own agreement. These permissions can be withdrawn at any time.",
        "For its part, the organisation does not make public that the person is being coached.",
    ),
}
