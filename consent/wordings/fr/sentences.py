"""Ce que chaque effet veut dire, et ce qui ne va pas, en une phrase."""

EFFECTS = {
    ("wording", "A"): "Tout reste confidentiel, sauf à la demande de la personne accompagnée ou si la loi l'exige.",
    ("wording", "B"): "Rien n'est transmis à personne, pas même à la demande de la personne accompagnée ; seule la loi peut l'imposer.",
    ("naming", "consent"): "Nommer la personne accompagnée demande une autorisation séparée.",
    ("naming", "never"): "La personne accompagnée n'est jamais nommée.",
    ("reference", "consent"): "La citer en référence ou rapporter ses propos demande une autorisation séparée.",
    ("reference", "never"): "Elle n'est jamais citée en référence.",
    ("sponsor_text", "consent"): "L'organisation ne lit que les textes autorisés un par un.",
    ("sponsor_text", "never"): "L'organisation ne reçoit aucun texte.",
    ("attendance", "consent"): "Dates, présence et heures demandent une autorisation séparée.",
    (
        "attendance",
        "minimum",
    ): "L'organisation apprend l'ouverture, la fin et l'exécution de l'accompagnement ; le reste demande une autorisation séparée.",
    ("attendance", "never"): "L'organisation n'apprend ni dates, ni présence, ni heures.",
    ("supervision", "consent"): "Parler de la situation en supervision demande une autorisation séparée.",
    ("supervision", "pseudonymised"): "La situation peut être évoquée en supervision, sous un pseudonyme.",
    ("supervision", "never"): "La situation n'est pas évoquée en supervision.",
    ("recordings", "consent"): "Enregistrer demande une autorisation séparée, redemandée à chaque fois.",
    ("recordings", "never"): "Aucune séance n'est enregistrée.",
    ("special_data", "consent"): "Noter des informations de santé ou d'autres aussi personnelles demande un consentement explicite.",
    ("barrier", "yes"): "Rien ne passe d'un accompagnement à l'autre dans la même organisation.",
    ("retention", "years"): "Les notes sont détruites une fois passée la durée convenue.",
    ("listing", "yes"): "L'organisation sait que l'accompagnement a lieu.",
    ("consumer_withdrawal", "14"): "La personne accompagnée a quatorze jours pour renoncer au contrat.",
    ("law", "yes"): "Ce que la loi impose est limité au strict nécessaire et consigné.",
}

PROBLEMS = {
    "three_way_b": "Un contrat tripartite ne peut pas tout garder entre deux : choisissez le texte A, ou un contrat à deux.",
    "three_way_alone": "Un contrat tripartite demande une organisation qui prend en charge l'accompagnement.",
    "cannot_meet": "« {first} » et « {second} » ne peuvent pas figurer dans le même contrat : leurs effets se contredisent.",
    "does_not_fit": "« {first} » ne convient pas à ce contrat, tel qu'il est choisi.",
    "no_place": "Ce document n'admet pas d'article ajouté.",
    "no_title": "Donnez un titre à cet article.",
    "no_body": "Écrivez le texte de cet article.",
    "long_title": "Le titre a plus de {most} caractères.",
    "long_body": "Le texte a plus de {most} caractères.",
    "controls": "Le texte contient un caractère invisible qui n'y a pas sa place. Retapez le passage, ou collez-le sans mise en forme.",
    "brace_in_title": "Le titre contient une accolade. Écrivez-le sans accolade.",
    "brace": "Le texte contient une accolade seule. Écrivez-le sans accolade, ou mettez un champ entier, comme {{client}}.",
    "unknown": "Le champ {{{first}}} n'existe pas pour ce contrat.",
}

DEFAULTS = {"code_of_conduct": "celui de l'organisme professionnel dont je suis membre"}
