"""Ce que la loi doit à une personne qui paie elle-même et pour elle-même (Code de la consommation)."""

from consent.wordings.kinds import says

WORDS = {
    "consumer_identity": says(
        "Qui je suis et comment me joindre",
        "{coach}, coach, exerçant à l'adresse suivante : {coach_address}. Immatriculation et régime de TVA : {coach_registration}. Pour me joindre rapidement et pour toute réclamation : {coach_contact}.",
        "Avant de signer, vous avez reçu les informations que prévoit l'article L. 221-5 du Code de la consommation : ce que comprend l'accompagnement, son prix total, sa durée, la façon d'y mettre fin, votre droit de rétractation et le recours à un médiateur. Elles figurent dans ce contrat, dont vous gardez un exemplaire. Vous pouvez m'en redemander une copie à tout moment ; s'il porte sur 120 € ou plus, je l'archive dix ans.",
    ),
    "consumer_withdrawal": says(
        "Votre droit de rétractation : quatorze jours",
        "Vous pouvez renoncer à ce contrat dans les quatorze jours qui suivent le jour où il est conclu, c'est-à-dire celui de la seconde signature, sans donner de raison et sans frais (article L. 221-18 du Code de la consommation). Si le dernier jour est un samedi, un dimanche ou un jour férié, le délai va jusqu'au premier jour ouvrable qui suit.",
        "Il suffit de me le faire savoir avant la fin du délai, à votre choix : par la fonction « Renoncer au contrat ici », présente dans votre espace jusqu'à la fin du délai ; avec le modèle de formulaire placé à la fin de ce contrat ; ou par toute autre déclaration claire, par courriel ou par courrier. Si vous utilisez la fonction en ligne, vous recevez sans tarder un accusé de réception qui reprend votre déclaration, avec la date et l'heure de son envoi.",
        "Je vous rembourse tout ce que vous avez payé, au plus tard quatorze jours après avoir reçu votre déclaration, par le moyen que vous avez utilisé pour payer, sauf si vous en acceptez un autre, et sans frais pour vous. Seule exception : ce qui est dû pour des séances déjà tenues à votre demande expresse (article « Commencer avant la fin du délai »).",
    ),
    "consumer_begin": says(
        "Commencer avant la fin du délai",
        "Quelle que soit la date de début convenue, l'accompagnement ne commence pas avant la fin du délai de rétractation, sauf si vous le demandez expressément. Cette demande est un choix séparé, que rien ne coche à votre place, et vous pouvez signer ce contrat sans la faire.",
        "Si vous la faites et que vous renoncez ensuite au contrat dans le délai, vous ne devez que la part du prix total qui correspond aux séances tenues jusqu'au moment où vous me l'avez fait savoir (article L. 221-25 du Code de la consommation). Si vous ne l'avez pas faite, vous ne devez rien. Votre droit de rétractation ne cesse avant la fin du délai que si toutes les séances ont été tenues, ce que vous reconnaissez en faisant cette demande.",
    ),
    "consumer_mediator": says(
        "Réclamation et médiateur",
        "En cas de désaccord, écrivez-moi d'abord ; je vous réponds dans le mois. Si ma réponse ne vous satisfait pas, ou si je ne réponds pas, vous pouvez saisir sans frais, dans l'année qui suit votre réclamation écrite, le médiateur de la consommation dont je relève (article L. 612-1 du Code de la consommation) : {mediator}.",
        "Ce recours est libre. Il ne vous prive pas du droit d'aller devant le juge, y compris celui de votre domicile. Vous choisissez ce que vous dites au médiateur de nos séances ; pour ma part, je ne lui révèle rien de leur contenu.",
    ),
    "withdrawal_form": says(
        "Modèle de formulaire de rétractation",
        "À remplir et à renvoyer uniquement si vous souhaitez vous rétracter du contrat.",
        "À l'attention de {coach}, {coach_address}, {coach_contact} :",
        "Je vous notifie par la présente ma rétractation du contrat portant sur la prestation d'accompagnement ci-dessous.",
        "Contrat conclu le : ______________________",
        "Nom : ______________________",
        "Adresse : ______________________",
        "Signature (seulement si ce formulaire est envoyé sur papier) : ______________________",
        "Date : ______________________",
    ),
}
