"""Given names that are common in Latvia: by them it shows which part of a name is the surname."""

from __future__ import annotations

from typing import Final

_COMMON: Final = """
    adrians agate agija agita agnese agnija agris aiga aigars aija ainars aivars aivis aleksandra aleksandrs
    aleksejs aleksis alens alfreds alina alise alla alvis amanda amelija anastasija anatolijs andra andrejs andris
    andzela anete anita anna annija ansis antonija antonina antons antra anzelika arina aris arkadijs armands arnis
    arnolds arta arthur artis artjoms arturs arvids arvis astra astrida atis augusts ausma austra baiba beate
    beatrise benita bernards biruta boriss brigita bruno dace dagmara dagnija daiga daina dainis daira dairis dana
    daniela daniels dans danute darja davids davis deivids deniss diana didzis dina dita ditta dmitrijs dzidra
    dzintars dzintra edgars edijs edite edmunds eduards edvards edvins egija egils egita einars ekaterina elena elga
    elina elita eliza elizabete ella elmars elvira elvis elza emilija emils emma enija erika eriks ernests estere
    eva evalds evelina evija evita felikss filips frederiks fricis gabriela galina gatis georgijs gerda germans
    ginta gintars gints girts gita gleb guna gunars gundars gundega gunita gunta guntars guntis gustavs haralds
    harijs harolds helena helga henriks hugo ieva igors ija ilga ilgvars ilja ilma ilmars ilona ilva ilvija ilze
    imants ina inara indra indrikis inese ineta inga ingars ingmars ingrida inguna ingus inita inna inta intars ints
    irena irina irma isabella ivans ivars iveta ivita ivo izabella jadviga jana janeta janina janis jans jaroslavs
    jazeps jekabs jekaterina jelena jelizaveta jevgenija jevgenijs john juliana julians julija julijs jurgis jurijs
    juris justine justins kaija kalvis karina karine karlina karlis karolina kaspars katerina katrina kintija kirils
    kitija klavs klinta konstantins krisjanis kriss krista kristaps kristers kristiana kristians kristina kristine
    ksenija laila laima laimdota laimonis laine lana larisa lasma lauma laura lauris leila lelde leonards leonids
    leons liana lidija liega liene liesma liga ligita lija lilija lilita lina linards linda lita livija loreta
    lubova lucija ludmila luize luka lukass madara madars magda magdalena maiga maija maikls maira mairis maksims
    mara marcis mareks marga margarita margrieta marija marika marina maris marita markuss marta martins marts
    maruta matilde matiss mihails mikelis mikus milana milda mirdza modris monika monta nadezda nadina natalija
    natalja nauris nellija nikita niklavs nikola nikolajs nikolass nils nina nora normunds oksana olafs oleg olegs
    olga olita oskars oto otto patricija patriks paula pauls pavels peteris petra polina raimonds rainers raisa
    raita raitis raivis raivo ralfs ramona regina reinis renars renate rihards rinalds rita ritvars roberts rodrigo
    rolands romans ronalds rota rudolfs ruslans ruta sabine salvis samanta sanda sandija sandis sandra sanita santa
    sarma sarmite sean sergejs sigita signe sigurds silva silvestrs silvija simona sindija sintija skaidrite smaida
    sofija solveiga solvita stanislavs stefans stella svetlana taiga talis tamara tatjana teodors terese tija tina
    tomass toms uga ugis uldis ulla ulvis una undine vadims valda valdis valentina valentins valerija valerijs
    valters vanda vasilijs velta vera veronika viestarts viesturs vija viktorija viktors vilhelms vilis vilma vilnis
    vineta violeta visvaldis vita vitalijs vitolds vizma vjaceslavs vladimirs vladislavs zaiga zaklina zanda zane
    zanete zenta zigmars zigmunds zigurds zinaida zita zoja
"""
GIVEN_NAMES: Final = frozenset(_COMMON.split())
"""In small letters without diacritics. What is more often a surname, such as Roze and Liepa, is not among them."""
