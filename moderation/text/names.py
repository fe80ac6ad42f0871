"""Names to which a model is blind: whom a comment names must not decide, only what it says of them.

Peoples, nationalities, places, faiths, sexes and origins, political sides, leaders, first and family names, as tokens of a
folded text. The features read each as one and the same word, `NAME`. So « les Peuls sont des rats » and « les Mossis sont
des rats » have the same score by construction, and so has a sentence about one side and the same about the other.

Not here: what is itself thrown as an insult ("nègre", "handicapé", "boy"), and what more often is another word ("guère", "or",
"dame", "talon"). A name that is missing is read as any word is. Names are compared as tokens, so a disguised one is not seen.
"""

from __future__ import annotations

#: What the features read in place of a name; no word of any of the languages.
NAME = "zq"

#: Peoples of the region and beyond; these and the next take the endings of `_ENDINGS`.
_PEOPLES = """
    peul peulh fulbe fula fulani toucouleur bambara bamanan malinke mandingue mandinka maninka soninke sarakole
    khassonke dogon bozo somono touareg tamasheq tamachek tamasheck iklan songhai songhay sonrhai sonrai zarma
    djerma maure senoufo minianka mamara dioula dyula wassoulou mossi mosse moaga gourounsi nuni kassena bissa
    gourmantche gulmanceba bobo bwaba bwa lobi dagara birifor samo dafing toussian siamou karaboro haoussa hausa
    kanouri toubou boudouma wolof ouolof serer diola joola lebou balante manjaque mancagne bassari bedik soussou
    guerze kissi landouma nalou baoule agni dida wobe yacouba gouro abron ebrie akan krou abbey adioukrou ewe
    yoruba yorouba nago bariba dendi otamari kabye kotokoli konkomba ibo igbo ijaw tiv bamileke bassa douala
    ewondo bamoun fang zaghawa kongo luba tutsi hutu arabe berbere kabyle amazigh kurde bantou pygmee noir blanc
    metis metisse rom fon adja black white asian hispanic latino tzigane gitan manouche sahelien sahelienne sahraoui rebeu renoi
    toubab toubabou babtou
""".split()

#: Nationalities and origins.
_NATIONALITIES = """
    malien malienne burkinabe burkinabais voltaique nigerien nigerienne nigerian senegalais ivoirien ivoirienne
    guineen guineenne beninois togolais ghaneen ghaneenne mauritanien mauritanienne gambien gambienne tchadien
    tchadienne camerounais congolais gabonais centrafricain liberien liberienne algerien algerienne marocain
    tunisien tunisienne libyen libyenne egyptien egyptienne soudanais ethiopien ethiopienne erythreen somalien
    kenyan rwandais burundais ougandais angolais mozambicain malgache comorien comorienne africain maghrebin
    libanais syrien syrienne israelien israelienne palestinien palestinienne iranien iranienne irakien irakienne
    saoudien saoudienne qatari emirati turc turque afghan pakistanais indien indienne chinois japonais coreen
    coreenne vietnamien vietnamienne russe ukrainien ukrainienne francais belge allemand anglais britannique
    espagnol italien italienne portugais suisse neerlandais polonais roumain europeen europeenne occidental
    occidentaux americain canadien canadienne quebecois bresilien bresilienne haitien haitienne antillais cubain
    mexicain african american russian ukrainian french british english german chinese indian ghanaian senegalese
    ivorian malian arab israeli palestinian european
""".split()

#: Faiths, brotherhoods and their followers.
_FAITHS = """
    musulman muslim chretien chretienne christian catholique catholic protestant evangelique pentecotiste
    animiste athee atheist juif juive jew jewish chiite sunnite soufi wahhabite wahabite salafiste tidiane
    mouride layene khadre hamalliste ahmadite bouddhiste buddhist hindou hindu sikh jehovah mormon vodoun islam
    christianisme judaisme catholicisme protestantisme animisme
""".split()

#: Sexes, orientations, and those who came from elsewhere.
_SEXES = """
    homme femme fille garcon men woman women girl homosexuel homosexuelle gay lesbienne lesbian bisexuel
    bisexuelle trans transgenre transgender transsexuel transsexuelle queer lgbt hetero heterosexuel
    heterosexuelle migrant immigre refugie etranger immigrant refugee
""".split()

#: Countries, continents and towns.
_COUNTRIES = """
    mali burkina faso niger nigeria senegal ivoire guinee benin togo ghana mauritanie gambie tchad cameroun
    congo rdc gabon centrafrique liberia algerie maroc tunisie libye egypte soudan ethiopie kenya rwanda burundi
    ouganda angola afrique maghreb liban syrie israel palestine iran irak turquie afghanistan pakistan inde
    chine japon coree russie ukraine france belgique allemagne angleterre espagne italie portugal europe
    amerique usa canada quebec bresil haiti occident sahel azawad russia america africa china england germany
    bamako kayes koulikoro sikasso segou mopti tombouctou gao kidal menaka taoudenit bandiagara koutiala
    ouagadougou ouaga koudougou ouahigouya dori djibo niamey agadez maradi zinder tahoua tillabery dosso dakar
    thies kaolak ziguinchor casamance touba abidjan bouake yamoussoukro korhogo daloa conakry kankan nzerekore
    cotonou lome nouakchott banjul accra lagos abuja kano yaounde ndjamena paris marseille moscou washington
    bruxelles
""".split()

#: Political sides, parties, armies and organisations.
_SIDES = """
    gouvernement junte putschiste transition opposition opposant opposante majorite mouvance regime pouvoir militaire cedeao
    ecowas aes onu minusma barkhane serval takuba wagner uemoa otan gauche droite centriste socialiste
    communiste republicain conservateur souverainiste panafricaniste rpm adema urd cnid sadi yelema codem parena
    asma mprdc cnt cnsp m5 rfp cmas mnla hcua cma gatia fds vdp koglweogo dozo mpp cdp ufp pds pastef benno
    takku bokk pdci fpi rhdp rdr ppa udpm pnds mnsd lumana ufdg rpg cnrd upr prd fcbe macron lfi nupes eelv
    opposants opposantes putschistes militaires civils
""".split()

#: Names of leaders, past and present.
_LEADERS = """
    assimi goita ibk keita boubacar choguel maiga abdoulaye diop sadio camara malick diaw ismael wague modibo
    moussa dicko imam soumaila cisse oumar mariko tieble karim aliou diallo amadou toumani toure konare ibrahim
    traore damiba kabore blaise compaore sankara zida tambela apollinaire tiani tchiani bazoum issoufou
    mahamadou salou zeine sonko ousmane macky wade abdou diouf bassirou diomaye idrissa ouattara alassane gbagbo
    laurent bedie henri konan guillaume soro goude thiam tidjane doumbouya mamadi conde cellou dalein dadis
    patrice yayi boni faure gnassingbe eyadema fabre rawlings akufo addo mahama tinubu buhari deby mahamat biya
    kamto tshisekedi kabila katumbi fayulu sassou nguesso kagame museveni hollande sarkozy chirac melenchon
    zemmour poutine putin zelensky biden trump obama netanyahou netanyahu
""".split()

#: First and family names.
_PERSONS = """
    sall seck diaby faye ali balde simpara adama alioune aminata amina aissata aissatou assetou astou awa
    bagayoko barry bathily berthe bocoum boukary binta cheick cheikh coulibaly dembele diakite diarra
    diarrassouba djeneba djibril doumbia daouda fanta fatima fatou fatoumata fofana gaye gueye guindo hamidou
    haidara hawa ibrahima idriss ilboudo issa issiaka jean kadiatou kamara kante kassim kassoum kone konate
    koita kouassi kouame kouyate koffi lamine maimouna mamadou mariam mariame maryam mahamane malik mbaye mbodj
    modou mody moctar mohamed mohammed mouhamed moustapha ndiaye nikiema nacanabo oumou oumarou ouedraogo
    ousseynou palenfo paul pierre marie rokia ramata sacko safiatou saidou salif salimata samake sangare sanogo
    sanou sawadogo seydou sidibe siaka sidiki sissoko sory souleymane soumare soumahoro sow sylla tamboura
    tandia tapsoba tapo thera tidiani tiemoko togola tounkara yaya yattara youssouf yousouf zongo zoungrana
    zerbo yameogo kabre bamba bakary fousseyni lassana lassina mahamoud
""".split()

#: Plural and feminine, of names of three letters or more.
_ENDINGS = ("", "s", "e", "es")
#: What the endings make of a name that is another word.
_OTHER_WORDS = frozenset("transe mens mene menes womens womans womane".split())

NAMES = frozenset(
    {name + ending for name in (*_PEOPLES, *_NATIONALITIES, *_FAITHS, *_SEXES) for ending in _ENDINGS} - _OTHER_WORDS
    | {*_COUNTRIES, *_SIDES, *_LEADERS, *_PERSONS}
)


def blind(text: str) -> str:
    """Return a folded text with each name replaced.

    Examples
    --------
    >>> blind("les peuls de mopti")
    'les zq de zq'
    """
    return " ".join(NAME if token in NAMES else token for token in text.split(" "))
