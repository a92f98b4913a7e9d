"""Les textes français. « Je » est le ou la coach, « vous » la personne accompagnée."""

from __future__ import annotations

from datetime import date

from consent.wordings.kinds import Clause, KeyPoint, Template, well_set

CLAUSES_1 = (
    Clause(
        "parties",
        "Qui signe ce contrat",
        (
            "Ce contrat lie {coach}, coach, et {client}, la personne accompagnée. « Je » désigne {coach} ; « vous » désigne {client}.",
            "Il s'applique à l'accompagnement que nous menons ensemble : nos séances, nos échanges entre les séances, les documents que vous me confiez et le fait même que vous êtes accompagné·e.",
        ),
    ),
    Clause(
        "promise_a",
        "Ma promesse de confidentialité",
        (
            "Je garde confidentiel tout ce que j'apprends de vous et sur vous. Je n'en communique rien à personne, sauf dans deux cas : vous me le demandez, ou la loi impose d'y recourir (article « Ce que la loi peut imposer »).",
            "Votre demande porte sur une information précise, pour une personne précise. Elle est écrite et datée. Je peux ne pas y donner suite ; je vous dis alors pourquoi.",
            "Cette promesse n'a pas de terme : elle continue après la fin de l'accompagnement.",
        ),
        wording="A",
    ),
    Clause(
        "promise_b",
        "Ma promesse de confidentialité",
        (
            "Je garde confidentiel, en toutes circonstances, tout ce que j'apprends de vous et sur vous. Je n'en communique rien à personne. La seule exception est le cas où la loi impose d'y recourir (article « Ce que la loi peut imposer »).",
            "Je ne transmets donc rien, pas même à votre demande. Vous restez libre de parler vous-même de votre accompagnement à qui vous voulez. Pour en convenir autrement, il faudrait un nouveau contrat, signé par vous et par moi.",
            "Cette promesse n'a pas de terme : elle continue après la fin de l'accompagnement.",
        ),
        wording="B",
    ),
    Clause(
        "no_own_interest",
        "Rien dans mon propre intérêt",
        (
            "Je n'utilise jamais ce que j'apprends de vous à mon profit : ni pour me faire connaître, ni pour un article, une conférence ou une étude de cas, ni pour obtenir un marché ou une accréditation, ni pour briller en société.",
            "Rien n'en parvient à mes proches, à vos proches, à vos collègues ou à la presse.",
        ),
    ),
    Clause(
        "naming",
        "Citer votre nom",
        (
            "Je ne dis pas que vous êtes ou avez été accompagné·e, et je ne vous cite pas en référence. Il me faudrait pour cela une autorisation séparée de votre part : quoi (nom, fonction, propos), où, jusqu'à quand. La refuser ne change rien à l'accompagnement, et vous pouvez la retirer à tout moment.",
        ),
    ),
    Clause(
        "organisation_a",
        "L'organisation qui prend en charge l'accompagnement",
        (
            "{organisation} prend en charge tout ou partie de l'accompagnement. Cela ne lui donne accès à rien de ce que nous nous disons. Elle n'est pas partie à ce contrat et n'en reçoit pas de copie.",
            "Elle ne reçoit que ce que vous avez accepté, texte par texte : je vous soumets chaque synthèse, vous la lisez telle qu'elle sera lue, vous savez par qui, et vous l'autorisez, la modifiez ou la refusez. Sans réponse de votre part, rien n'est transmis. Les dates, la présence et les heures sont aussi des informations : elles demandent leur propre autorisation.",
            "Vous pouvez retirer une autorisation à tout moment, sans donner de raison. Ce qui a déjà été lu ne peut pas être effacé des mémoires.",
        ),
        wording="A",
        is_paid_for=True,
    ),
    Clause(
        "organisation_b",
        "L'organisation qui prend en charge l'accompagnement",
        (
            "{organisation} prend en charge tout ou partie de l'accompagnement. Cela ne lui donne accès à rien de ce que nous nous disons. Elle n'est pas partie à ce contrat et n'en reçoit pas de copie.",
            "Je ne lui remets ni synthèse, ni compte rendu, ni appréciation. Mes factures ne disent rien du contenu des séances.",
        ),
        wording="B",
        is_paid_for=True,
    ),
    Clause(
        "private",
        "Si quelqu'un d'autre payait un jour",
        (
            "Aucune organisation ne prend en charge cet accompagnement au jour de la signature. Si cela changeait, celle qui paie n'aurait accès à rien de ce que nous nous disons, et ce contrat resterait le même.",
        ),
        is_paid_for=False,
    ),
    Clause(
        "colleagues",
        "Vos collègues et les personnes dont vous parlez",
        (
            "Je peux accompagner d'autres personnes de votre entourage professionnel. Je ne confirme ni ne démens l'identité de quiconque, et rien ne passe d'un accompagnement à l'autre.",
            "Je protège de la même façon ce que vous me dites d'autres personnes.",
        ),
    ),
    Clause(
        "supervision_a",
        "Ma supervision",
        (
            "Je fais superviser ma pratique par un autre professionnel, tenu lui aussi à la confidentialité. Je n'y évoque votre situation qu'avec une autorisation séparée de votre part, et sans rien qui permette de vous reconnaître.",
        ),
        wording="A",
    ),
    Clause(
        "supervision_b",
        "Ma supervision",
        (
            "Je fais superviser ma pratique par un autre professionnel. J'y parle de ma façon de travailler, jamais de vous ni de votre situation.",
        ),
        wording="B",
    ),
    Clause(
        "notes",
        "La protection de mes notes",
        (
            "Mes notes de séance sont rangées dans un coffre que je suis la seule personne à pouvoir ouvrir. Ni l'organisation qui paie, ni un autre coach, ni qui administre le serveur ne les lisent par cet outil. Mes notes sur papier sont rangées sous clé.",
            "Aucun moyen n'est sans faille. Si je constate que des informations qui vous concernent ont pu être lues par d'autres, je vous le dis sans délai, avec ce que je sais et ce que je fais.",
            "Aucune séance n'est enregistrée, en son ou en image, sans une autorisation séparée de votre part.",
        ),
    ),
    Clause(
        "law",
        "Ce que la loi peut imposer",
        (
            "Dans certains cas la loi m'oblige à révéler une information ou m'y autorise : décision de justice ou réquisition d'une autorité, obligation de signalement, danger grave et immédiat pour vous ou pour autrui, défense de mes droits devant un juge.",
            "Je ne révèle alors que le strict nécessaire, à la seule autorité concernée. Je vous en informe au préalable si la loi et les circonstances le permettent, sinon dès qu'elles le permettent, et je consigne ce qui a été révélé, à qui, pourquoi et quand.",
        ),
    ),
    Clause(
        "retention",
        "Combien de temps je garde ce qui vous concerne",
        (
            "Je garde mes notes pendant l'accompagnement, puis {years} au plus après notre dernière séance. Elles sont ensuite détruites. Ce contrat et sa preuve sont gardés cinq ans après la fin de l'accompagnement, et les factures aussi longtemps que la loi le demande.",
            "Vous pouvez demander à tout moment à savoir ce que je détiens sur vous, à en recevoir une copie, à le faire rectifier ou effacer. Je réponds dans le mois.",
        ),
    ),
    Clause(
        "signature",
        "La signature électronique et sa preuve",
        (
            "Nous signons ce contrat en ligne, par signature électronique simple : chacun écrit son nom et accepte une déclaration. Sont conservés comme preuve, pour chaque signature : le nom écrit, la déclaration acceptée, la date et l'heure, l'adresse réseau, le navigateur, la langue et l'empreinte du document.",
            "Nous convenons que ces éléments font preuve entre nous jusqu'à preuve du contraire. Vous pouvez préférer signer sur papier : il suffit de me le demander avant de signer ici, sans frais.",
            "Le contrat prend effet à la seconde signature. Chacun de nous en reçoit un exemplaire signé, accompagné de la preuve.",
        ),
    ),
    Clause(
        "end",
        "Mettre fin, et faire une réclamation",
        (
            "Vous pouvez mettre fin à l'accompagnement à tout moment, sans donner de raison ; moi aussi, en vous prévenant assez tôt pour que nous puissions conclure. La promesse de confidentialité demeure.",
            "Si quelque chose ne va pas, dites-le-moi d'abord si vous le pouvez. Vous pouvez aussi saisir l'association professionnelle dont je suis membre et, pour vos données personnelles, la CNIL (3 place de Fontenoy, 75007 Paris). Ce contrat est soumis au droit français.",
        ),
    ),
)

CONFIDENTIALITY_1 = well_set(
    Template(
        code="confidentiality",
        version="1",
        language="fr",
        published=date(2026, 11, 23),
        title="Contrat de confidentialité",
        lead="Ce que nous nous disons reste entre nous. Ce contrat dit comment, et ce que la loi pourrait seule y changer.",
        statements={
            "client": "J'ai lu ce contrat en entier et j'en accepte les termes. J'accepte de le signer en ligne.",
            "coach": "Je m'engage à tenir ce que promet ce contrat. J'accepte de le signer en ligne.",
        },
        key_points={
            "A": (
                KeyPoint(
                    "Tout reste entre nous",
                    "Votre coach ne répète rien de ce que vous dites, à personne, pendant et après l'accompagnement.",
                ),
                KeyPoint(
                    "Vous décidez",
                    "Quelque chose ne peut être transmis qu'à votre demande ou avec votre accord, texte par texte, et vous pouvez le retirer.",
                ),
                KeyPoint(
                    "Celui qui paie ne sait rien",
                    "Une organisation qui prend en charge l'accompagnement ne reçoit que ce que vous avez accepté. Sans réponse de votre part, elle ne reçoit rien.",
                ),
                KeyPoint(
                    "Une seule exception",
                    "La loi peut, dans de rares cas graves, imposer une révélation. Elle est alors limitée au strict nécessaire et vous en êtes informé·e dès que possible.",
                ),
                KeyPoint(
                    "Vous restez libre",
                    "Vous pouvez décliner ce contrat, poser une question, le signer sur papier, et mettre fin à l'accompagnement à tout moment.",
                ),
            ),
            "B": (
                KeyPoint(
                    "Tout reste entre nous, toujours",
                    "Votre coach ne répète rien de ce que vous dites, à personne, pendant et après l'accompagnement.",
                ),
                KeyPoint(
                    "Rien n'est transmis", "Aucune synthèse, à personne, pas même à votre demande. Vous restez libre d'en parler vous-même."
                ),
                KeyPoint(
                    "Celui qui paie ne sait rien", "Une organisation qui prend en charge l'accompagnement ne reçoit rien sur son contenu."
                ),
                KeyPoint(
                    "Une seule exception",
                    "La loi peut, dans de rares cas graves, imposer une révélation. Elle est alors limitée au strict nécessaire et vous en êtes informé·e dès que possible.",
                ),
                KeyPoint(
                    "Vous restez libre",
                    "Vous pouvez décliner ce contrat, poser une question, le signer sur papier, et mettre fin à l'accompagnement à tout moment.",
                ),
            ),
        },
        clauses=CLAUSES_1,
    )
)
