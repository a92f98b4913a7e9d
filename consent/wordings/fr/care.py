"""Le soin pris de ce qui est dit : notes, lieu, enregistrements, collègues, supervision, loi, durée."""

from consent.wordings.kinds import says

WORDS = {
    "notes": says(
        "La protection de mes notes",
        "Mes notes de séance sont rangées dans un coffre que je suis la seule personne à pouvoir ouvrir. Ni l'organisation qui paie, ni un autre coach, ni qui administre le serveur ne les lisent par cet outil. Mes notes sur papier sont rangées sous clé.",
        "Aucun moyen n'est sans faille. Si je constate que des informations qui vous concernent ont pu être lues par d'autres, je vous le dis sans délai, avec ce que je sais et ce que je fais.",
    ),
    "room": says(
        "Le lieu de nos séances",
        "Là où nous nous rencontrons, je veille à ce que personne ne puisse nous entendre ni lire ce qui est écrit : porte fermée, écran et papiers à l'abri des regards. J'organise mes rendez-vous pour que vous ne croisiez pas, autant que possible, d'autres personnes que j'accompagne.",
        "À distance, je suis dans une pièce fermée, sans personne d'autre, et je vous invite à choisir un endroit où vous pouvez parler librement.",
    ),
    "recordings": says(
        "Les enregistrements",
        "Aucune séance n'est enregistrée, en son ou en image, sans une autorisation séparée de votre part et de toute autre personne présente. Elle précise à quoi l'enregistrement servira, qui peut l'écouter dans les limites de ma promesse de confidentialité, et quand il sera détruit.",
        "Je vous la redemande au début de chaque enregistrement, et vous pouvez l'arrêter à tout moment. De votre côté, vous n'enregistrez pas nos séances sans mon accord.",
    ),
    "no_recordings": says(
        "Aucun enregistrement",
        "Aucune séance n'est enregistrée, en son ou en image, ni par vous ni par moi. Pour en convenir autrement, il nous faut un écrit signé par vous et par moi.",
    ),
    "special_data": says(
        "Les informations les plus personnelles",
        "Ce que vous me dites peut toucher à votre santé, à votre vie ou à votre orientation sexuelle, à vos origines, à vos opinions politiques, à vos convictions religieuses ou philosophiques, ou à votre appartenance syndicale. La loi protège particulièrement ces informations.",
        "Je n'en note rien sans votre consentement explicite, que je vous demande par un acte séparé de cette signature. Si vous le refusez, je laisse ces informations hors de mes notes. Si vous le retirez, je n'en note plus rien et j'efface ce que j'avais noté. L'accompagnement continue de la même façon.",
    ),
    "colleagues": says(
        "Vos collègues et les personnes dont vous parlez",
        "Je peux accompagner d'autres personnes de votre entourage professionnel. Je ne confirme ni ne démens l'identité de quiconque, et rien ne passe d'un accompagnement à l'autre. Si je ne peux pas mener deux accompagnements sans nuire à l'un, je décline le second sans dire pourquoi.",
        "Je protège de la même façon ce que vous me dites d'autres personnes.",
    ),
    "supervision_a": says(
        "Ma supervision",
        "Je fais superviser ma pratique par un autre professionnel, tenu lui aussi à la confidentialité. Je n'y évoque votre situation qu'avec une autorisation séparée de votre part, et sans rien qui permette de vous reconnaître.",
    ),
    "pseudonymised_supervision_a": says(
        "Ma supervision, sous un pseudonyme",
        "Je fais superviser ma pratique par un autre professionnel, tenu lui aussi à la confidentialité. Nous convenons que je peux y évoquer votre situation sous un pseudonyme, les noms de personnes et d'organisations étant remplacés, sans autre autorisation de votre part.",
        "Je m'en abstiens lorsque le nom retiré ne suffirait pas à vous protéger. Vous pouvez me demander à tout moment si je l'ai fait, et quand.",
    ),
    "no_supervision_a": says(
        "Pas un mot de vous en supervision",
        "Je fais superviser ma pratique par un autre professionnel. J'y parle de ma façon de travailler, jamais de vous ni de votre situation, même sous un pseudonyme.",
    ),
    "supervision_b": says(
        "Ma supervision",
        "Je fais superviser ma pratique par un autre professionnel. J'y parle de ma façon de travailler, jamais de vous ni de votre situation.",
    ),
    "pseudonymised_supervision_b": says(
        "Ma supervision, sous un pseudonyme",
        "Je fais superviser ma pratique par un autre professionnel, tenu lui aussi à la confidentialité. Nous convenons que je peux y évoquer votre situation sous un pseudonyme, les noms de personnes et d'organisations étant remplacés.",
        "C'est, avec le recours à la loi, la seule chose qui puisse sortir de notre relation. Je m'en abstiens lorsque le nom retiré ne suffirait pas à vous protéger. Vous pouvez me demander à tout moment si je l'ai fait, et quand.",
    ),
    "law": says(
        "Le recours à la loi",
        "Dans certains cas, la loi m'oblige à révéler une information ou m'y autorise : décision de justice ou réquisition d'une autorité, obligation de signalement, danger grave et immédiat pour vous ou pour autrui, défense de mes droits devant un juge.",
        "Je ne révèle alors que le strict nécessaire, à la seule autorité ou au seul secours concerné. Je vous en informe au préalable si la loi et les circonstances le permettent, sinon dès qu'elles le permettent, et je consigne ce qui a été révélé, à qui, pourquoi et quand.",
    ),
    "retention": says(
        "Combien de temps je garde ce qui vous concerne",
        "Je garde mes notes pendant l'accompagnement, puis {years} au plus après notre dernière séance. Elles sont ensuite détruites, copies de sauvegarde comprises, et vous en recevez une attestation datée. Si la loi ou une procédure m'oblige à garder une note plus longtemps, je vous le dis.",
        "Ce que nous signons et les preuves de signature sont gardés cinq ans après la fin de l'accompagnement, ou plus longtemps si la loi le demande. Les factures sont gardées dix ans, comme la loi le demande.",
    ),
    "your_data": says(
        "Vos données personnelles",
        "Je suis responsable du traitement de vos données personnelles. Je m'en sers pour mener l'accompagnement dont nous sommes convenus, pour remplir mes obligations légales, notamment comptables, et, pour le reste, avec votre consentement.",
        "Elles ne sont communiquées qu'aux personnes et dans les cas prévus ici. Les prestataires qui hébergent cet outil agissent sur mes instructions et sont tenus, par contrat, à la confidentialité.",
        "Vous pouvez à tout moment demander à y accéder, à les faire rectifier ou effacer, à en limiter l'usage, à les recevoir sous une forme réutilisable, ou vous opposer à leur usage. Vous pouvez retirer un consentement aussi simplement que vous l'avez donné. Je réponds dans le mois. Vous pouvez aussi saisir la CNIL (3 place de Fontenoy, 75007 Paris, www.cnil.fr).",
    ),
}
