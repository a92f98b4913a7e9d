"""The three-way agreement, continued: notes, supervision, law, time, price, signature and end."""

from consent.wordings.kinds import says

WORDS = {
    "three_way_notes": says(
        "How the notes are protected",
        "The session notes are kept in a vault that the coach alone is able to open. Neither the organisation, nor another coach, nor whoever runs the server reads them through this tool. Notes on paper are kept under lock and key.",
        "If information about the person coached may have been read by others, the coach tells them without delay.",
    ),
    "three_way_recordings": says(
        "Recordings",
        "No session is recorded, in sound or picture, without a separate permission from the person coached and from anybody else who is present, asked for again at the start of each recording, and which can be withdrawn at any time. A recording is never handed to the organisation.",
    ),
    "three_way_no_recordings": says(
        "No recording",
        "No session is recorded, in sound or picture, by any of the parties.",
    ),
    "three_way_special_data": says(
        "The most personal information",
        "Health, sex life and sexual orientation, origins, political opinions, religious or philosophical beliefs and membership of a trade union are given special protection by the law.",
        "The coach notes none of it without the explicit consent of the person coached, asked for by an act apart from this signature. Without that consent, such information stays out of the notes; if it is withdrawn, it is erased from them. It stands in no summary.",
    ),
    "three_way_colleagues": says(
        "Colleagues and other people",
        "The coach may coach other people of the organisation. Who they are is neither confirmed nor denied, and nothing passes from one coaching to another. The organisation asks for no comparison between them.",
        "What the person coached says about other people is protected in the same way.",
    ),
    "three_way_supervision": says(
        "Supervision",
        "The coach's practice is supervised by another professional, who is bound to confidentiality too and has no tie with the organisation. The situation of the person coached is spoken of there only with a separate permission from them, and with nothing by which they could be recognised.",
    ),
    "three_way_pseudonymised_supervision": says(
        "Supervision, under a pseudonym",
        "The coach's practice is supervised by another professional, who is bound to confidentiality too and has no tie with the organisation. The parties agree that the situation of the person coached may be spoken of there under a pseudonym, with the names of people and organisations replaced, without a further permission from them.",
        "The coach does not do so where taking the name away would not be enough to protect them.",
    ),
    "three_way_law": says(
        "Recourse to the law",
        "In some cases the law obliges or allows the coach to reveal something: the decision of a court or the order of an authority, a duty to report, a grave and immediate danger to the person coached or to others, the defence of the coach's own rights before a court.",
        "No more is then revealed than is strictly necessary, to the authority or the rescuers concerned alone, never to the organisation on that occasion. The person coached is told beforehand where the law and the circumstances allow, otherwise as soon as they do, and a record is kept.",
    ),
    "three_way_retention": says(
        "How long things are kept, and personal data",
        "The notes are kept during the coaching, then for {years} at most after the last session. They are then destroyed, backup copies included, and the person coached receives a dated attestation of it. This agreement and its proofs of signature are kept for five years after the end of the coaching, or longer if the law asks for it; invoices, for ten years.",
        "The coach is the controller of the notes and of what it takes to do the coaching; the organisation is the controller of what it receives. Neither acts on behalf of the other.",
        "The person coached can ask each of them for access to their data, for correction or erasure, have their use restricted, receive them in a form that can be used elsewhere or object to their use, and withdraw a consent as easily as they gave it. The answer comes within a month. They can turn to the data-protection authority, in France the CNIL (3 place de Fontenoy, 75007 Paris, www.cnil.fr).",
    ),
    "three_way_price": says(
        "The price and its payment",
        "The total price is {total_price} without taxes; value-added tax is added if it is due. The organisation pays it as follows: {payment_terms}. The person coached owes nothing. Any late payment brings, without a reminder, penalties of three times the French legal rate of interest and a fixed sum of €40 for the cost of recovery.",
        "The invoices name the coaching as a whole, without the detail of the sessions. Their payment depends neither on a summary being handed over nor on a permission of the person coached.",
    ),
    "three_way_cancelling": says(
        "Moving or cancelling a session",
        "The person coached can move or cancel a session up to {cancel_notice} before it starts. Later than that the session counts as held, save for illness, an accident or another hindrance that could not be foreseen. The organisation learns neither of the cancelling nor of its reason.",
        "A session that the coach cancels is replaced at no cost.",
    ),
    "three_way_insurance": says(
        "Insurance",
        "The coach's professional liability is insured with: {insurance}.",
    ),
    "three_way_code": says(
        "The code of conduct",
        "The coach keeps to this code of conduct: {code_of_conduct}. Its text is given to whoever asks for it.",
        "If that code, an article added to this template and the promise of confidentiality do not say the same, what protects the person coached best prevails.",
    ),
    "three_way_signature": says(
        "Electronic signature and its proof",
        "The parties sign online, by simple electronic signature, with a full proof file. Each signatory opens the text in their own space, or by a personal link and a code received by e-mail, reads it, accepts a statement, then types or draws a name.",
        "The text is fixed in a PDF document when it is sent; a change made afterwards would show. The proof file brings together that document and its fingerprint, the statements accepted, the names typed or drawn, the date and time of each step with their time-stamps, the network address, the browser and the language, and how each signatory was identified. It is given to each party with the signed copy, and can be checked without this tool.",
        "The parties accept these as proof; each may prove the contrary by any means. Each may prefer to sign on paper, at no cost, by saying so before signing here. This agreement takes effect with the last signature.",
    ),
    "three_way_ending": says(
        "Ending, and making a complaint",
        "The person coached can end the coaching at any time, without giving a reason. The coach and the organisation can do so too, telling the others early enough for the coaching to be brought to a close; if the organisation stops paying, it tells the person coached and the coach at the same time. The sessions held until then are owed; the rest is refunded. The organisation learns that the coaching has ended, never why.",
        "This agreement also ends if the person coached and the coach agree between them that nothing is passed on to anybody any more. The organisation is told that it has ended, without further explanation.",
        "The promise of confidentiality and the undertakings of the organisation remain. A disagreement is first put to the other party, then, for those who wish, to the professional body whose code of conduct the coach follows. French law governs this agreement.",
    ),
}
