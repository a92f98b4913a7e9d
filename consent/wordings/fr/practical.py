"""Le contrat d'accompagnement, côté pratique : ce qu'est le coaching, séances, durée, prix, annulation."""

from consent.wordings.kinds import says

WORDS = {
    "coaching_parties": says(
        "Qui signe ce contrat",
        "Ce contrat lie {coach}, coach, et {client}, la personne accompagnée. « Je » désigne {coach} ; « vous » désigne {client}.",
        "Il dit ce que nous ferons ensemble, à quelles conditions, et ce qui en reste confidentiel : nos séances, nos échanges entre les séances, les documents que vous me confiez et le fait même que vous êtes accompagné·e.",
    ),
    "nature": says(
        "Ce qu'est le coaching, et ce qu'il n'est pas",
        "Le coaching est une suite d'entretiens qui vous aident à réfléchir, à décider et à agir pour avancer vers les objectifs que vous choisissez. Vous décidez de ce que vous y apportez et de ce que vous en faites.",
        "Ce n'est ni une psychothérapie, ni un soin, ni une formation, ni un conseil juridique, médical ou financier. Si je vois qu'une autre aide vous serait utile, je vous le dis, et vous restez libre d'y recourir ou non.",
    ),
    "means": says(
        "Ce à quoi chacun s'engage",
        "Je mets en œuvre ma compétence, mon attention et le temps convenu. C'est une obligation de moyens : je ne promets pas un résultat, qui dépend aussi de vous et des circonstances.",
        "De votre côté, vous venez aux séances, vous me dites ce qui vous convient et ce qui ne vous convient pas, et vous restez seul·e juge de vos décisions et de vos actes.",
    ),
    "goals": says(
        "Vos objectifs",
        "Au départ, vous souhaitez travailler sur ceci : {goals}.",
        "Ces objectifs sont les vôtres. Vous pouvez les changer à tout moment ; nous en parlons au début de l'accompagnement, à mi-parcours et à la fin.",
    ),
    "sessions": says(
        "Les séances",
        "Nombre de séances : {session_count}. Durée de chaque séance : {session_length}. Lieu : {place}.",
        "Nous fixons les dates ensemble, d'une séance à l'autre ou à l'avance.",
    ),
    "period": says(
        "Le début et la fin",
        "L'accompagnement commence le {start_date}. Il se termine à la dernière séance convenue, et au plus tard le {end_date}. Nous pouvons le prolonger par un écrit signé par vous et par moi ; il ne se renouvelle jamais tout seul.",
    ),
    "between_sessions": says(
        "Entre les séances",
        "Entre deux séances, vous pouvez m'écrire. Je vous réponds aussi tôt que je le peux, en principe sous deux jours ouvrés. Ces échanges sont couverts par la même confidentialité et ne sont pas comptés comme des séances.",
        "Je ne suis pas un service d'urgence. En cas de danger, appelez le 15 ou le 112 ; en cas d'idées suicidaires, le 3114 répond à toute heure.",
    ),
    "price": says(
        "Le prix et son paiement",
        "Le prix total est de {total_price}, toutes taxes comprises. Il se règle ainsi : {payment_terms}. Aucun autre frais ne vous est demandé sans votre accord écrit.",
        "Si l'accompagnement s'arrête plus tôt, seules les séances tenues sont dues ; ce que vous avez payé d'avance pour les autres vous est remboursé dans les quatorze jours.",
        "En cas de retard, je vous écris d'abord. Les intérêts au taux légal ne courent qu'à partir d'une mise en demeure.",
    ),
    "without_price": says(
        "Un accompagnement gratuit",
        "Cet accompagnement est gratuit. Vous ne me devez ni prix, ni frais, ni contrepartie d'aucune sorte, pas même un témoignage.",
    ),
    "price_organisation": says(
        "Le prix et son paiement",
        "{organisation} règle le prix de l'accompagnement, dans des conditions convenues à part avec moi. Vous ne me devez rien.",
        "Si l'organisation cesse de payer, je vous le dis avant toute autre décision. Rien ne peut vous être réclamé à sa place sans un nouvel accord signé par vous.",
    ),
    "price_shared": says(
        "Le prix et son paiement",
        "{organisation} règle une partie du prix, dans des conditions convenues à part avec moi. La part que vous payez est de {total_price} au total, toutes taxes comprises. Elle se règle ainsi : {payment_terms}. Aucun autre frais ne vous est demandé sans votre accord écrit.",
        "Si l'accompagnement s'arrête plus tôt, votre part n'est due qu'à proportion des séances tenues ; ce que vous avez payé au-delà vous est remboursé dans les quatorze jours. Si l'organisation cesse de payer, rien ne peut vous être réclamé à sa place sans un nouvel accord signé par vous.",
        "En cas de retard, je vous écris d'abord. Les intérêts au taux légal ne courent qu'à partir d'une mise en demeure.",
    ),
    "cancelling": says(
        "Déplacer ou annuler une séance",
        "Vous pouvez déplacer ou annuler une séance jusqu'à {cancel_notice} avant son début. Plus tard, elle compte comme tenue, sauf maladie, accident ou autre empêchement que vous ne pouviez pas prévoir.",
        "Si c'est moi qui annule plus tard que ce délai, hors ces mêmes cas, la séance est remplacée, et je vous en offre une de plus, sans frais pour personne.",
    ),
    "insurance": says(
        "Mon assurance",
        "Ma responsabilité civile professionnelle est assurée auprès de : {insurance}.",
    ),
}
