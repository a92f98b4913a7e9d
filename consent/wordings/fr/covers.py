"""Titres, phrases d'ouverture, déclarations de qui signe, et l'essentiel en mots simples."""

from consent.wordings.kinds import Cover, KeyPoint, Kind

LAW = KeyPoint(
    "law",
    "Une seule exception",
    "La loi peut, dans de rares cas graves, imposer une révélation. Elle est alors limitée au strict nécessaire et vous en êtes informé·e dès que possible.",
)
FREE = KeyPoint(
    "free",
    "Vous restez libre",
    "Vous pouvez décliner ce contrat, poser une question, le signer sur papier, et mettre fin à l'accompagnement à tout moment.",
)
KEPT_A = KeyPoint(
    "kept",
    "Tout reste entre nous",
    "Votre coach ne répète rien de ce que vous dites, à personne, pendant et après l'accompagnement.",
)
KEPT_B = KeyPoint("kept", "Tout reste entre nous, toujours", KEPT_A.text)
DECIDE_A = KeyPoint(
    "decide",
    "Vous décidez",
    "Quelque chose ne peut être transmis qu'à votre demande ou avec votre accord, texte par texte, et vous pouvez le retirer.",
)
DECIDE_B = KeyPoint(
    "decide",
    "Rien n'est transmis",
    "Aucune synthèse, à personne, pas même à votre demande. Vous restez libre d'en parler vous-même.",
)
PAYER_A = KeyPoint(
    "payer",
    "Payer ne donne pas le droit de savoir",
    "Une organisation qui prend en charge l'accompagnement ne reçoit que ce que vous avez accepté. Sans réponse de votre part, elle ne reçoit rien.",
)
PAYER_B = KeyPoint(
    "payer",
    "Payer ne donne pas le droit de savoir",
    "Une organisation qui prend en charge l'accompagnement n'apprend rien de votre coach sur ce qui s'y passe.",
)
PRACTICAL = KeyPoint(
    "practical",
    "Séances, prix, annulation",
    "Le contrat dit combien de séances, combien de temps, où, à quel prix, qui paie et comment annuler. Rien d'autre ne vous est demandé.",
)
WITHDRAW = KeyPoint(
    "free",
    "Vous restez libre",
    "Vous pouvez décliner, poser une question, signer sur papier, et mettre fin à tout moment. Si vous payez vous-même, pour vous-même, vous avez en plus quatorze jours pour renoncer sans frais.",
)
ACCEPTS = "J'ai lu ce contrat en entier et j'en accepte les termes. J'accepte de le signer en ligne, par signature électronique simple."
KEEPS = "Je m'engage à tenir ce que promet ce contrat. J'accepte de le signer en ligne, par signature électronique simple."

THREE_WAY_A = (
    KeyPoint(
        "kept",
        "Vous êtes la partie principale",
        "L'accompagnement est mené pour vous. Ce que vous y dites reste entre vous et votre coach ; l'organisation n'en sait rien.",
    ),
    KeyPoint(
        "decide",
        "Vous lisez avant l'organisation",
        "Une synthèse ne porte que sur les objectifs convenus. Vous la lisez mot pour mot, et rien ne part sans votre accord.",
    ),
    KeyPoint(
        "payer",
        "L'organisation s'engage aussi",
        "Elle ne demande pas pourquoi, ne vous interroge pas sur le contenu, ne tire aucune conséquence d'un refus et ne fait pas circuler une synthèse.",
    ),
    LAW,
    FREE,
)
FOR_THE_SPONSOR = (
    KeyPoint(
        "kept",
        "Ce que vous saurez toujours",
        "Que l'accompagnement est ouvert, qu'il a pris fin, et que la prestation due a été fournie. Ce qui se dit en séance n'en sort pas.",
    ),
    KeyPoint(
        "decide",
        "Ce que vous pourrez lire",
        "Des synthèses sur les objectifs convenus, lorsque la personne accompagnée les a lues d'abord et autorisées mot pour mot, pour une personne désignée.",
    ),
    KeyPoint(
        "payer",
        "Ce à quoi l'organisation s'engage",
        "Ne pas demander pourquoi, ne pas interroger sur le contenu, ne tirer aucune conséquence d'un refus, ne pas faire circuler une synthèse.",
    ),
    KeyPoint(
        "practical",
        "Ce qu'elle paie",
        "L'accompagnement dans son ensemble. Le paiement ne dépend ni d'une synthèse ni d'une autorisation.",
    ),
    KeyPoint(
        "free",
        "Vous restez libre de signer ou non",
        "Vous pouvez décliner, poser une question ou demander à signer sur papier. Vous ne voyez de ce dossier que ce contrat.",
    ),
)
AMENDMENT_A = (
    KeyPoint("kept", "La promesse demeure", "Tout ce que vous avez confié jusqu'ici reste entre vous et votre coach."),
    KeyPoint(
        "decide",
        "Ce qui change",
        "Vous pourrez demander ou accepter qu'un texte précis soit transmis à une personne précise. Rien ne part sans vous.",
    ),
    KeyPoint(
        "payer", "L'organisation qui paie, s'il y en a une", "Elle ne reçoit rien du seul fait de cet avenant, et n'a rien à vous demander."
    ),
    LAW,
    KeyPoint(
        "free",
        "Vous restez libre",
        "Vous pouvez refuser cet avenant sans rien changer à l'accompagnement. Si vous voulez revenir en arrière, votre coach signera.",
    ),
)
AMENDMENT_B = (
    KeyPoint("kept", "Plus rien n'est transmis", "À personne, pas même à votre demande. Vous restez libre d'en parler vous-même."),
    KeyPoint("decide", "Ce qui était autorisé prend fin", "Les copies encore montrées sont détruites. Ce qui a été lu reste lu."),
    KeyPoint("payer", "Un contrat tripartite en vigueur prend fin", "L'organisation l'apprend, sans autre explication."),
    LAW,
    KeyPoint(
        "free",
        "Vous restez libre",
        "Vous pouvez refuser cet avenant, poser une question, le signer sur papier. Le reste du contrat ne change pas.",
    ),
)
ELSEWHERE_A = (
    KeyPoint("kept", "Un contrat déjà signé", "Votre coach indique que vous l'avez signé ensemble. Le fichier est joint : ouvrez-le."),
    KeyPoint("decide", "La promesse déclarée", "Tout reste entre vous, sauf ce que vous demandez de transmettre."),
    KeyPoint("payer", "Payer ne donne pas le droit de savoir", PAYER_A.text),
    LAW,
    KeyPoint(
        "free",
        "Vous pouvez dire non",
        "Si ce n'est pas ce que vous avez signé, ne confirmez pas. Rien ne s'ouvre, et rien d'autre ne change.",
    ),
)
ELSEWHERE_B = (
    ELSEWHERE_A[0],
    KeyPoint("decide", "La promesse déclarée", "Tout reste entre vous, toujours. Rien n'est transmis, pas même à votre demande."),
    KeyPoint("payer", "Payer ne donne pas le droit de savoir", PAYER_B.text),
    LAW,
    ELSEWHERE_A[4],
)

COVERS = {
    Kind.CONFIDENTIALITY: Cover(
        "Contrat de confidentialité",
        "Ce que nous nous disons reste entre nous. Ce contrat dit comment, et ce que la loi pourrait seule y changer.",
        {"client": ACCEPTS, "coach": KEEPS},
        {"A": (KEPT_A, DECIDE_A, PAYER_A, LAW, FREE), "B": (KEPT_B, DECIDE_B, PAYER_B, LAW, FREE)},
    ),
    Kind.COACHING: Cover(
        "Contrat d'accompagnement",
        "Ce que nous ferons ensemble, à quelles conditions, et la confidentialité que je vous dois.",
        {"client": ACCEPTS, "coach": KEEPS},
        {
            "A": (KEPT_A, DECIDE_A, PAYER_A, LAW, PRACTICAL, WITHDRAW),
            "B": (KEPT_B, DECIDE_B, PAYER_B, LAW, PRACTICAL, WITHDRAW),
        },
    ),
    Kind.THREE_WAY: Cover(
        "Contrat tripartite d'accompagnement",
        "Une personne est accompagnée, une organisation paie. Ce contrat dit ce que chacun fait, et ce que l'organisation peut savoir.",
        {
            "client": ACCEPTS,
            "coach": KEEPS,
            "sponsor": "J'ai lu ce contrat en entier. J'ai le pouvoir de le signer pour l'organisation et j'engage celle-ci à le tenir. J'accepte de le signer en ligne, par signature électronique simple.",
        },
        {"A": THREE_WAY_A, "sponsor": FOR_THE_SPONSOR},
    ),
    Kind.AMENDMENT: Cover(
        "Avenant",
        "Cet avenant change la promesse de confidentialité de notre contrat. Tout le reste demeure.",
        {
            "client": "J'ai lu cet avenant en entier et j'en accepte les termes. J'accepte de le signer en ligne, par signature électronique simple.",
            "coach": "Je m'engage à tenir ce que promet cet avenant. J'accepte de le signer en ligne, par signature électronique simple.",
        },
        {"A": AMENDMENT_A, "B": AMENDMENT_B},
    ),
    Kind.ELSEWHERE: Cover(
        "Confirmer un contrat signé ailleurs",
        "Votre coach indique avoir déjà signé un contrat avec vous, sur papier ou par un autre moyen. Dites si c'est bien le cas : sans votre confirmation, ce contrat n'ouvre rien ici.",
        {
            "client": "J'ai ouvert le fichier joint. C'est bien le contrat que j'ai signé, à la date indiquée, et il contient la promesse décrite ici.",
            "coach": "Je déclare que le fichier joint est la copie fidèle et complète du contrat que nous avons signé, à la date indiquée, et qu'il contient la promesse décrite ici.",
        },
        {"A": ELSEWHERE_A, "B": ELSEWHERE_B},
    ),
}
