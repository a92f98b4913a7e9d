"""What the law owes to a person who pays for themselves (in France the Consumer Code, Code de la consommation)."""

from consent.wordings.kinds import says

WORDS = {
    "consumer_identity": says(
        "Who I am and how to reach me",
        "{coach}, coach, practising at this address: {coach_address}. Registration and VAT status: {coach_registration}. To reach me quickly and for any complaint: {coach_contact}.",
        "Before signing, you received the information that article L. 221-5 of the French Consumer Code provides for: what the coaching includes, its total price, how long it lasts, how to end it, your right to withdraw and recourse to a mediator. It stands in this agreement, of which you keep a copy. You can ask me for another at any time; if it is worth €120 or more, I archive it for ten years.",
    ),
    "consumer_withdrawal": says(
        "Your right to withdraw: fourteen days",
        "You can withdraw from this agreement within the fourteen days that follow the day on which it is concluded, that of the second signature, without giving a reason and at no cost (article L. 221-18 of the French Consumer Code). If the last day is a Saturday, a Sunday or a public holiday, the period runs to the next working day.",
        'You need only tell me before the period ends, in whichever way you choose: by the function "Withdraw from the contract here", found in your space until the period ends; with the model form at the end of this agreement; or by any other clear statement, by e-mail or by post. If you use the online function, you receive without delay an acknowledgement that repeats your statement, with the date and time at which it was sent.',
        'I refund everything you have paid, at the latest fourteen days after receiving your statement, by the means that you used to pay unless you accept another, and at no cost to you. One exception: what is owed for sessions already held at your express request (article "Beginning before the period ends").',
    ),
    "consumer_begin": says(
        "Beginning before the period ends",
        "Whatever the start date agreed, the coaching does not begin before the end of the period for withdrawing, unless you expressly ask for it. That request is a choice apart, which nothing ticks for you, and you can sign this agreement without making it.",
        "If you make it and then withdraw within the period, you owe only the part of the total price that corresponds to the sessions held up to the moment when you told me (article L. 221-25 of the French Consumer Code). If you did not make it, you owe nothing. Your right to withdraw ceases before the end of the period only if all the sessions have been held, as you acknowledge by making this request.",
    ),
    "consumer_mediator": says(
        "Complaint and mediator",
        "If we disagree, write to me first; I answer within a month. If my answer does not satisfy you, or if I do not answer, you can turn at no cost, within a year of your written complaint, to the consumer mediator for my practice (article L. 612-1 of the French Consumer Code): {mediator}.",
        "You are free to use it or not. It does not take away your right to go to court, that of your own home included. You choose what you tell the mediator of our sessions; for my part, I reveal nothing of what was said in them.",
    ),
    "withdrawal_form": says(
        "Model withdrawal form",
        "To be filled in and returned only if you wish to withdraw from the agreement.",
        "To {coach}, {coach_address}, {coach_contact}:",
        "I hereby give notice that I withdraw from my contract for the coaching service below.",
        "Contract concluded on: ______________________",
        "Name: ______________________",
        "Address: ______________________",
        "Signature (only if this form is sent on paper): ______________________",
        "Date: ______________________",
    ),
}
