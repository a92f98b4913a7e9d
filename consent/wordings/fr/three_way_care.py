"""Le contrat tripartite, suite : notes, supervision, loi, durée, prix, signature et fin."""

from consent.wordings.kinds import says

WORDS = {
    "three_way_notes": says(
        "La protection des notes",
        "Les notes de séance sont rangées dans un coffre que seul·e le ou la coach peut ouvrir. Ni l'organisation, ni un autre coach, ni qui administre le serveur ne les lisent par cet outil. Les notes sur papier sont rangées sous clé.",
        "Si des informations sur la personne accompagnée ont pu être lues par d'autres, le ou la coach le lui dit sans délai.",
    ),
    "three_way_recordings": says(
        "Les enregistrements",
        "Aucune séance n'est enregistrée, en son ou en image, sans une autorisation séparée de la personne accompagnée et de toute autre personne présente, redemandée au début de chaque enregistrement et qui peut être retirée à tout moment. Un enregistrement n'est jamais remis à l'organisation.",
    ),
    "three_way_no_recordings": says(
        "Aucun enregistrement",
        "Aucune séance n'est enregistrée, en son ou en image, par aucune des parties.",
    ),
    "three_way_special_data": says(
        "Les informations les plus personnelles",
        "La santé, la vie et l'orientation sexuelles, les origines, les opinions politiques, les convictions religieuses ou philosophiques et l'appartenance syndicale sont particulièrement protégées par la loi.",
        "Le ou la coach n'en note rien sans le consentement explicite de la personne accompagnée, demandé par un acte séparé de cette signature. Sans ce consentement, ces informations restent hors des notes ; s'il est retiré, elles en sont effacées. Elles ne figurent dans aucune synthèse.",
    ),
    "three_way_colleagues": says(
        "Les collègues et les autres personnes",
        "Le ou la coach peut accompagner d'autres personnes de l'organisation. L'identité de ces personnes n'est ni confirmée ni démentie, et rien ne passe d'un accompagnement à l'autre. L'organisation ne demande aucune comparaison entre elles.",
        "Ce que la personne accompagnée dit d'autres personnes est protégé de la même façon.",
    ),
    "three_way_supervision": says(
        "La supervision",
        "Le ou la coach fait superviser sa pratique par un autre professionnel, tenu lui aussi à la confidentialité et sans lien avec l'organisation. La situation de la personne accompagnée n'y est évoquée qu'avec une autorisation séparée de sa part, et sans rien qui permette de la reconnaître.",
    ),
    "three_way_pseudonymised_supervision": says(
        "La supervision, sous un pseudonyme",
        "Le ou la coach fait superviser sa pratique par un autre professionnel, tenu lui aussi à la confidentialité et sans lien avec l'organisation. Les parties conviennent que la situation de la personne accompagnée peut y être évoquée sous un pseudonyme, les noms de personnes et d'organisations étant remplacés, sans autre autorisation de sa part.",
        "Le ou la coach s'en abstient lorsque le nom retiré ne suffirait pas à la protéger.",
    ),
    "three_way_law": says(
        "Le recours à la loi",
        "Dans certains cas, la loi oblige le ou la coach à révéler une information ou l'y autorise : décision de justice ou réquisition d'une autorité, obligation de signalement, danger grave et immédiat pour la personne accompagnée ou pour autrui, défense de ses droits devant un juge.",
        "Seul le strict nécessaire est alors révélé, à la seule autorité ou au seul secours concerné, jamais à l'organisation à cette occasion. La personne accompagnée en est informée au préalable si la loi et les circonstances le permettent, sinon dès qu'elles le permettent, et une trace en est gardée.",
    ),
    "three_way_retention": says(
        "La durée de conservation et les données personnelles",
        "Les notes sont gardées pendant l'accompagnement, puis {years} au plus après la dernière séance. Elles sont ensuite détruites, copies de sauvegarde comprises, et la personne accompagnée en reçoit une attestation datée. Ce contrat et ses preuves de signature sont gardés cinq ans après la fin de l'accompagnement, ou plus longtemps si la loi le demande ; les factures, dix ans.",
        "Le ou la coach est responsable du traitement de ses notes et de ce qu'il faut pour mener l'accompagnement ; l'organisation l'est de ce qu'elle reçoit. Aucun des deux n'agit pour le compte de l'autre.",
        "La personne accompagnée peut demander à chacun d'eux l'accès à ses données, leur rectification ou leur effacement, en faire limiter l'usage, les recevoir sous une forme réutilisable ou s'opposer à leur usage, et retirer un consentement aussi simplement qu'elle l'a donné. La réponse vient dans le mois. Elle peut saisir la CNIL (3 place de Fontenoy, 75007 Paris, www.cnil.fr).",
    ),
    "three_way_price": says(
        "Le prix et son paiement",
        "Le prix total est de {total_price} hors taxes ; la taxe sur la valeur ajoutée s'y ajoute si elle est due. L'organisation le règle ainsi : {payment_terms}. La personne accompagnée ne doit rien. Tout retard de paiement entraîne, sans rappel, des pénalités égales à trois fois le taux de l'intérêt légal et une indemnité forfaitaire de 40 € pour frais de recouvrement.",
        "Les factures désignent l'accompagnement dans son ensemble, sans le détail des séances. Leur paiement ne dépend ni de la remise d'une synthèse, ni d'une autorisation de la personne accompagnée.",
    ),
    "three_way_cancelling": says(
        "Déplacer ou annuler une séance",
        "La personne accompagnée peut déplacer ou annuler une séance jusqu'à {cancel_notice} avant son début. Plus tard, la séance compte comme tenue, sauf maladie, accident ou autre empêchement imprévisible. L'organisation n'apprend ni l'annulation ni sa raison.",
        "Une séance annulée par le ou la coach est remplacée sans frais.",
    ),
    "three_way_insurance": says(
        "L'assurance",
        "La responsabilité civile professionnelle du ou de la coach est assurée auprès de : {insurance}.",
    ),
    "three_way_code": says(
        "Le code de déontologie",
        "Le ou la coach respecte le code de déontologie suivant : {code_of_conduct}. Son texte est remis à qui le demande.",
        "Si ce code, un article ajouté à ce modèle et la promesse de confidentialité ne disent pas la même chose, ce qui protège le mieux la personne accompagnée l'emporte.",
    ),
    "three_way_signature": says(
        "La signature électronique et sa preuve",
        "Les parties signent en ligne, par signature électronique simple, avec un dossier de preuve complet. Chaque signataire ouvre le texte depuis son espace, ou par un lien personnel et un code reçu par courriel, le lit, accepte une déclaration, puis écrit ou trace son nom.",
        "Le texte est fixé dans un document PDF au moment de son envoi ; une modification faite ensuite se verrait. Le dossier de preuve réunit ce document et son empreinte, les déclarations acceptées, les noms écrits ou tracés, la date et l'heure de chaque étape avec leur horodatage, l'adresse réseau, le navigateur et la langue, et la façon dont chaque signataire s'est identifié. Il est remis à chaque partie avec l'exemplaire signé, et peut être vérifié sans cet outil.",
        "Les parties acceptent ces éléments comme preuve ; chacune peut prouver le contraire par tout moyen. Chacune peut préférer signer sur papier, sans frais, en le disant avant de signer ici. Ce contrat prend effet à la dernière signature.",
    ),
    "three_way_ending": says(
        "Mettre fin, et faire une réclamation",
        "La personne accompagnée peut mettre fin à l'accompagnement à tout moment, sans donner de raison. Le ou la coach et l'organisation le peuvent en prévenant assez tôt pour que l'accompagnement puisse être conclu ; si l'organisation cesse de payer, elle le dit en même temps à la personne accompagnée et au ou à la coach. Les séances tenues jusque-là sont dues ; le reste est remboursé. L'organisation apprend que l'accompagnement a pris fin, jamais pourquoi.",
        "Ce contrat prend fin aussi si la personne accompagnée et le ou la coach conviennent entre eux que plus rien n'est transmis à personne. L'organisation en est informée, sans autre explication.",
        "La promesse de confidentialité et les engagements de l'organisation demeurent. Un différend est d'abord porté devant l'autre partie, puis, si l'on veut, devant l'organisme professionnel dont le ou la coach respecte le code de déontologie. Ce contrat est soumis au droit français.",
    ),
}
