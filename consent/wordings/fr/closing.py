"""Les derniers articles : déontologie, signature et preuve, fin et réclamation."""

from consent.wordings.kinds import says

WORDS = {
    "code_of_conduct": says(
        "Le code de déontologie que je respecte",
        "Je respecte le code de déontologie suivant : {code_of_conduct}. Je vous en remets le texte si vous me le demandez.",
        "Si ce code, un article que j'ai ajouté à ce modèle et ma promesse de confidentialité ne disent pas la même chose, ce qui vous protège le mieux l'emporte.",
    ),
    "signature": says(
        "La signature électronique et sa preuve",
        "Nous signons en ligne, par signature électronique simple, avec un dossier de preuve complet. Chacun ouvre le texte depuis son espace, ou par un lien personnel et un code reçu par courriel, le lit, accepte une déclaration, puis écrit ou trace son nom.",
        "Le texte est fixé dans un document PDF au moment de son envoi ; une modification faite ensuite se verrait. Le dossier de preuve réunit ce document et son empreinte, les déclarations acceptées, les noms écrits ou tracés, la date et l'heure de chaque étape avec leur horodatage, l'adresse réseau, le navigateur et la langue, et la façon dont chacun s'est identifié. Il est remis à chacun de nous avec l'exemplaire signé, et peut être vérifié sans cet outil.",
        "Nous acceptons ces éléments comme preuve ; chacun peut prouver le contraire par tout moyen. Vous pouvez préférer signer sur papier : il suffit de me le demander avant de signer ici, sans frais.",
        "Ce que nous signons prend effet à la seconde signature.",
    ),
    "ending": says(
        "Mettre fin, et faire une réclamation",
        "Vous pouvez mettre fin à l'accompagnement à tout moment, sans donner de raison, en me l'écrivant. Je peux y mettre fin aussi, en vous prévenant assez tôt pour que nous puissions conclure. La promesse de confidentialité demeure.",
        "Si quelque chose ne va pas, dites-le-moi d'abord si vous le pouvez. Vous pouvez aussi saisir l'organisme professionnel dont je respecte le code de déontologie. Ce contrat est soumis au droit français ; il ne vous prive d'aucune protection que la loi vous donne.",
    ),
}
