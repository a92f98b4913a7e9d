"""The last articles: code of conduct, signature and proof, ending and complaints."""

from consent.wordings.kinds import says

WORDS = {
    "code_of_conduct": says(
        "The code of conduct I follow",
        "I keep to this code of conduct: {code_of_conduct}. I give you its text if you ask me for it.",
        "If that code, an article that I added to this template and my promise of confidentiality do not say the same, what protects you best prevails.",
    ),
    "signature": says(
        "Electronic signature and its proof",
        "We sign online, by simple electronic signature, with a full proof file. Each of us opens the text in their own space, or by a personal link and a code received by e-mail, reads it, accepts a statement, then types or draws a name.",
        "The text is fixed in a PDF document when it is sent; a change made afterwards would show. The proof file brings together that document and its fingerprint, the statements accepted, the names typed or drawn, the date and time of each step with their time-stamps, the network address, the browser and the language, and how each of us was identified. It is given to each of us with the signed copy, and can be checked without this tool.",
        "We accept these as proof; each of us may prove the contrary by any means. You may prefer to sign on paper: you need only ask me before signing here, at no cost.",
        "What we sign takes effect with the second signature.",
    ),
    "ending": says(
        "Ending, and making a complaint",
        "You can end the coaching at any time, without giving a reason, by writing to me. I can end it too, telling you early enough for us to bring it to a close. The promise of confidentiality remains.",
        "If something is not right, tell me first if you can. You can also turn to the professional body whose code of conduct I follow. French law governs this agreement; it takes from you no protection that the law gives you.",
    ),
}
