"""Given names that are common in Latvia: by them it shows which part of a name is the surname."""

from __future__ import annotations

from typing import Final

_COMMON: Final = """
    adrians agate agija agita agnese agnija agris aiga aigars aija aina ainars aivars aivis alberts albins alda
    aldis aleksandra aleksandrs aleksejs aleksis alens alexander alfreds alina alise alla alma alvis amanda amelija
    anastasija anatolijs andra andrejs andrew andris andzejs andzela andzs anete angelika anita anna annija ansis
    antonija antonina antons antra anzelika arina aris arkadijs armands arnis arnolds arta arthur artis artjoms
    arturs arvids arvils arvis astra astrida atis augusts aurelija ausma austra baiba beate beatrise bella benita
    bernards berta biruta boleslavs boriss brigita bronislavs bruno ceslavs dace dagmara dagnija daiga daina dainis
    daira dairis dana daniel daniela daniels dans danuta danute darja david davids davis deivids deniss diana didzis
    dina dita ditta dmitrijs dmitry dzidra dzintars dzintra edgars edijs edite edmunds eduards edvards edvins egija
    egils egita einars ekaterina elena elga elina elita eliza elizabete ella elmars elvira elvis elza emilija emils
    emma enija erika eriks erna ernests ervins estere eva evalds evelina evija evita felikss filips frederiks fricis
    gabriela galina gatis georgijs gerda germans ginta gintars gints girts gita gleb guna gunars gunda gundars
    gundega gunita gunta guntars guntis gunvaldis gustavs gvido haralds harijs harolds helena helga henriks herberts
    hermanis hugo ieva igor igors ija ilga ilgonis ilgvars ilja ilma ilmars ilona ilva ilvija ilze imanta imants ina
    inara indra indrikis inesa inese ineta inga ingars ingmars ingrida inguna ingus inita inna inta intars ints
    irena irina irma isabella ivan ivans ivars iveta ivita ivo izabella jadviga james jana janeta janina janis
    janita jans jaroslavs jautrite jazeps jefims jekabs jekaterina jelena jelizaveta jevgenija jevgenijs john
    jolanta jozefs juliana julians julija julijs jurgis jurijs juris justine justins juta kaija kalvis karina karine
    karlina karlis karolina kaspars katerina katrina kazimirs kintija kirils kitija klara klavs klinta konrads
    konstantins kornelija krisjanis kriss krista kristaps kristers kristiana kristians kristina kristine ksenija
    laila laima laimdota laimonis laimons laine lana larisa lasma lauma laura lauris lavize leila lelde leonards
    leonids leons leontine liana lidija liega liene liesma liga ligita lija lilija lilita lina linards linda lita
    livija loreta lubova lucija ludmila luize luka lukass madara madars magda magdalena maiga maigonis maija maikls
    maira mairis maksims malvine mara marcis mareks marga margarita margrieta maria marianna marija marika marina
    maris marita mark markuss marta martin martins marts maruta matilda matilde matiss michael mihails mikelis mikus
    milana milda mirdza modris monika monta mudite nadezda nadina natalia natalija natalja nauris nellija nikita
    niklavs nikola nikolajs nikolass nils nina nora normunds ojars oksana olafs oleg olegs olga olita oskars osvalds
    otilija oto otto patricija patriks paul paula pauls pavels peter peteris petra polina raimonds rainers raisa
    raita raitis raivis raivo ralfs ramona rasma regina reinis renars renate rihards rimants rinalds rita ritvars
    roberts rodrigo rolands romans ronalds rota rozalija rudite rudolfs ruslans ruta sabine salvis samanta sanda
    sandija sandis sandra sanita santa sarma sarmite sean sergejs sergey sigita signe sigurds silva silvestrs
    silvija simona sindija sintija skaidra skaidrite smaida sofija solveiga solvita spodra stanislava stanislavs
    stefans stella svetlana tabita taiga talis tamara tatiana tatjana tekla teodora teodors terese thomas tija tina
    tomass toms uga ugis uldis ulla ulrika ulvis una undine vadims valda valdis valentina valentins valerija
    valerijs valija valters valts vanda vasilijs velta vents vera veronika viestarts viesturs vija viktorija viktors
    vilhelms vilis vilma vilnis vineta viola violeta visvaldis vita vitalijs vitolds vizma vjaceslavs vladimir
    vladimirs vladislavs voldemars zaiga zaklina zanda zane zanete zanna zelma zenta zigfrids zigmars zigmunds
    zigurds zinaida zintis zita zofija zoja zuzanna
"""
GIVEN_NAMES: Final = frozenset(_COMMON.split())
"""In small letters without diacritics. What is more often a surname, such as Roze and Liepa, is not among them."""
