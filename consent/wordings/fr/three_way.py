"""Le contrat tripartite : « le ou la coach », « la personne accompagnée », « l'organisation »."""

from consent.wordings.kinds import says

WORDS = {
    "three_way_parties": says(
        "Les parties et leur place",
        "Ce contrat lie {coach}, ci-après « le ou la coach » ; {client}, ci-après « la personne accompagnée » ; et {organisation}, ci-après « l'organisation », pour laquelle signent : {sponsor_signatories}.",
        "La personne accompagnée en est la partie principale : l'accompagnement est mené pour elle et avec elle, avec son libre accord. Si elle a signé un autre contrat avec le ou la coach, il reste en vigueur ; en cas de différence ou de doute, ce qui protège le mieux sa confidentialité l'emporte.",
        "L'organisation sait que cet accompagnement a lieu et quels en sont les objectifs convenus. Elle n'en apprend rien d'autre que ce que ce contrat prévoit.",
    ),
    "three_way_nature": says(
        "Ce qu'est le coaching, et ce qu'il n'est pas",
        "Le coaching est une suite d'entretiens qui aident la personne accompagnée à réfléchir, à décider et à agir pour avancer vers ses objectifs. Ce n'est ni une psychothérapie, ni un soin, ni une formation, ni un conseil juridique, ni une évaluation de la personne ou de son travail.",
        "Le ou la coach y met sa compétence, son attention et le temps convenu. C'est une obligation de moyens. La personne accompagnée reste seule juge de ses décisions et de ses actes.",
    ),
    "three_way_goals": says(
        "Les objectifs convenus",
        "Les parties sont convenues des objectifs suivants : {goals}.",
        "Ils ont été arrêtés avec la personne accompagnée, qui peut demander à les revoir. Elle peut aussi travailler sur d'autres sujets, dont l'organisation n'a pas à connaître.",
    ),
    "three_way_sessions": says(
        "Les séances, leur début et leur fin",
        "Nombre de séances : {session_count}. Durée de chaque séance : {session_length}. Les dates sont fixées entre le ou la coach et la personne accompagnée.",
        "L'accompagnement commence le {start_date}. Il se termine à la dernière séance convenue, et au plus tard le {end_date}. Il ne se prolonge que par un écrit signé par les trois parties.",
    ),
    "three_way_room": says(
        "Le lieu des séances et sa confidentialité",
        "Lieu des séances : {place}.",
        "Si l'organisation fournit la salle, elle est fermée, on ne peut ni y être entendu ni y être vu de l'extérieur, sa réservation ne mentionne ni nom ni motif, et personne n'y entre pendant la séance. À distance, les séances ne passent par aucun outil qui les enregistre ou les transcrit.",
        "Si ces conditions ne sont pas réunies, la séance est déplacée sans frais, et elle ne compte pas comme tenue.",
    ),
    "three_way_promise": says(
        "La promesse de confidentialité",
        "Le ou la coach garde confidentiel tout ce que la personne accompagnée lui confie et tout ce que l'accompagnement lui apprend d'elle, à l'égard de l'organisation comme de toute autre personne, sauf dans deux cas : la personne accompagnée le lui demande, ou il faut recourir à la loi (article « Le recours à la loi »).",
        "Le ou la coach n'en fait jamais usage dans son propre intérêt. Rien n'en parvient à ses proches, aux proches ou aux collègues de la personne accompagnée, ou à la presse.",
        "Cette promesse n'a pas de terme : elle continue après la fin de l'accompagnement, quelle que soit la façon dont il se termine.",
    ),
    "three_way_channels": says(
        "Qui peut dire quoi à qui",
        "Le ou la coach ne dit rien de l'accompagnement à l'organisation en dehors des synthèses, du minimum convenu et de ses factures, tels que ce contrat les décrit.",
        "L'organisation peut dire au ou à la coach ce qu'elle attend de l'accompagnement au regard des objectifs convenus. Elle le fait en présence de la personne accompagnée, ou en lui en remettant copie. Ce qui serait dit autrement est rapporté à la personne accompagnée.",
        "La personne accompagnée dit à l'organisation ce qu'elle veut, quand elle le veut. Le ou la coach et l'organisation ne s'entretiennent d'elle qu'en sa présence, ou après qu'elle en a été informée et l'a accepté.",
    ),
    "three_way_feedback": says(
        "Les synthèses",
        "Une synthèse ne porte que sur les objectifs convenus et, s'il y en a, sur les difficultés de la relation d'accompagnement elle-même.",
        "Le ou la coach l'écrit pour une personne désignée par son nom. La personne accompagnée la lit d'abord, mot pour mot, telle qu'elle sera lue, et sait par qui. Elle l'autorise, en demande la modification ou la refuse. Sans réponse de sa part, rien n'est transmis. Elle peut retirer son autorisation à tout moment, sans donner de raison ; ce qui a déjà été lu ne peut pas être effacé des mémoires.",
        "Une demande d'information de l'organisation est adressée à la personne accompagnée, qui y répond ou non. L'organisation accepte de ne pas savoir si elle a été refusée, retirée ou laissée sans réponse.",
    ),
    "three_way_attendance": says(
        "Le minimum convenu",
        "Les dates des séances, la présence et le nombre d'heures sont aussi des informations. Elles ne sont communiquées à l'organisation qu'avec une autorisation séparée de la personne accompagnée, qui précise lesquelles, à qui et jusqu'à quand.",
        "À défaut, quelle qu'en soit la raison, l'organisation apprend trois choses et rien de plus : que l'accompagnement est ouvert, qu'il a pris fin, et que la prestation due a été fournie.",
    ),
    "three_way_undertakings": says(
        "Les engagements de l'organisation",
        "L'organisation ne demande à personne pourquoi une synthèse ou une autorisation a été refusée, retirée ou laissée sans réponse.",
        "Elle n'interroge pas la personne accompagnée sur le contenu des séances, ni directement ni par d'autres.",
        "Elle ne tire aucune conséquence d'un refus, d'un retrait ou d'un silence, ni de la fin de l'accompagnement : ni sur l'évaluation, ni sur la rémunération, ni sur le poste, ni sur la carrière.",
        "Elle réserve chaque synthèse à la personne à qui elle est adressée. Elle ne la transmet pas, ne la copie pas dans un dossier du personnel et ne s'en sert pas à une autre fin que les objectifs convenus.",
        "Elle n'a aucun accès aux notes et aux enregistrements, et n'en demande pas. Elle fait respecter ces engagements par toute personne qui agit pour elle ; ils continuent après la fin de l'accompagnement.",
    ),
    "three_way_naming": says(
        "Citer la personne accompagnée ou l'organisation",
        "Le ou la coach ne cite pas la personne accompagnée comme cliente ou en référence sans une autorisation séparée de sa part, qui précise quoi, où et jusqu'à quand. Il en va de même pour l'inscrire sur le relevé d'heures que demande un organisme professionnel. L'organisation n'est citée qu'avec son propre accord. Ces autorisations peuvent être retirées à tout moment.",
        "De son côté, l'organisation ne rend pas public le fait que la personne est accompagnée.",
    ),
}
