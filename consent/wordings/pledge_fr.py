"""La charte d'engagement en français. « Je » est le ou la coach, « vous » la personne accompagnée."""

from __future__ import annotations

from datetime import date

from consent.wordings.pledge import Part, PledgeTemplate, well_set

PARTS_1 = (
    Part(
        "what_it_is",
        "Ce qu'est le coaching",
        "Le coaching est un accompagnement limité dans le temps, qui vous aide à avancer vers un objectif professionnel que vous avez choisi. "
        "J'écoute, je questionne, je vous dis ce que je perçois ; vous réfléchissez, vous décidez, vous agissez.\n\n"
        "Nous formulons l'objectif ensemble au début, nous regardons en chemin où nous en sommes, et nous en faisons le bilan à la fin.",
    ),
    Part(
        "what_it_is_not",
        "Ce que le coaching n'est pas",
        "Ce n'est pas une thérapie. Je ne pose pas de diagnostic et je ne soigne pas. Si ce que vous vivez relève d'un médecin, d'un psychologue "
        "ou d'un autre professionnel, je vous le dis, et nous voyons ensemble s'il convient de poursuivre, d'attendre ou de nous arrêter.\n\n"
        "Ce n'est ni du conseil ni de la formation : je ne vous dis pas quoi faire et je ne décide pas à votre place. Ce n'est pas non plus une "
        "évaluation : je ne vous note pas, et je ne donne d'avis sur vous à personne.\n\n"
        "J'y mets tout mon soin. Je ne peux pas promettre un résultat : il dépend aussi de vous et de ce qui vous entoure.",
        is_locked=True,
    ),
    Part(
        "course",
        "Comment cela se passe",
        "Une première rencontre, qui n'engage à rien, nous permet de savoir si nous voulons travailler ensemble. Nous convenons ensuite par écrit "
        "de l'objectif, du nombre de séances, de leur durée et de leur lieu.\n\n"
        "Chaque séance a son sujet, que vous apportez. Entre deux séances, il peut y avoir quelque chose à essayer ou à observer. "
        "À mi-parcours nous faisons le point ; à la dernière séance, le bilan.",
    ),
    Part(
        "roles",
        "Qui fait quoi",
        "Vous choisissez ce dont nous parlons et ce que vous en faites. Vous pouvez refuser une question ou un exercice sans vous expliquer.\n\n"
        "Je tiens le cadre : le temps, le lieu, le calme, la confidentialité. Je prépare les séances, je suis à l'heure, et je vous dis "
        "franchement quand quelque chose me gêne ou dépasse ce que je sais faire.",
    ),
    Part(
        "commitments",
        "Mes engagements envers vous",
        "Je respecte vos choix, vos convictions et votre rythme, sans juger.\n\n"
        "Je n'utilise rien de ce que j'apprends de vous à mon profit : ni pour me faire connaître, ni pour un article ou une étude de cas, ni pour "
        "obtenir un marché. Je ne vous cite pas en référence sans une autorisation séparée de votre part.\n\n"
        "Je n'accepte pas un accompagnement dans lequel mes intérêts ou mes liens pourraient peser sur vous. Si un tel conflit apparaît en chemin, "
        "je vous le dis aussitôt.\n\n"
        "Je continue à me former, et je ne propose que ce que je sais faire.",
    ),
    Part(
        "code",
        "Le code que je respecte",
        "Je respecte {code_of_conduct}. Vous pouvez me demander de le lire à tout moment, et me le rappeler si vous pensez que je m'en écarte.\n\n"
        "Si ce code et cette charte diffèrent, ce qui vous protège le mieux l'emporte.",
        is_locked=True,
    ),
    Part(
        "confidentiality",
        "Ce que vous me confiez",
        "Ce que vous me dites reste entre nous, pendant l'accompagnement et après, sans limite de durée. Le fait même que vous êtes accompagné·e "
        "en fait partie.\n\n"
        "J'accompagne peut-être des personnes que vous connaissez. Je ne confirme ni ne démens l'identité de quiconque, et rien ne passe d'un "
        "accompagnement à l'autre. Rien n'en parvient non plus à mes proches, aux vôtres, à vos collègues ou à la presse.",
    ),
    Part(
        "payer",
        "Si une organisation prend en charge l'accompagnement",
        "Celle qui paie n'a accès à rien de ce que nous nous disons. Si notre contrat permet de lui transmettre une synthèse, vous la lisez d'abord "
        "mot pour mot, vous savez qui la lira, et rien ne part sans votre autorisation. Ne pas répondre vaut refus, et un refus ne change rien à "
        "l'accompagnement.\n\n"
        "Vous pouvez retirer une autorisation à tout moment. Ce qui a déjà été lu ne peut pas être effacé.",
    ),
    Part(
        "limits",
        "Les limites de la confidentialité",
        "La loi peut m'obliger à révéler une information ou m'y autoriser : décision de justice ou réquisition d'une autorité, obligation de "
        "signalement, danger grave et immédiat pour vous ou pour autrui, défense de mes droits devant un juge. Je ne révèle alors que le strict "
        "nécessaire, à la seule autorité concernée. Je vous en informe avant si la loi et les circonstances le permettent, sinon dès qu'elles le "
        "permettent.\n\n"
        "Il n'y a pas d'autre limite que la loi et, si notre contrat le prévoit, votre propre demande, pour une information précise et une "
        "personne précise.\n\n"
        "Cette confidentialité est une promesse, tenue par contrat. Elle n'a pas la force du secret auquel la loi oblige un médecin ou un avocat : "
        "un juge peut m'entendre comme témoin.",
        is_locked=True,
    ),
    Part(
        "notes",
        "Mes notes et vos données",
        "Je prends des notes pour préparer la suite. Elles sont rangées dans un coffre que je suis la seule personne à pouvoir ouvrir ; mes notes "
        "sur papier sont sous clé. Rien n'est enregistré, en son ou en image, sans une autorisation séparée de votre part.\n\n"
        "Vous pouvez savoir à tout moment ce que je détiens sur vous, en recevoir une copie, le faire rectifier ou effacer. Mes notes sont "
        "détruites au terme dont nous convenons par écrit.",
    ),
    Part(
        "supervision",
        "Ma supervision",
        "Ma pratique est supervisée : {supervision}. J'y parle de ma façon de travailler. La personne qui me supervise est tenue elle aussi à la "
        "confidentialité.\n\n"
        "Je n'y évoque votre situation que si notre contrat le permet et si vous l'avez autorisé, et sans rien qui permette de vous reconnaître.",
    ),
    Part(
        "cancelling",
        "Déplacer, annuler, arrêter",
        "Une séance se déplace ou s'annule sans frais jusqu'à deux jours ouvrés avant. Plus tard, ou sans prévenir, elle peut être due, sauf "
        "empêchement sérieux. Si c'est moi qui annule, je vous propose aussitôt une autre date et rien ne vous est compté. Notre contrat peut "
        "prévoir autre chose ; c'est alors lui qui vaut.\n\n"
        "Vous pouvez mettre fin à l'accompagnement à tout moment, sans donner de raison. Moi aussi, en vous prévenant assez tôt pour que nous "
        "puissions conclure et, si vous le souhaitez, vous orienter vers quelqu'un d'autre.",
    ),
    Part(
        "complaint",
        "Faire une réclamation",
        "Si quelque chose ne va pas, dites-le-moi, si vous le pouvez : je vous écoute, je vous réponds par écrit dans les quinze jours, et "
        "l'accompagnement n'en souffre pas.\n\n"
        "Vous pouvez aussi vous adresser à {complaint}. Pour vos données personnelles, vous pouvez saisir la CNIL (3 place de Fontenoy, 75007 Paris, "
        "www.cnil.fr). Rien ne vous oblige à passer d'abord par moi, et vos droits devant la justice restent entiers.",
        is_locked=True,
    ),
)

PLEDGE_1 = well_set(
    PledgeTemplate(
        version="1",
        language="fr",
        published=date(2026, 11, 25),
        title="Charte d'engagement",
        lead="Ce que {coach} vous promet, et ce qu'il est bon de savoir avant de commencer.",
        statement="J'ai reçu et lu cette charte.",
        parts=PARTS_1,
    )
)
