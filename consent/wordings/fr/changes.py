"""L'avenant, dans les deux sens, et la confirmation d'un contrat signé ailleurs."""

from consent.wordings.kinds import says

WORDS = {
    "amendment_subject": says(
        "Ce que modifie cet avenant",
        "Cet avenant modifie le contrat {base_reference}, signé le {base_date} entre {coach}, coach, et {client}, la personne accompagnée. « Je » désigne {coach} ; « vous » désigne {client}.",
        "Ses articles remplacent ceux du contrat qui portent sur le même sujet.",
    ),
    "amendment_to_a": says(
        "Ce qui change : vous pourrez demander qu'une information soit transmise",
        "Je garde confidentiel tout ce que j'apprends de vous et sur vous. Je n'en communique rien à personne, sauf dans deux cas : vous me le demandez, ou il faut recourir à la loi, dans les conditions que le contrat prévoit.",
        "Votre demande porte sur une information précise, pour un destinataire précis. Elle est écrite et datée, et vous lisez avant son envoi le texte exact qui partira. Je peux ne pas y donner suite ; je vous dis alors pourquoi.",
        "Jusqu'ici, je ne transmettais rien, pas même à votre demande. Cette promesse n'a pas de terme, pas plus que celle qu'elle remplace.",
    ),
    "amendment_follows_a": says(
        "Ce que cela entraîne",
        "Cet avenant ne transmet rien à lui seul. Tout ce que vous m'avez confié jusqu'ici reste entre nous tant que vous n'avez pas autorisé un texte précis pour une personne précise.",
        "Personne ne peut exiger de vous cet avenant ni une autorisation. Si vous souhaitez revenir à ce qui valait avant, je signe l'avenant contraire dès que vous me le demandez.",
    ),
    "amendment_to_b": says(
        "Ce qui change : plus rien n'est transmis",
        "Je garde confidentiel, en toutes circonstances, tout ce que j'apprends et ai appris de vous et sur vous. Je n'en communique rien à personne. La seule exception est le recours à la loi, dans les conditions que le contrat prévoit.",
        "Jusqu'ici, une information pouvait être transmise à votre demande. Désormais je ne transmets rien, pas même à votre demande ou avec votre accord. Vous restez libre de parler vous-même de votre accompagnement à qui vous voulez, et de recevoir de moi ce qui vous concerne.",
        "Pour en convenir autrement, il nous faut un nouvel avenant, signé par vous et par moi. Cette promesse n'a pas de terme.",
    ),
    "amendment_follows_b": says(
        "Ce que cela entraîne",
        "Dès que cet avenant prend effet, plus rien n'est transmis. Les autorisations par lesquelles vous permettiez à une autre personne de lire quelque chose prennent fin, et les copies qui lui étaient montrées sont détruites. Ce qui a déjà été lu ne peut pas être effacé des mémoires.",
        "Si un contrat tripartite est en vigueur pour cet accompagnement, il prend fin en même temps. L'organisation apprend qu'il a pris fin, sans autre explication.",
    ),
    "amendment_rest": says(
        "Ce qui ne change pas",
        "Tout le reste du contrat {base_reference} demeure tel que nous l'avons signé, notamment le recours à la loi, la protection et la durée de conservation de mes notes, vos droits et les conditions de l'accompagnement.",
    ),
    "elsewhere_declaration": says(
        "Ce que déclare votre coach",
        "{coach} déclare avoir signé un contrat avec {client} le {signed_date} et en joindre ici une copie fidèle et complète.",
    ),
    "elsewhere_a": says(
        "La promesse que contient ce contrat",
        "Selon cette déclaration, votre coach garde tout confidentiel, sauf à votre demande ou en cas de recours à la loi.",
        "Cet outil l'appliquera ainsi : rien de vous n'est transmis, montré, cité ou enregistré sans une autorisation que vous donnez ici, séparément, pour un usage précis et, s'il y a un destinataire, une personne désignée. Vous pouvez la retirer à tout moment.",
    ),
    "elsewhere_b": says(
        "La promesse que contient ce contrat",
        "Selon cette déclaration, votre coach garde tout confidentiel en toutes circonstances, sauf en cas de recours à la loi.",
        "Cet outil l'appliquera ainsi : rien n'est transmis à personne, pas même à votre demande, tant que vous n'avez pas signé tous les deux un avenant. Un enregistrement, ou une note sur votre santé, demande votre autorisation et reste pour le seul usage de votre coach avec vous.",
    ),
    "elsewhere_answer": says(
        "Votre réponse",
        "Ouvrez le fichier joint. Confirmez si c'est bien le contrat que vous avez signé, à cette date, et s'il contient bien cette promesse. Votre confirmation ne change rien à ce contrat et ne crée aucun nouvel engagement pour vous.",
        "Si quelque chose ne correspond pas, ne confirmez pas et dites à votre coach ce qui diffère : rien ne s'ouvre. Si le contrat signé vous protège mieux que cette page, c'est lui qui s'applique.",
    ),
}
