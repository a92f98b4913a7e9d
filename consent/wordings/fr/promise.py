"""Les parties, la promesse et qui paie. « Je » est le ou la coach, « vous » la personne accompagnée."""

from consent.wordings.kinds import says

WORDS = {
    "parties": says(
        "Qui signe ce contrat",
        "Ce contrat lie {coach}, coach, et {client}, la personne accompagnée. « Je » désigne {coach} ; « vous » désigne {client}.",
        "Il s'applique à l'accompagnement que nous menons ensemble : nos séances, nos échanges entre les séances, les documents que vous me confiez et le fait même que vous êtes accompagné·e.",
    ),
    "promise_a": says(
        "Ma promesse de confidentialité",
        "Je garde confidentiel tout ce que j'apprends de vous et sur vous. Je n'en communique rien à personne, sauf dans deux cas : vous me le demandez, ou il faut recourir à la loi (article « Le recours à la loi »).",
        "Votre demande porte sur une information précise, pour un destinataire précis. Elle est écrite et datée, et vous lisez avant son envoi le texte exact qui partira. Je peux ne pas y donner suite ; je vous dis alors pourquoi.",
        "Cette promesse n'a pas de terme : elle continue après la fin de l'accompagnement, quelle que soit la façon dont il se termine.",
    ),
    "promise_b": says(
        "Ma promesse de confidentialité",
        "Je garde confidentiel, en toutes circonstances, tout ce que j'apprends de vous et sur vous. Je n'en communique rien à personne. La seule exception est le recours à la loi, dans les cas et les limites convenus (article « Le recours à la loi »).",
        "Cette promesse va plus loin que la règle habituelle de la profession : je ne transmets rien, pas même à votre demande ou avec votre accord. Vous restez libre de parler vous-même de votre accompagnement à qui vous voulez, et de recevoir de moi ce qui vous concerne.",
        "Pour en convenir autrement, il nous faut un avenant écrit, signé par vous et par moi. Cette promesse n'a pas de terme : elle continue après la fin de l'accompagnement, quelle que soit la façon dont il se termine.",
    ),
    "no_own_interest": says(
        "Rien dans mon propre intérêt",
        "Je n'utilise jamais ce que j'apprends de vous à mon profit : ni pour me faire connaître, ni pour un article, une conférence ou une étude de cas, ni pour obtenir un marché ou une accréditation, ni pour me faire valoir.",
        "Rien n'en parvient à mes proches, à vos proches, à vos collègues ou à la presse.",
    ),
    "naming_a": says(
        "Vous citer comme client·e ou en référence",
        "Je ne dis pas que vous êtes ou avez été accompagné·e, et je ne vous cite pas en référence. Il me faut pour cela une autorisation séparée de votre part, qui précise quoi (nom, fonction, propos), où et jusqu'à quand. Si votre organisation doit être reconnue, il me faut aussi son accord.",
        "Il en va de même avant d'inscrire votre nom sur le relevé d'heures que me demande un organisme professionnel : sans votre autorisation, vous n'y figurez pas.",
        "Refuser ne change rien à l'accompagnement, et vous pouvez retirer votre autorisation à tout moment.",
    ),
    "naming_b": says(
        "Vous citer comme client·e ou en référence",
        "Je ne dis à personne que vous êtes ou avez été accompagné·e, et je ne vous cite pas en référence, ni par votre nom, ni par votre fonction, ni par vos propos. Entre nous, cela vaut même si vous m'y autorisez.",
        "Je peux compter les heures que je vous consacre pour rendre compte de ma pratique, sans rien qui vous désigne.",
    ),
    "organisation_a": says(
        "L'organisation qui prend en charge l'accompagnement",
        "{organisation} prend en charge tout ou partie de l'accompagnement. Cela ne lui donne accès à rien de ce que nous nous disons. Elle n'est pas partie à ce que nous signons ici et n'en reçoit pas de copie.",
        "Elle ne reçoit que ce que vous avez accepté, texte par texte : je vous soumets chaque synthèse, vous la lisez telle qu'elle sera lue, vous savez par qui, et vous l'autorisez, en demandez la modification ou la refusez. Sans réponse de votre part, rien n'est transmis.",
        "Vous pouvez retirer une autorisation à tout moment, sans donner de raison. Ce qui a déjà été lu ne peut pas être effacé des mémoires.",
    ),
    "no_summary": says(
        "L'organisation ne reçoit aucune synthèse",
        "{organisation} prend en charge tout ou partie de l'accompagnement. Cela ne lui donne accès à rien de ce que nous nous disons. Elle n'est pas partie à ce que nous signons ici et n'en reçoit pas de copie.",
        "Nous convenons qu'elle ne reçoit de moi aucun texte sur l'accompagnement : ni synthèse, ni compte rendu, ni appréciation. Pour en convenir autrement, il nous faut un avenant écrit, signé par vous et par moi.",
    ),
    "attendance_a": says(
        "Les dates, votre présence et les heures",
        "Les dates de nos séances, votre présence et le nombre d'heures sont aussi des informations. Je ne les communique à l'organisation qu'avec une autorisation séparée de votre part, qui précise lesquelles, à qui et jusqu'à quand.",
        "Que vous l'ayez donnée ou non, mes factures désignent l'accompagnement dans son ensemble, sans le détail des séances.",
    ),
    "no_attendance": says(
        "Ni dates, ni présence, ni heures",
        "Je ne communique à l'organisation ni les dates de nos séances, ni votre présence, ni le nombre d'heures. Mes factures désignent l'accompagnement dans son ensemble, sans le détail des séances.",
        "Pour en convenir autrement, il nous faut un avenant écrit, signé par vous et par moi.",
    ),
    "organisation_b": says(
        "L'organisation qui prend en charge l'accompagnement",
        "{organisation} prend en charge tout ou partie de l'accompagnement. Cela ne lui donne accès à rien de ce que nous nous disons. Elle n'est pas partie à ce que nous signons ici et n'en reçoit pas de copie.",
        "Je ne lui remets ni synthèse, ni compte rendu, ni appréciation, et je ne lui communique ni dates, ni présence, ni heures, pas même à votre demande. Mes factures désignent l'accompagnement dans son ensemble, sans le détail des séances.",
    ),
    "payer_absent_a": says(
        "Si une organisation payait un jour",
        "Aucune organisation ne prend en charge cet accompagnement au jour de la signature. Si cela changeait, celle qui paierait n'aurait accès à rien de ce que nous nous disons.",
        "Elle ne recevrait, texte par texte, que ce que vous auriez autorisé. Les dates de nos séances, votre présence et le nombre d'heures demanderaient une autorisation séparée.",
    ),
    "payer_absent_b": says(
        "Si une organisation payait un jour",
        "Aucune organisation ne prend en charge cet accompagnement au jour de la signature. Si cela changeait, celle qui paierait n'aurait accès à rien de ce que nous nous disons.",
        "Elle ne recevrait de moi ni synthèse, ni compte rendu, ni appréciation, ni dates, ni présence, ni heures, pas même à votre demande.",
    ),
}
