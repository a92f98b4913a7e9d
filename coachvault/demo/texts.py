"""What is written in the demo. Each text holds a phrase of its own that occurs nowhere else, for the manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Text:
    """A text and its phrase. The phrase has no sign that a page would set otherwise."""

    text: str
    phrase: str

    def __post_init__(self) -> None:
        if self.phrase not in self.text:
            raise ValueError(f"the phrase does not stand in its text: {self.phrase}")


# engagement key: client, coach, title, objective, days since it was opened, sessions planned
TITLES: Final = {
    "anais": Text("Prise de poste à la logistique nord", "logistique nord"),
    "karim": Text("Conduire une équipe de nuit", "équipe de nuit"),
    "solene": Text("Retrouver un cap après la vente du cabinet", "vente du cabinet"),
    "solene2": Text("Suite du chemin, saison deux", "saison deux"),
    "tanguy": Text("Transmettre la brasserie familiale", "brasserie familiale"),
    "tanguy2": Text("Préparer la retraite du fondateur", "retraite du fondateur"),
    "oliver": Text("Stepping up to the regional role", "regional role"),
    "oliver2": Text("Speaking with more ease", "with more ease"),
    "priya": Text("Leading after the merger", "after the merger"),
    "priya2": Text("Second year as a director", "year as a director"),
}
OBJECTIVES: Final = {
    "anais": Text(
        "Déléguer sans perdre le fil, et poser un rythme tenable avec les trois chefs de quai.",
        "rythme tenable avec les trois chefs de quai",
    ),
    "karim": Text("Donner des retours clairs à une équipe que l’on croise peu.", "une équipe que l’on croise peu"),
    "solene": Text("Choisir entre deux projets avant le printemps.", "deux projets avant le printemps"),
    "solene2": Text("Tenir le nouveau rythme sans retomber dans les soirées de travail.", "retomber dans les soirées de travail"),
    "tanguy": Text("Fixer avec sa sœur qui décide de quoi.", "qui décide de quoi"),
    "tanguy2": Text("Dire les choses au fondateur avant l’été.", "au fondateur avant"),
    "oliver": Text("Learn to let the depot managers decide, and to be seen less in the yard.", "be seen less in the yard"),
    "oliver2": Text("Answer the board without a script.", "the board without a script"),
    "priya": Text("Bring two teams with two habits to one way of working.", "two teams with two habits"),
    "priya2": Text("Keep room for thinking in a full week.", "room for thinking in a full week"),
}
AGENDAS: Final = {
    "anais": Text("Relire la carte des acteurs puis choisir un premier chantier", "carte des acteurs puis choisir"),
    "karim": Text("Rejouer le briefing de vingt et une heures", "briefing de vingt et une heures"),
    "priya": Text("Map who still works by the old rules", "still works by the old rules"),
}
# Why two clients are walled by hand: for their coach alone
BARRIER: Final = Text("Belles-sœurs, elles dînent ensemble le dimanche", "elles dînent ensemble le dimanche")
# In the order of the sessions, by engagement
NOTES: Final[dict[str, list[Text]]] = {
    "anais": [
        Text(
            "## Première séance\n\nElle arrive en avance et parle vite. Elle décrit une **cartographie des irritants du quai quatre** qu’elle n’ose "
            "montrer à personne.\n\n- Ce qui pèse : les appels du soir\n- Ce qui tient : la confiance de deux chefs de quai sur trois\n\n"
            "Hypothèse à garder pour moi : elle attend une permission que personne ne lui donnera.",
            "cartographie des irritants du quai quatre",
        ),
        Text(
            "Séance plus calme. Elle a rendu deux dossiers à son adjoint et elle dort mieux. Elle nomme pour la première fois "
            "la peur de redevenir la petite dernière dans la salle de réunion. Silence long, utile.\n\n> « Je veux déléguer sans perdre le fil. »",
            "la peur de redevenir la petite dernière",
        ),
        Text(
            "Retour sur le comité. Elle a tenu sa place. Nous préparons la conversation avec son directeur ; elle répète trois versions et garde "
            "la plus courte. À surveiller : elle parle de démission dès que l’on évoque décembre.",
            "elle parle de démission dès que",
        ),
    ],
    "karim": [
        Text(
            "Il parle de la nuit comme d’un pays étranger. Son équipe le voit vingt minutes par jour. Il tient un carnet de griefs numérotés "
            "depuis mars et se demande quoi en faire. Nous décidons de le lire ensemble, une page à la fois.",
            "un carnet de griefs numérotés",
        ),
        Text(
            "Essai du retour en trois phrases. Il l’a fait avec l’agent le plus ancien, qui a souri pour la première fois. "
            "Reste la question de son père malade à Oran, dont il ne parle pas au travail.",
            "son père malade à Oran",
        ),
    ],
    "solene": [
        Text(
            "La vente est signée et rien ne bouge. Elle tient un **inventaire des matins sans réveil** et le trouve trop beau pour durer. "
            "Deux projets sur la table, aucun désir net.",
            "inventaire des matins sans réveil",
        ),
        Text(
            "Elle a visité l’atelier à Uzès. Sa voix change quand elle parle du bois. Nous restons longtemps sur "
            "l’idée de décevoir son associée d’hier. Pas de conclusion, et c’est bien.",
            "décevoir son associée",
        ),
    ],
    "tanguy": [
        Text(
            "Première rencontre à la brasserie, porte fermée. Il mime la scène du conseil où sa sœur a posé les clés sur la table. "
            "Colère ancienne, bien tenue. Il demande si tout cela restera entre nous : oui.",
            "posé les clés sur la table",
        )
    ],
    "oliver": [
        Text(
            "First session. He keeps **a ledger of favours owed at the depot** in his head and it tires him. He laughs when I ask who else reads it.\n\n"
            "- What he wants: fewer calls after eight\n- What he fears: being thought soft",
            "a ledger of favours owed at the depot",
        ),
        Text(
            "He let the Leeds manager decide and went for a walk. It held. We speak of his brother who was passed over twice, "
            "and of what winning costs in a family.",
            "his brother who was passed over twice",
        ),
    ],
    "priya": [
        Text(
            "She draws the two teams as two rivers. The old plant meets on Mondays, the new one never. She is worried about "
            "the Thursday rumour about her predecessor and does not want to chase it.",
            "the Thursday rumour about her predecessor",
        ),
        Text(
            "Good energy. The joint planning worked on the second try. She says she rehearsed leaving in the car park, then went in "
            "and stayed until the end. We keep that for next time.",
            "she rehearsed leaving in the car park",
        ),
    ],
}
ADDITIONS: Final = {
    ("karim", 1): Text(
        "Ajout : l’ancien m’a été décrit en détail, son divorce et ses nuits au dépôt. Rien de tout cela n’est à Karim.",
        "son divorce et ses nuits au dépôt",
    ),
    ("anais", 1): Text("Ajout : elle m’a écrit que le mot juste était la fatigue des seconds rôles.", "la fatigue des seconds rôles"),
    ("priya", 0): Text("Addition: the rumour came up again at the very end, as a joke about umbrellas.", "as a joke about umbrellas"),
}
# The goals of three-way agreements: for all who sign
GOALS: Final = {
    "anais": Text(
        "Installer un relais de fin de poste entre les trois quais, et le tenir sans rappel pendant un trimestre.",
        "relais de fin de poste entre les trois quais",
    ),
    "karim": Text("Donner à chacun deux retours par semaine, écrits et brefs.", "deux retours par semaine, écrits et brefs"),
    "oliver": Text("Let the depot managers run the Monday call alone by spring.", "run the Monday call alone by spring"),
}
# What fills the agreements' gaps: no phrase of its own, since many stand in several of them
AGREEMENT_VALUES: Final = {
    "fr": {
        "code_of_conduct": "le code de déontologie de l’ICF (2025)",
        "goals": "Prendre la mesure du poste, déléguer, tenir un rythme durable",
        "session_count": "8",
        "session_length": "90 minutes",
        "place": "au cabinet, ou en visio si vous préférez",
        "start_date": "lundi 7 décembre 2026",
        "end_date": "vendredi 11 juin 2027",
        "total_price": "1 600,00 €",
        "payment_terms": "par virement, à la fin de chaque mois",
        "cancel_notice": "48 heures",
        "insurance": "une assurance de responsabilité civile professionnelle",
        "coach_address": "12 rue des Tilleuls, 44000 Nantes",
        "coach_contact": "cabinet@demo.example, 01 99 00 00 00",
        "coach_registration": "SIREN 000 000 000, TVA non applicable (art. 293 B du CGI)",
        "mediator": "un médiateur de la consommation d’exemple, 1 place de l’Exemple, 75000 Paris",
        "base_reference": "",
        "base_date": "la date de sa seconde signature",
        "signed_date": "lundi 3 mars 2025",
        "sponsor_signatories": "les personnes nommées à la page des signatures",
    },
    "en": {
        "code_of_conduct": "the ICF code of ethics (2025)",
        "goals": "Settle into the role, delegate, keep a pace that lasts",
        "session_count": "8",
        "session_length": "90 minutes",
        "place": "at my office, or by video if you prefer",
        "start_date": "Monday, 7 December 2026",
        "end_date": "Friday, 11 June 2027",
        "total_price": "€1,600.00",
        "payment_terms": "by bank transfer, at the end of each month",
        "cancel_notice": "48 hours",
        "insurance": "a professional liability insurance",
        "coach_address": "12 Lime Street, 44000 Nantes",
        "coach_contact": "office@demo.example, +33 1 99 00 00 00",
        "coach_registration": "SIREN 000 000 000, VAT not applicable",
        "mediator": "an example consumer mediator, 1 Example Square, 75000 Paris",
        "base_reference": "",
        "base_date": "the date of its second signature",
        "signed_date": "Monday, 3 March 2025",
        "sponsor_signatories": "the persons named on the page of signatures",
    },
}
DECLINE_REASONS: Final = {
    "solene": Text(
        "Je préfère que rien ne puisse sortir, même à ma demande. Proposez-moi plutôt la promesse stricte.",
        "rien ne puisse sortir, même à ma demande",
    ),
    "tanguy": Text("Je veux d’abord en parler avec ma sœur avant de signer quoi que ce soit.", "en parler avec ma sœur avant de signer"),
}
SUMMARIES: Final = {
    "shown": Text(
        "Anaïs a posé trois jalons avec ses chefs de quai et les tient depuis six semaines. Les objectifs convenus avancent ; "
        "le passage de relais du samedi reste le point à consolider.",
        "le passage de relais du samedi reste",
    ),
    "withdrawn": Text(
        "Le travail porte sur la délégation. Anaïs souhaite clarifier avec son manager le périmètre des astreintes de printemps.",
        "le périmètre des astreintes de printemps",
    ),
    "draft": Text(
        "Bilan à mi-parcours, à relire : la prise de poste est faite, la question du second adjoint viendra en janvier.",
        "la question du second adjoint viendra",
    ),
    # What the confidentiality reading stops: a colleague who is a client too, somebody marked, a sentence of a note
    "to_mend": Text(
        "Anaïs tient ses jalons et gagne en assurance. Elle s’appuie davantage sur Karim Benali et sur Sidonie. "
        "Elle a rendu deux dossiers à son adjoint et elle dort mieux ; le calendrier du quai des brumes se dessine.",
        "le calendrier du quai des brumes",
    ),
    "proposed": Text(
        "Karim conduit désormais un point court à chaque prise de nuit. Les retours de son équipe montrent une parole plus directe au vestiaire.",
        "une parole plus directe au vestiaire",
    ),
    "refused": Text(
        "Karim a travaillé la préparation de ses entretiens annuels et demande un relais pour les semaines impaires.",
        "un relais pour les semaines impaires",
    ),
    "lapsed": Text(
        "Les premières séances ont permis de fixer une méthode de retour en trois phrases, testée avec deux agents volontaires.",
        "testée avec deux agents volontaires",
    ),
    "changes": Text(
        "Priya has brought both teams to one planning table. She would like the steering group to confirm the spring hiring freeze in writing.",
        "confirm the spring hiring freeze in writing",
    ),
    "shown_en": Text(
        "The agreed goals are on track: one planning rhythm for both sites since October, and a shared glossary of forty words.",
        "a shared glossary of forty words",
    ),
    "expired": Text(
        "A first look back: Priya met every manager of the second site and set out a hundred days in plain English.",
        "set out a hundred days in plain English",
    ),
}
# Whom the notes speak of: marked by the coach. And the words of her own list
MARKS: Final = {
    "anais": [(Text("Sidonie Villedieu", "Sidonie Villedieu"), "adjointe"), (Text("Gaspard Montreuil", "Gaspard Montreuil"), "manager")],
    "priya": [(Text("Rosalind Ashcombe", "Rosalind Ashcombe"), "her predecessor")],
}
OWN_WORDS: Final = {"camille": Text("projet Belvédère\nmaison des tilleuls", "projet Belvédère")}
WANTED: Final = Text(  # what the client would have instead of `changes`, and what she says to it
    "Priya has brought both teams to one planning table. She would welcome a clear word on recruitment before Easter.",
    "a clear word on recruitment before Easter",
)
WANTED_COMMENT: Final = Text(
    "“In writing” would sound like a threat from me; the wisteria meeting is the better place for it.",
    "the wisteria meeting is the better place",
)
# What clients would like a contact to know, and why a coach declines
WISHES: Final = {
    "anais": Text(
        "J’aimerais que Marc sache que je peux reprendre l’astreinte des moissons, si l’on me prévient trois semaines avant.",
        "reprendre l’astreinte des moissons",
    ),
    "karim": Text(
        "Pourriez-vous dire à Hélène que je serais partant pour former les deux apprentis du hangar bleu ?",
        "former les deux apprentis du hangar bleu",
    ),
}
WISH_DECLINED: Final = Text(
    "Cela, dites-le-lui vous-même : votre voix portera plus loin que la mienne au sujet des apprentis.",
    "votre voix portera plus loin que la mienne",
)
# Notebooks of clients: for themselves, and what they gave their coach to read
PRIVATE: Final = {
    "anais": [
        Text(
            "Ce soir j’ai compris pourquoi je relis tout deux fois : la voix de la maîtresse de CM2 est encore là.\n\nNe pas en parler tout de suite.",
            "la voix de la maîtresse de CM2",
        ),
        Text(
            "Trois choses à essayer lundi : arriver en dernier, parler en dernier, partir en premier. Voir ce que ça remue.",
            "arriver en dernier, parler en dernier",
        ),
    ],
    "priya": [
        Text(
            "I have not told anyone that the letter from Singapore is still in my drawer. I want a week before I decide.",
            "the letter from Singapore is still in my drawer",
        )
    ],
}
SHARED: Final = {
    "anais": Text(
        "Pour jeudi, j’aimerais travailler la réunion où je me suis tue devant le nouveau planning. C’est là que ça coince.",
        "je me suis tue devant le nouveau planning",
    ),
    "priya": Text(
        "I tried the two-minute silence you suggested. It felt endless, and then the plant manager spoke first. More of that, please.",
        "the plant manager spoke first",
    ),
}
# What contacts ask: themselves, the client and the coach read it
QUESTIONS: Final = {
    "anais": Text(
        "Où en est le relais entre les quais, et qu’attendez-vous de nous avant les congés de fin d’année ?",
        "attendez-vous de nous avant les congés",
    ),
    "priya": Text("Is there anything the board should decide before the summer stock count?", "before the summer stock count"),
}
PURPOSES: Final = {"fr": "Préparer le bilan annuel", "en": "To prepare the annual review"}
# The pledge of Camille. What is published is public, and no secret; the draft of the next version is hers alone
PLEDGE_FACTS: Final = {
    "fr": {
        "code_of_conduct": "le code de déontologie de l’Association des Coachs des Tilleuls",
        "supervision": "chaque mois, par une superviseure extérieure au cabinet",
        "complaint": "la commission d’éthique de cette association (12 allée des Tilleuls, 38000 Grenoble)",
    },
    "en": {
        "code_of_conduct": "the code of ethics of the Linden Coaches’ Association",
        "supervision": "each month, by a supervisor outside the practice",
        "complaint": "the ethics board of that association (12 allée des Tilleuls, 38000 Grenoble)",
    },
}
PLEDGE_OWN: Final = {
    "fr": (
        "Entre les séances",
        "Vous pouvez m’écrire entre deux séances. Je réponds dans les deux jours ouvrés, jamais le soir ni le dimanche.",
    ),
    "en": (
        "Between sessions",
        "You may write to me between two sessions. I answer within two working days, never in the evening nor on a Sunday.",
    ),
}
PLEDGE_DRAFT: Final = Text(
    "Vous pouvez m’écrire entre deux séances. Je réponds dans la journée, sauf pendant ma retraite d’écriture de février.",
    "retraite d’écriture de février",
)
# The register of legal disclosures. Told: what was given, and why, is the client's too; why less would not do is the coach's alone
LEGAL: Final = {
    "given": Text(
        "Neuf séances ont été tenues entre janvier et juin, au 4 rue des Alisiers. Aucune autre information n’est jointe à ce relevé de présence.",
        "Aucune autre information n’est jointe",
    ),
    "less": Text(
        "Le juge demandait le dossier entier ; après un échange écrit avec le greffe, un relevé de présence lui a suffi.",
        "après un échange écrit avec le greffe",
    ),
    "why": Text(
        "Le juge aux affaires familiales m’a demandé si vous veniez bien aux séances que vous aviez citées. J’ai donné les dates, rien de ce qui s’est dit.",
        "séances que vous aviez citées",
    ),
    "danger": Text(
        "Un homme de quarante ans, seul chez lui ce soir, m’a écrit qu’il ne verrait pas le matin. J’ai donné son nom et son adresse.",
        "m’a écrit qu’il ne verrait pas le matin",
    ),
    "why_not": Text(
        "Il est à l’hôpital ; le médecin demande d’attendre le retour à la maison avant d’en parler.",
        "attendre le retour à la maison",
    ),
}
# What clients asked about their data, and the answer: coach and client
RIGHTS: Final = {
    "karim": Text("Je voudrais une copie de tout, avant mon changement de poste.", "avant mon changement de poste"),
    "karim_reply": Text("Voici ce que j’ai écrit à votre sujet ; chaque fois que je masque, je dis pourquoi.", "chaque fois que je masque"),
    "karim_gap": Text("Cet ajout ne parle que de la vie privée d’un collègue, sous chaque ligne.", "la vie privée d’un collègue"),
    "anais_wrong": Text("Il est écrit que je dirige huit personnes.", "que je dirige huit personnes"),
    "anais_right": Text("J’en dirige onze depuis mars, avec l’équipe du soir.", "onze depuis mars"),
}
HANDED_OVER: Final = {("karim", 0), ("karim", 1)}  # notes of which the client has a copy
MASKED: Final = "avec l’agent le plus ancien"  # in the second of them: the coach alone
